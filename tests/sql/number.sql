-- RiskAssessment?probability=0.5,gt0.9
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (exists (select 1 from number n where n.hash = hashtextextended($2::text, 0) and n.key = r.key and n.value >= $3::float8 and n.value < $4::float8) or exists (select 1 from date_range d where d.hash = hashtextextended($5::text, 0) and d.key = r.key and d.lo >= $6::bigint and d.hi <= $7::bigint) or exists (select 1 from number n where n.hash = hashtextextended($8::text, 0) and n.key = r.key and n.value > $9::float8) or exists (select 1 from date_range d where d.hash = hashtextextended($10::text, 0) and d.key = r.key and d.hi > $11::bigint))
order by r.date desc, r.key desc
limit 21
-- $1 = "RiskAssessment"
-- $2 = "RiskAssessment:probability:"
-- $3 = 0.45
-- $4 = 0.55
-- $5 = "RiskAssessment:probability:"
-- $6 = "4601778099247172813"
-- $7 = "4603129179135383962"
-- $8 = "RiskAssessment:probability:"
-- $9 = 0.9
-- $10 = "RiskAssessment:probability:"
-- $11 = "4606281698874543309"
