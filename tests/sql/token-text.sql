-- Observation?code:text=Kalium,血钾
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($2::jsonpath[]) p(path)) v where fold(v.value #>> '{}') like any($3::text[]))
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = ["$.\"code\".\"text\"","$.\"code\".\"coding\"[*].\"display\""]
-- $3 = ["kalium%","血钾%"]
