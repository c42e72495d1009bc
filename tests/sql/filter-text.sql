-- Patient?_filter=family ew "son" or family gt m
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($3::jsonpath[]) p(path)) v where right(fold(v.value #>> '{}') collate "C", length($2::text)) = $2::text) or exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($5::jsonpath[]) p(path)) v where fold(v.value #>> '{}') collate "C" > $4::text))
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = "son"
-- $3 = ["$.\"name\"[*].\"family\""]
-- $4 = "m"
-- $5 = ["$.\"name\"[*].\"family\""]
