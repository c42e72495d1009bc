-- Patient?_tag=http://e|t&_profile=http://example.org/p
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and coalesce((select hashtextextended($2::text, 0)) = any(r.tokens), false)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Patient:_profile:uhttp://example.org/p"
-- $2 = "Patient:_tag:shttp://e|t"
