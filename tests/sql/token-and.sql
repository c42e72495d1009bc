-- Observation?code=http://loinc.org|2823-3&category=laboratory&status=final
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and exists (select 1 from token t where t.hash = hashtextextended($2::text, 0) and t.date = r.date and t.key = r.key)
  and exists (select 1 from token t where t.hash = hashtextextended($3::text, 0) and t.date = r.date and t.key = r.key)
order by t0.date desc, t0.key desc
limit $4::int
-- $1 = "Observation:code:shttp://loinc.org|2823-3"
-- $2 = "Observation:category:claboratory"
-- $3 = "Observation:status:cfinal"
-- $4 = 21
