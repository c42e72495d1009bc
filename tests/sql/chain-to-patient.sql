-- Observation?patient.name=张
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from resource rc where rc.type = $5::text and rc.id = r.patient and not rc.deleted and exists (select 1 from string s where s.hash = hashtextextended($2::text, 0) and s.key = rc.key and ((s.value >= $3::text and s.value < $4::text))))
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Patient:name:"
-- $3 = "张"
-- $4 = "张􏿿"
-- $5 = "Patient"
