-- Patient?_list=42&gender=male
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (r.type = $3::text and r.id in (select substring(e.value #>> '{}' from $2::text) from resource l, jsonb_path_query(resource_json(l.content), '$."entry"[*] ? (!(@."deleted" == true))."item"."reference"', silent => true) e(value) where l.type = 'List' and l.id = any($4::text[]) and not l.deleted))
  and coalesce(r.tokens && (select array(select hashtextextended($5::text || case system when '' then 'n' else 's' || system || '|' end || $6::text, 0) from code_system where parameter = $5::text union all select hashtextextended($7::text, 0))), false)
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = "^(?:http://127\\.0\\.0\\.1:8080/fhir/)?Patient/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?$"
-- $3 = "Patient"
-- $4 = ["42"]
-- $5 = "Patient:gender:"
-- $6 = "male"
-- $7 = "Patient:gender:cmale"
