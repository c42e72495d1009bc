-- ?_type=Patient,Observation&_id=1&_sort=_lastUpdated
select * from ((select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.updated as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.id = any($2::text[])
order by r.updated asc, r.key asc
limit $3::int)
union all
(select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.updated as s0
from resource r
where r.type = $4::text
  and not r.deleted
  and r.id = any($5::text[])
order by r.updated asc, r.key asc
limit $6::int)) u
order by s0 asc, key asc
limit $7::int
-- $1 = "Patient"
-- $2 = ["1"]
-- $3 = 21
-- $4 = "Observation"
-- $5 = ["1"]
-- $6 = 21
-- $7 = 21
