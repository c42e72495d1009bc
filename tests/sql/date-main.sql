-- Observation?date=ge2024-01-01&date=lt2024-02-01
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.date_end is not null and (r.date_end > $2::bigint or (r.date >= $3::bigint and r.date_end <= $4::bigint))
  and r.date_end is not null and r.date < $5::bigint
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = 1704124800000
-- $3 = 1704038400000
-- $4 = 1704124800000
-- $5 = 1706716800000
