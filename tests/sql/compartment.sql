-- Patient/p1/Observation?code=2823-3
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and r.key in (select rm.key from resource rm where rm.patient = $2::text and rm.type = $3::text union all select t.key from token t where t.hash = hashtextextended($4::text, 0))
  and exists (select 1 from token t where t.hash = any(array(select hashtextextended($5::text || case system when '' then 'n' else 's' || system || '|' end || $6::text, 0) from code_system where parameter = $5::text union all select hashtextextended($7::text, 0))) and t.date = r.date and t.key = r.key)
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "p1"
-- $3 = "Observation"
-- $4 = "Observation:performer:rPatient/p1"
-- $5 = "Observation:code:"
-- $6 = "2823-3"
-- $7 = "Observation:code:c2823-3"
