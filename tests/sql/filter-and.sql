-- Observation?_filter=code eq loinc|2823-3 and status ne cancelled and date po 2024
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($2::jsonpath[]) p(path)) v where jsonb_path_match(v.value, $3::jsonpath, silent => true) is not true)
  and r.date_end is not null and (r.date < $4::bigint and r.date_end > $5::bigint)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Observation:code:shttp://loinc.org|2823-3"
-- $2 = ["$.\"status\""]
-- $3 = "$ == \"cancelled\""
-- $4 = 1735660800000
-- $5 = 1704038400000
