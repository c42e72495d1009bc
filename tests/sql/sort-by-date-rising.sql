-- Observation?code=http://loinc.org|2823-3&_sort=date&_count=3
select * from ((select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and t0.date > -62200000000001
order by t0.date asc, t0.key asc
limit $2::int)
union all
(select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, 9000000000000000::bigint as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and t0.date = -62200000000001
order by 9000000000000000::bigint asc, t0.key asc
limit $3::int)) u
order by s0 asc, key asc
limit $4::int
-- $1 = "Observation:code:shttp://loinc.org|2823-3"
-- $2 = 4
-- $3 = 4
-- $4 = 4
