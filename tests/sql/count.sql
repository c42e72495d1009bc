-- count of Observation?patient=p1
select count(*) as total
from resource r
where r.type = $1::text
  and not r.deleted
  and r.patient = $2::text
-- $1 = "Observation"
-- $2 = "p1"
