-- Condition?onset-age=gt40|http://unitsofmeasure.org|a
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (exists (select 1 from number n where n.hash = hashtextextended($2::text, 0) and n.key = r.key and n.value > $3::float8) or exists (select 1 from date_range d where d.hash = hashtextextended($4::text, 0) and d.key = r.key and d.hi > $5::bigint))
order by r.date desc, r.key desc
limit 21
-- $1 = "Condition"
-- $2 = "Condition:onset-age:q0,1,0,0,0,0,0;0"
-- $3 = 1262304000
-- $4 = "Condition:onset-age:q0,1,0,0,0,0,0;0"
-- $5 = "4743081294710177792"
