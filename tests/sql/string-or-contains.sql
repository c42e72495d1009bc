-- Patient?address:contains=武当,main
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from string s where s.hash = hashtextextended($2::text, 0) and s.key = r.key and (s.value like $3::text or s.value like $4::text or length(s.value) = 200 and exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($5::jsonpath[]) p(path)) v where fold(v.value #>> '{}') like any($6::text[]))))
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = "Patient:address:"
-- $3 = "%武当%"
-- $4 = "%main%"
-- $5 = ["$.\"address\"[*].\"text\"","$.\"address\"[*].\"line\"[*]","$.\"address\"[*].\"city\"","$.\"address\"[*].\"district\"","$.\"address\"[*].\"state\"","$.\"address\"[*].\"postalCode\"","$.\"address\"[*].\"country\""]
-- $6 = ["%武当%","%main%"]
