-- Observation?component-code-value-quantity=8480-6$gt140
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from number n where n.hash = any(array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))) and n.key = r.key and n.value > $5::float8)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Observation:component-code-value-quantity:"
-- $3 = "8480-6$"
-- $4 = "Observation:component-code-value-quantity:c8480-6$"
-- $5 = 140
