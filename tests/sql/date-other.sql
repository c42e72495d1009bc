-- Patient?birthdate=1980-02
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from date_range d where d.hash = hashtextextended($2::text, 0) and d.key = r.key and (d.lo >= $3::bigint and d.hi <= $4::bigint))
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = "Patient:birthdate:"
-- $3 = 318182400000
-- $4 = 320688000000
