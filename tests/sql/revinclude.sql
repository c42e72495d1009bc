-- Practitioner?_revinclude=Observation:performer
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content
from resource r
where r.key in (select p.key from resource p where p.patient = any($1::text[]) and p.type = any($2::text[])
union all
select t.key from unnest($3::text[]) u(text) join token t on t.hash = hashtextextended(u.text, 0)) and r.type = any($4::text[]) and not r.deleted
order by key
limit $5::int
-- $1 = ["p1"]
-- $2 = ["Observation"]
-- $3 = ["Observation:performer:rPractitioner/a","Observation:performer:rPractitioner/b"]
-- $4 = ["Observation"]
-- $5 = 100
