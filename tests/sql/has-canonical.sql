-- Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and coalesce((select true from token t join resource rc on rc.key = t.key where t.hash = hashtextextended($6::text || (resource_json(r.content) ->> 'url'), 0) and coalesce(rc.tokens && (select array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))), false) and exists (select 1 from (select jsonb_path_query(c.json, p.path, silent => true) as value from (select resource_json(rc.content) as json offset 0) c, unnest($5::jsonpath[]) p(path)) v, (select resource_json(r.content) as json offset 0) d where v.value #>> '{}' in (d.json ->> 'url', (d.json ->> 'url') || '|' || (d.json ->> 'version'))) limit 1), false)
order by r.date desc, r.key desc
limit 21
-- $1 = "Questionnaire"
-- $2 = "QuestionnaireResponse:status:"
-- $3 = "completed"
-- $4 = "QuestionnaireResponse:status:ccompleted"
-- $5 = ["$.\"questionnaire\""]
-- $6 = "QuestionnaireResponse:questionnaire:r"
