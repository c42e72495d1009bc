-- Patient?_has:Observation:patient:code=http://loinc.org|2823-3
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (case when r.type = 'Patient' then exists (select 1 from resource rc where rc.patient = r.id and rc.type = $4::text and exists (select 1 from token t where t.hash = hashtextextended($2::text, 0) and t.date = rc.date and t.key = rc.key)) else coalesce((select true from token t join resource rc on rc.key = t.key where t.hash = hashtextextended($3::text || 'r' || r.type || '/' || r.id, 0) and exists (select 1 from token t where t.hash = hashtextextended($2::text, 0) and t.date = rc.date and t.key = rc.key) limit 1), false) end)
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = "Observation:code:shttp://loinc.org|2823-3"
-- $3 = "Observation:patient:"
-- $4 = "Observation"
