-- Encounter?location:below=Location/ward
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash in (with recursive h(id) as (select i.id collate "C" from unnest($4::text[]) i(id) union select c.id from h join token p on p.hash = hashtextextended($2::text || h.id, 0) join resource c on c.key = p.key where not c.deleted) select hashtextextended($3::text || h.id, 0) from h) and t.date = r.date and t.key = r.key)
order by r.date desc, r.key desc
limit 21
-- $1 = "Encounter"
-- $2 = "Location:partof:rLocation/"
-- $3 = "Encounter:location:rLocation/"
-- $4 = ["ward"]
