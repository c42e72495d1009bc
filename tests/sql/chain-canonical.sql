-- QuestionnaireResponse?questionnaire.title=糖尿病
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from resource rc cross join token t where t.hash = hashtextextended($7::text || (resource_json(rc.content) ->> 'url'), 0) and t.date = r.date and t.key = r.key and rc.type = $5::text and not rc.deleted and exists (select 1 from string s where s.hash = hashtextextended($2::text, 0) and s.key = rc.key and ((s.value >= $3::text and s.value < $4::text))) and exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(r.content) as json offset 0) c, unnest($6::jsonpath[]) p(path)) v, (select resource_json(rc.content) as json offset 0) d where v.value #>> '{}' in (d.json ->> 'url', (d.json ->> 'url') || '|' || (d.json ->> 'version'))))
order by r.date desc, r.key desc
limit 21
-- $1 = "QuestionnaireResponse"
-- $2 = "Questionnaire:title:"
-- $3 = "糖尿病"
-- $4 = "糖尿病􏿿"
-- $5 = "Questionnaire"
-- $6 = ["$.\"questionnaire\""]
-- $7 = "QuestionnaireResponse:questionnaire:r"
