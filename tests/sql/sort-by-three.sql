-- Patient?gender=male&_sort=family,-birthdate,_id
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, coalesce(o0.v, U&'\+10FFFF') as s0, coalesce(o1.v, -9000000000000000) as s1, r.id as s2
from token t0 join resource r on r.key = t0.key left join (select x.key, min(x.value) as v from string x where x.hash = hashtextextended($2::text, 0) group by x.key) o0 on o0.key = r.key left join (select x.key, max(x.hi) as v from date_range x where x.hash = hashtextextended($3::text, 0) group by x.key) o1 on o1.key = r.key
where t0.hash = hashtextextended($1::text, 0)
order by coalesce(o0.v, U&'\+10FFFF') asc, coalesce(o1.v, -9000000000000000) desc, r.id asc, t0.key asc
limit $4::int
-- $1 = "Patient:gender:cmale"
-- $2 = "Patient:family:"
-- $3 = "Patient:birthdate:"
-- $4 = 21
