-- ValueSet?url:below=http://example.org/vs
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($3::jsonpath[]) p(path)) v cross join lateral (select v.value #>> '{}') u(uri) where u.uri = any($4::text[]) or u.uri like any($2::text[]))
order by r.date desc, r.key desc
limit 21
-- $1 = "ValueSet"
-- $2 = ["http://example.org/vs/%"]
-- $3 = ["$.\"url\""]
-- $4 = ["http://example.org/vs"]
