-- RiskAssessment?probability=0.5,gt0.9
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (exists (select 1 from number n where n.hash = hashtextextended($2::text, 0) and n.key = r.key and n.value >= $3::float8 and n.value < $4::float8) or exists (select 1 from number n where n.hash = hashtextextended($5::text, 0) and n.key = r.key and n.value > $6::float8))
order by r.date desc, r.key desc
limit $7::int
-- $1 = "RiskAssessment"
-- $2 = "RiskAssessment:probability:"
-- $3 = 0.45
-- $4 = 0.55
-- $5 = "RiskAssessment:probability:"
-- $6 = 0.9
-- $7 = 21
