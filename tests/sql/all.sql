-- Observation?
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
