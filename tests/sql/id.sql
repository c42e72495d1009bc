-- Patient?_id=p1,p2
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.id = any($2::text[])
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = ["p1","p2"]
