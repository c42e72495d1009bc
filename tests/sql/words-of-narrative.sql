-- Condition?patient=p1&_text=(bone OR "liver metastases") NOT 肺炎
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.patient = $2::text
  and exists (select 1 from (select coalesce(fold(narrative_of(resource_json(r.content))), '') as text offset 0) w where ((w.text ~ $3::text or w.text ~ $4::text) and not (w.text ~ $5::text)))
order by r.date desc, r.key desc
limit 21
-- $1 = "Condition"
-- $2 = "p1"
-- $3 = "(?<![a-z0-9])bone"
-- $4 = "(?<![a-z0-9])liver metastases(?![a-z0-9])"
-- $5 = "肺炎"
