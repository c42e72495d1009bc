-- Patient?_sort=family,-birthdate, after ["smith","1700000000000000","42"]
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, coalesce(o0.v, U&'\+10FFFF') as s0, coalesce(o1.v, -9000000000000000) as s1
from resource r left join (select x.key, coalesce(min(x.value collate "zh-x-icu") filter (where x.value ~ '[\u3400-\u9fff]'), min(x.value collate "zh-x-icu")) as v from string x where x.hash = hashtextextended($2::text, 0) group by x.key) o0 on o0.key = r.key left join (select x.key, max(x.hi) as v from date_range x where x.hash = hashtextextended($3::text, 0) group by x.key) o1 on o1.key = r.key
where r.type = $1::text
  and not r.deleted
  and ((coalesce(o0.v, U&'\+10FFFF') > $4::text) or (coalesce(o0.v, U&'\+10FFFF') = $4::text and coalesce(o1.v, -9000000000000000) < $5::bigint) or (coalesce(o0.v, U&'\+10FFFF') = $4::text and coalesce(o1.v, -9000000000000000) = $5::bigint and r.key < $6::bigint))
order by coalesce(o0.v, U&'\+10FFFF') asc, coalesce(o1.v, -9000000000000000) desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = "Patient:family:"
-- $3 = "Patient:birthdate:"
-- $4 = "smith"
-- $5 = "1700000000000000"
-- $6 = "42"
