-- ValueSet?url:above=http://example.org/vs/1
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash in (hashtextextended($2::text, 0), hashtextextended($3::text, 0), hashtextextended($4::text, 0), hashtextextended($5::text, 0), hashtextextended($6::text, 0), hashtextextended($7::text, 0)) and t.date = r.date and t.key = r.key)
order by r.date desc, r.key desc
limit 21
-- $1 = "ValueSet"
-- $2 = "ValueSet:url:uhttp://example.org/vs/1"
-- $3 = "ValueSet:url:uhttp://example.org/vs/1/"
-- $4 = "ValueSet:url:uhttp://example.org/vs"
-- $5 = "ValueSet:url:uhttp://example.org/vs/"
-- $6 = "ValueSet:url:uhttp://example.org"
-- $7 = "ValueSet:url:uhttp://example.org/"
