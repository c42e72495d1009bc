-- Location?near=32.65|110.78|11.2|km
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from date_range d where d.hash = hashtextextended($2::text, 0) and d.key = r.key and (d.lo between $5::bigint and $6::bigint and 2 * 6371008.8 * asin(least(1, sqrt(sind((d.lo / 1e7::float8 - $3::float8) / 2) ^ 2 + cosd($3::float8) * cosd(d.lo / 1e7::float8) * sind((d.hi / 1e7::float8 - $4::float8) / 2) ^ 2))) <= $7::float8))
order by r.date desc, r.key desc
limit 21
-- $1 = "Location"
-- $2 = "Location:near:"
-- $3 = 32.65
-- $4 = 110.78
-- $5 = 325492751
-- $6 = 327507249
-- $7 = 11200
