-- Who cares for a resident cares for the person: what opens one record opens those linked to it, as long as they are,
-- each where who wrote it is vouched for there, too (src/access/README.md, "Vouching").

-- Of the record that the care was written for, when it is another.
alter table care add column via text collate "C";

-- As in 0030, but for what is open because it is linked: that vouches for nothing else. And a card vouches for what is
-- written within its hours: `at` alone was its own time.
create or replace function access_vouched(person text, of_marks text[], at bigint) returns boolean
language sql stable as $$
  select not exists (select from unnest(of_marks) m where m like 'w:%') or exists (
    select from unnest(of_marks) m cross join lateral (select substring(m from 3) as id) w
    where m like 'w:%' and (
      exists (select from resource p where p.type = 'Patient' and p.id = person and not p.deleted
        and p.marks && array['o:' || w.id, 'w:' || w.id])
      or exists (select from care c where c.patient = person and c.via is null
        and split_part(c.handle, '|', 2) = 'Organization/' || w.id and c.starts <= access_vouched.at and access_vouched.at < c.ends)
      or exists (select from identification i where i.patient = person and i.organization = w.id
        and i.at <= access_vouched.at and access_vouched.at < i.until)))
$$;

-- Opens the linked records: those that were open before (`known`), and those that are vouched for at a time. Of what has
-- no marks yet nobody knows who wrote it.
create function spread_care(of bigint, known text[], at bigint) returns void language sql as $$
  insert into care (key, patient, handle, starts, ends, via)
  select c.key, p.id, c.handle, c.starts, c.ends, c.patient
  from care c
  join resource r on r.key = c.key
  cross join lateral person_records(c.patient) p (id)
  where c.key = of and c.via is null and c.handle like 'c:%' and p.id <> c.patient and r.marks is not null
    and (p.id = any(known) or access_vouched(p.id, r.marks, at))
  on conflict do nothing
$$;

-- The same once more for what is open already: at its own time, or when something came to vouch for it.
create function respread_care(of bigint, at bigint) returns void language plpgsql as $$
declare
  known text[];
begin
  with gone as (delete from care where key = of and via is not null returning patient)
  select coalesce(array_agg(patient), '{}') into known from gone;
  perform spread_care(of, known, coalesce(at, r.updated)) from resource r where r.key = of;
end $$;

create or replace function care_written() returns trigger language plpgsql as $$
declare
  known text[] := '{}';
  linked text[] := '{}';
begin
  if tg_op = 'UPDATE' then
    with gone as (delete from care where key = new.key returning patient, via)
    select coalesce(array_agg(patient) filter (where via is null), '{}'),
      coalesce(array_agg(patient) filter (where via is not null), '{}')
    into known, linked from gone;
  end if;
  if not new.deleted then
    insert into care (key, patient, handle, starts, ends)
    select new.key, c.patient, c.handle, min(c.starts),
      max(care_limited(new.type, resource_json(new.content), c.starts, c.ends, new.updated))
    from care_of(new.type, resource_json(new.content)) c
    where c.patient = any(known) or access_vouched(c.patient, new.marks, new.updated)
    group by c.patient, c.handle;
    if found then perform spread_care(new.key, linked, new.updated); end if;
  end if;
  return null;
end $$;

create or replace function limit_care() returns void language sql as $$
  update care set ends = e.ends
  from (
    select r.key, c.patient, c.handle, max(care_limited(r.type, resource_json(r.content), c.starts, c.ends, r.updated)) as ends
    from resource r cross join lateral care_of(r.type, resource_json(r.content)) c
    where r.key in (select key from care where handle like 'c:encounter|%') and r.type = 'Encounter' and not r.deleted
    group by r.key, c.patient, c.handle
  ) e
  where care.key = e.key and coalesce(care.via, care.patient) = e.patient and care.handle = e.handle
    and care.ends <> e.ends
$$;

-- Records are linked, or no longer.
create or replace function person_changed() returns trigger language plpgsql as $$
declare
  was text;
  affected text[];
begin
  if tg_op = 'UPDATE' then was := old.content; end if;
  select array_agg(distinct p) into affected from (
    select new.id
    union
    select substring(l #>> '{}' from 'Patient/([A-Za-z0-9.-]{1,64})$')
    from jsonb_path_query(resource_json(was), '$.link[*].other.reference', silent => true) l
  ) named (id) cross join lateral person_records(named.id) p where named.id is not null;
  perform spread_consent(c.key) from (select distinct key from consent_rule where patient = any(affected)) c;
  perform respread_care(c.key, null) from (select distinct key from care where patient = any(affected)) c;
  return null;
end $$;

-- A card was shown: what its institution has open for a linked record opens this one, too.
create function person_identified() returns trigger language plpgsql as $$
begin
  perform respread_care(c.key, new.at) from (
    select distinct c.key from person_records(new.patient) p (id)
    join care c on c.patient = p.id and c.via is null
    join resource r on r.key = c.key
    where r.marks @> array['w:' || new.organization]
  ) c;
  return null;
end $$;
create trigger person_identified after insert on identification
for each row when (new.patient is not null) execute function person_identified();

do $$ begin
  perform respread_care(c.key, null) from (select distinct key from care) c;
end $$;
