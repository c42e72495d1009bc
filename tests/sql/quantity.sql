-- Observation?value-quantity=lt4|http://unitsofmeasure.org|mmol/L
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from number n where n.hash = hashtextextended($2::text, 0) and n.key = r.key and n.value < $3::float8)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Observation:value-quantity:q-3,0,0,0,0,0,0;1"
-- $3 = 2.40885468e+24
