-- Observation?code-value-quantity=http://loinc.org|2823-3$gt5.5|http://unitsofmeasure.org|mmol/L
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and coalesce((select true from number n where n.hash = hashtextextended($2::text, 0) and n.key = r.key and n.value > $3::float8 limit 1), false)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Observation:code:shttp://loinc.org|2823-3"
-- $2 = "Observation:value-quantity:q-3,0,0,0,0,0,0;1"
-- $3 = 3.312175185e+24
