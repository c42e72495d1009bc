-- Observation?code=http://loinc.org|2823-3, after ["1700000000000000","42"]
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and (t0.date, t0.key) < ($2::bigint, $3::bigint)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Observation:code:shttp://loinc.org|2823-3"
-- $2 = "1700000000000000"
-- $3 = "42"
