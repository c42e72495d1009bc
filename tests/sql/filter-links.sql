-- Observation?_filter=not (subject:Patient[gender eq male].name eq "张三" or performer re Practitioner/dr)
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and ((exists (select 1 from resource rc where rc.type = $7::text and rc.id = r.patient and not rc.deleted and (exists (select 1 from token t where t.hash = any(array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))) and t.date = rc.date and t.key = rc.key) and exists (select 1 from string s where s.hash = hashtextextended($6::text, 0) and s.key = rc.key and s.value = $5::text))) or exists (select 1 from token t where t.hash = hashtextextended($8::text, 0) and t.date = r.date and t.key = r.key))) is not true
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Patient:gender:"
-- $3 = "male"
-- $4 = "Patient:gender:cmale"
-- $5 = "张三"
-- $6 = "Patient:name:"
-- $7 = "Patient"
-- $8 = "Observation:performer:rPractitioner/dr"
