-- Condition?code=http://snomed.info/sct|22298006&_content=edema
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and exists (select 1 from (select coalesce(fold(text_of(resource_json(r.content))), '') as text offset 0) w where w.text ~ $2::text)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Condition:code:shttp://snomed.info/sct|22298006"
-- $2 = "(?<![a-z0-9])edema"
