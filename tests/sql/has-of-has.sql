-- Patient?_has:Observation:patient:_has:Provenance:target:recorded=2024
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and (case when r.type = 'Patient' then exists (select 1 from resource rc where rc.patient = r.id and rc.type = $6::text and coalesce((select true from token t join resource rcc on rcc.key = t.key where t.hash = hashtextextended($4::text || 'r' || rc.type || '/' || rc.id, 0) and rcc.date_end is not null and (rcc.date >= $2::bigint and rcc.date_end <= $3::bigint) limit 1), false)) else coalesce((select true from token t join resource rc on rc.key = t.key where t.hash = hashtextextended($5::text || 'r' || r.type || '/' || r.id, 0) and coalesce((select true from token t join resource rcc on rcc.key = t.key where t.hash = hashtextextended($4::text || 'r' || rc.type || '/' || rc.id, 0) and rcc.date_end is not null and (rcc.date >= $2::bigint and rcc.date_end <= $3::bigint) limit 1), false) limit 1), false) end)
order by r.date desc, r.key desc
limit 21
-- $1 = "Patient"
-- $2 = 1704038400000
-- $3 = 1735660800000
-- $4 = "Provenance:target:"
-- $5 = "Observation:patient:"
-- $6 = "Observation"
