-- Patient?name:missing=true
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and ((exists (select 1 from string p where p.hash = hashtextextended($2::text, 0) and p.key = r.key) or exists (select 1 from (select resource_json(r.content) as json offset 0) c where jsonb_path_match(c.json, $3::jsonpath, silent => true)))) is not true
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = "Patient:name:"
-- $3 = "exists($.\"name\"[*])"
