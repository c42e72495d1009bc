-- Patient?identifier=urn:oid:2.16.156.10011.1.3|110105194912310021
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Patient:identifier:surn:oid:2.16.156.10011.1.3|110105194912310021"
