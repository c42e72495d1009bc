-- Observation?combo-code-value-concept=x$y
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and ((exists (select 1 from token t where t.hash = any(array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))) and t.date = r.date and t.key = r.key) and exists (select 1 from token t where t.hash = any(array(select hashtextextended($5::text || case system when '' then 'n' else 's' || system || '|' end || $6::text, 0) from code_system where parameter = $5::text union all select hashtextextended($7::text, 0))) and t.date = r.date and t.key = r.key)) or exists (select 1 from token t where t.hash = any(array(select hashtextextended($8::text || case system when '' then 'n' else 's' || system || '|' end || $9::text, 0) from code_system where parameter = $8::text union all select hashtextextended($10::text, 0))) and t.date = r.date and t.key = r.key))
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Observation:code:"
-- $3 = "x"
-- $4 = "Observation:code:cx"
-- $5 = "Observation:value-concept:"
-- $6 = "y"
-- $7 = "Observation:value-concept:cy"
-- $8 = "Observation:component-code-value-concept:"
-- $9 = "x$cy"
-- $10 = "Observation:component-code-value-concept:cx$cy"
