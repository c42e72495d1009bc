-- ValueSet?name:missing=true
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (exists (select 1 from string p where p.hash = hashtextextended($2::text, 0) and p.key = r.key)) is not true
order by r.date desc, r.key desc
limit 21
-- $1 = "ValueSet"
-- $2 = "ValueSet:name:"
