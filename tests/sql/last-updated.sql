-- Patient?_lastUpdated=ge2024-01-01&_lastUpdated=lt2025
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (r.updated + 1 > $2::bigint or (r.updated >= $3::bigint and r.updated + 1 <= $4::bigint))
  and r.updated < $5::bigint
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = 1704124800000
-- $3 = 1704038400000
-- $4 = 1704124800000
-- $5 = 1735660800000
