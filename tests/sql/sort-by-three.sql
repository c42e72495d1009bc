-- Patient?gender=male&_sort=family,-birthdate,_id
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, coalesce(o0.v, U&'\+10FFFF') as s0, coalesce(o1.v, -9000000000000000) as s1, r.id as s2
from resource r cross join lateral (select coalesce(min(x.value collate "zh-x-icu") filter (where x.value ~ '[\u3400-\u9fff]'), min(x.value collate "zh-x-icu")) as v from string x where x.hash = hashtextextended($5::text, 0) and x.key = r.key) o0 cross join lateral (select max(x.hi) as v from date_range x where x.hash = hashtextextended($6::text, 0) and x.key = r.key) o1
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash = any(array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))) and t.date = r.date and t.key = r.key)
order by coalesce(o0.v, U&'\+10FFFF') asc, coalesce(o1.v, -9000000000000000) desc, r.id asc, r.key asc
limit 21
-- $1 = "Patient"
-- $2 = "Patient:gender:"
-- $3 = "male"
-- $4 = "Patient:gender:cmale"
-- $5 = "Patient:family:"
-- $6 = "Patient:birthdate:"
