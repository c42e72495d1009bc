-- A Patient and those linked to it, however many steps away, by links that both sides say: as store/linked.ts has it.
create or replace function person_records(patient text) returns setof text language sql stable as $$
  with recursive linked (id, key, date) as (
    select person_records.patient collate "C", o.key, o.date from (values (1)) one
    left join lateral (
      select p.key, p.date from resource p
      where p.type = 'Patient' and p.id = person_records.patient collate "C" limit 1
    ) o on true
    union
    select r.id, r.key, r.date from linked l
    cross join lateral (
      select t.key from token t where t.hash = hashtextextended('Patient:link:rPatient/' || l.id, 0) limit 100
    ) t
    cross join lateral (
      select p.id, p.key, p.date from resource p
      where p.key = t.key and p.type = 'Patient' and not p.deleted limit 1
    ) r
    cross join lateral (
      select from token b
      where b.hash = hashtextextended('Patient:link:rPatient/' || r.id, 0) and b.date = l.date and b.key = l.key
      limit 1
    ) b
  )
  select id from linked
$$;

do $$ begin
  perform spread_consent(key) from (select distinct key from consent_rule) c;
end $$;

-- A Patient is in its own record alone: what it links to no longer has it by saying so.
update resource set marks = array(select m from unnest(marks) m where m not like 'p:%')
where type = 'Patient' and exists (select from unnest(marks) m where m like 'p:%');
update history set marks = array(select m from unnest(marks) m where m not like 'p:%')
where type = 'Patient' and exists (select from unnest(marks) m where m like 'p:%');
