-- Observation?value-quantity=5.4
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from number n where n.hash = hashtextextended($2::text, 0) and n.key = r.key and n.value >= $3::float8 and n.value < $4::float8)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Observation:value-quantity:"
-- $3 = 5.35
-- $4 = 5.45
