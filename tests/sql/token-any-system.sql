-- Observation?code=2823-3
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash = any(array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))) and t.date = r.date and t.key = r.key)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Observation:code:"
-- $3 = "2823-3"
-- $4 = "Observation:code:c2823-3"
