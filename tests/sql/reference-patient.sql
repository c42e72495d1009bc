-- Observation?patient=p1&code=http://loinc.org|2823-3
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.patient = $2::text
  and coalesce((select hashtextextended($3::text, 0)) = any(r.tokens), false)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "p1"
-- $3 = "Observation:code:shttp://loinc.org|2823-3"
