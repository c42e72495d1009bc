-- Practitioner?_revinclude=Observation:performer
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content
from resource r
where r.key in (select t.key from unnest($2::text[]) u(text) join token t on t.hash = hashtextextended(u.text, 0)) and r.type = $1::text and not r.deleted
order by key
limit $3::int
-- $1 = "Observation"
-- $2 = ["Observation:performer:rPractitioner/a","Observation:performer:rPractitioner/b"]
-- $3 = 100
