-- Observation?subject=p1
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (r.patient = $2::text or coalesce(r.tokens && (select array[hashtextextended($3::text, 0), hashtextextended($4::text, 0), hashtextextended($5::text, 0)]), false))
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "p1"
-- $3 = "Observation:subject:rGroup/p1"
-- $4 = "Observation:subject:rDevice/p1"
-- $5 = "Observation:subject:rLocation/p1"
