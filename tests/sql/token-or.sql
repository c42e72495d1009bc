-- Observation?code=http://loinc.org|2823-3,http://loinc.org|718-7
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash in (hashtextextended($2::text, 0), hashtextextended($3::text, 0)) and t.date = r.date and t.key = r.key)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Observation:code:shttp://loinc.org|2823-3"
-- $3 = "Observation:code:shttp://loinc.org|718-7"
