-- Observation?patient=p1&_sort=-performer
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, coalesce(o0.v, '') as s0
from resource r cross join lateral (select max((v.value #>> '{}') collate "C") as v from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($3::jsonpath[]) p(path)) v) o0
where r.type = $1::text
  and not r.deleted
  and r.patient = $2::text
order by coalesce(o0.v, '') desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "p1"
-- $3 = ["$.\"performer\"[*].\"reference\"","$.\"performer\"[*] ? (!exists(@.\"reference\")).\"identifier\".\"value\""]
