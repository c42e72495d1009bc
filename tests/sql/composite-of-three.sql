-- MolecularSequence?chromosome-variant-coordinate=1$ge120$lt130
select r.key, r.type, r.id, r.version, r.updated, r.deleted, r.method, r.patient, r.content, r.date as s0
from resource r
where r.type = $1::text
  and not r.deleted
  and exists (select 1 from date_range d where d.hash = any(array(select hashtextextended($2::text || case system when '' then 'n' else 's' || system || '|' end || $3::text, 0) from code_system where parameter = $2::text union all select hashtextextended($4::text, 0))) and d.key = r.key and d.lo >= $5::bigint and d.hi < $6::bigint)
order by r.date desc, r.key desc
limit 21
-- $1 = "MolecularSequence"
-- $2 = "MolecularSequence:chromosome-variant-coordinate:"
-- $3 = "1$"
-- $4 = "MolecularSequence:chromosome-variant-coordinate:c1$"
-- $5 = "4638144666238189568"
-- $6 = "4638777984935788544"
