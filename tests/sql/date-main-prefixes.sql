-- Observation?date=eq2024,ne2023,sa2022,eb2021
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.date_end is not null and ((r.date >= $2::bigint and r.date_end <= $3::bigint) or not (r.date >= $4::bigint and r.date_end <= $5::bigint) or r.date >= $6::bigint or r.date_end <= $7::bigint)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = 1704038400000
-- $3 = 1735660800000
-- $4 = 1672502400000
-- $5 = 1704038400000
-- $6 = 1672502400000
-- $7 = 1609430400000
