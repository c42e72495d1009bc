-- Observation?date:missing=true
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (r.date_end is not null) is not true
order by r.date desc, r.key desc
limit $2::int
-- $1 = "Observation"
-- $2 = 21
