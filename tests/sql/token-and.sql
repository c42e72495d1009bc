-- Observation?code=http://loinc.org|2823-3&category=laboratory&status=final
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, t0.date as s0
from token t0 join resource r on r.key = t0.key
where t0.hash = hashtextextended($1::text, 0)
  and coalesce(r.tokens && (select array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))), false)
  and coalesce(r.tokens && (select array(select hashtextextended($5::text || case system when '' then 'n' else 's' || system || '|' end || $6::text, 0) from code_system where parameter = $5::text union all select hashtextextended($7::text, 0))), false)
order by t0.date desc, t0.key desc
limit 21
-- $1 = "Observation:code:shttp://loinc.org|2823-3"
-- $2 = "Observation:category:"
-- $3 = "laboratory"
-- $4 = "Observation:category:claboratory"
-- $5 = "Observation:status:"
-- $6 = "final"
-- $7 = "Observation:status:cfinal"
