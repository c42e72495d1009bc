-- Observation?code=http://loinc.org|
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from (select resource_json(r.content) as json offset 0) c where jsonb_path_match(c.json, $2::jsonpath, silent => true))
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "exists($.\"code\".\"coding\"[*].\"system\" ? (@ == \"http://loinc.org\"))"
