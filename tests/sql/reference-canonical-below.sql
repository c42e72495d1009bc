-- QuestionnaireResponse?questionnaire:below=http://example.org/q|1.2,http://example.org/r
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from token t where t.hash in (hashtextextended($2::text, 0), hashtextextended($3::text, 0)) and t.date = r.date and t.key = r.key) and exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($4::jsonpath[]) p(path)) v cross join lateral (select v.value #>> '{}') u(uri) where u.uri = any($5::text[]) or u.uri like any($6::text[]))
order by r.date desc, r.key desc
limit 21
-- $1 = "QuestionnaireResponse"
-- $2 = "QuestionnaireResponse:questionnaire:rhttp://example.org/q"
-- $3 = "QuestionnaireResponse:questionnaire:rhttp://example.org/r"
-- $4 = ["$.\"questionnaire\""]
-- $5 = ["http://example.org/q|1.2","http://example.org/r"]
-- $6 = ["http://example.org/q|1.2.%","http://example.org/r|%"]
