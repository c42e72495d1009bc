-- Encounter?location:above=Location/ward
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash in (with recursive h(id) as (select i.id collate "C" from unnest($5::text[]) i(id) union select w.id collate "C" from h join resource c on c.type = $3::text and c.id = h.id and not c.deleted cross join lateral (select substring(e.value #>> '{}' from $2::text) as id from jsonb_path_query(resource_json(c.content), '$."partOf"."reference"', silent => true) e(value)) w where w.id is not null) select hashtextextended($4::text || h.id, 0) from h) and t.date = r.date and t.key = r.key)
order by r.date desc, r.key desc
limit 21
-- $1 = "Encounter"
-- $2 = "^(?:http://127\\.0\\.0\\.1:8080/fhir/)?Location/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?$"
-- $3 = "Location"
-- $4 = "Encounter:location:rLocation/"
-- $5 = ["ward"]
