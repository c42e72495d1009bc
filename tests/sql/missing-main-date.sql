-- Observation?date:missing=true
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and ((r.date_end is not null or exists (select 1 from (select resource_json(r.content) as json offset 0) c where jsonb_path_match(c.json, $2::jsonpath, silent => true)))) is not true
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "exists($.\"effectiveDateTime\") || exists($.\"effectivePeriod\") || exists($.\"effectiveTiming\") || exists($.\"effectiveInstant\")"
