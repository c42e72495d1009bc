-- Observation?patient.organization.name=县医院
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from resource rc where rc.type = $7::text and rc.id = r.patient and not rc.deleted and exists (select 1 from resource rcc cross join token t where t.hash = hashtextextended($6::text || rcc.id, 0) and t.date = rc.date and t.key = rc.key and rcc.type = $5::text and not rcc.deleted and exists (select 1 from string s where s.hash = hashtextextended($2::text, 0) and s.key = rcc.key and ((s.value >= $3::text and s.value < $4::text)))))
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Organization:name:"
-- $3 = "县医院"
-- $4 = "县医院􏿿"
-- $5 = "Organization"
-- $6 = "Patient:organization:rOrganization/"
-- $7 = "Patient"
