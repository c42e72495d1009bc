-- ?_type=Patient,Observation&_id=1&_sort=_lastUpdated
select * from ((select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.updated as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.id = any($2::text[])
order by r.updated asc, r.key asc
limit 21)
union all
(select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.updated as s0
from resource r
where r.type = $3::text
  and not r.deleted
  and r.id = any($4::text[])
order by r.updated asc, r.key asc
limit 21)) u
order by s0 asc, key asc
limit 21
-- $1 = "Patient"
-- $2 = ["1"]
-- $3 = "Observation"
-- $4 = ["1"]
