-- Observation?_sort=-value-quantity
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, coalesce(o0.v, '-infinity'::float8) as s0
from resource r left join (select x.key, max(coalesce(x.canonical, x.value)) as v from number x where x.hash = hashtextextended($2::text, 0) group by x.key) o0 on o0.key = r.key
where r.type = $1::text
  and not r.deleted
order by coalesce(o0.v, '-infinity'::float8) desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Observation:value-quantity:"
