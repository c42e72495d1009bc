-- Observation?code=|2823-3
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Observation:code:n2823-3"
