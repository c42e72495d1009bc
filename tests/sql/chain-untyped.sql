-- Observation?subject.identifier=urn:oid:1|x
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (exists (select 1 from resource rc cross join token t where t.hash = hashtextextended($4::text || rc.id, 0) and t.date = r.date and t.key = r.key and rc.type = $3::text and not rc.deleted and exists (select 1 from token t where t.hash = hashtextextended($2::text, 0) and t.date = rc.date and t.key = rc.key)) or exists (select 1 from resource rc cross join token t where t.hash = hashtextextended($7::text || rc.id, 0) and t.date = r.date and t.key = r.key and rc.type = $6::text and not rc.deleted and exists (select 1 from token t where t.hash = hashtextextended($5::text, 0) and t.date = rc.date and t.key = rc.key)) or exists (select 1 from resource rc where rc.type = $9::text and rc.id = r.patient and not rc.deleted and exists (select 1 from token t where t.hash = hashtextextended($8::text, 0) and t.date = rc.date and t.key = rc.key)) or exists (select 1 from resource rc cross join token t where t.hash = hashtextextended($12::text || rc.id, 0) and t.date = r.date and t.key = r.key and rc.type = $11::text and not rc.deleted and exists (select 1 from token t where t.hash = hashtextextended($10::text, 0) and t.date = rc.date and t.key = rc.key)))
order by r.date desc, r.key desc
limit 21
-- $1 = "Observation"
-- $2 = "Group:identifier:surn:oid:1|x"
-- $3 = "Group"
-- $4 = "Observation:subject:rGroup/"
-- $5 = "Device:identifier:surn:oid:1|x"
-- $6 = "Device"
-- $7 = "Observation:subject:rDevice/"
-- $8 = "Patient:identifier:surn:oid:1|x"
-- $9 = "Patient"
-- $10 = "Location:identifier:surn:oid:1|x"
-- $11 = "Location"
-- $12 = "Observation:subject:rLocation/"
