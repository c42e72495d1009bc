-- count of Observation?code=2823-3, at most 100
select count(*) as total from (select 1 from ((select 1 from resource r
where r.type = $2::text
  and not r.deleted
  and exists (select 1 from token t where t.hash = any(array(select hashtextextended($3::text || case system when '' then 'n' else 's' || system || '|' end || $4::text, 0) from code_system where parameter = $3::text union all select hashtextextended($5::text, 0))) and t.date = r.date and t.key = r.key) limit $1::int)) m limit $1::int) u
-- $1 = 100
-- $2 = "Observation"
-- $3 = "Observation:code:"
-- $4 = "2823-3"
-- $5 = "Observation:code:c2823-3"
