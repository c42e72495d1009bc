-- Condition?clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash in (hashtextextended($2::text, 0), hashtextextended($3::text, 0), hashtextextended($4::text, 0), hashtextextended($5::text, 0), hashtextextended($6::text, 0), hashtextextended($7::text, 0)) and t.date = r.date and t.key = r.key)
order by r.date desc, r.key desc
limit 21
-- $1 = "Condition"
-- $2 = "Condition:clinical-status:shttp://terminology.hl7.org/CodeSystem/condition-clinical|active"
-- $3 = "Condition:clinical-status:shttp://terminology.hl7.org/CodeSystem/condition-clinical|recurrence"
-- $4 = "Condition:clinical-status:shttp://terminology.hl7.org/CodeSystem/condition-clinical|relapse"
-- $5 = "Condition:clinical-status:shttp://terminology.hl7.org/CodeSystem/condition-clinical|inactive"
-- $6 = "Condition:clinical-status:shttp://terminology.hl7.org/CodeSystem/condition-clinical|remission"
-- $7 = "Condition:clinical-status:shttp://terminology.hl7.org/CodeSystem/condition-clinical|resolved"
