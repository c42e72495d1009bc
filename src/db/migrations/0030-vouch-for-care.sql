-- What opens a record must rest on more than somebody's word: src/access/README.md, "Vouching".

-- Which institution was shown whose identity card, by `Patient/$identify`; also when nobody was found (patient null).
create table identification (
  -- id of the Organization
  organization text collate "C" not null,
  patient text collate "C",
  -- milliseconds; what is written until then rests on it
  at bigint not null,
  until bigint not null
);
create index identification_organization on identification (organization, at);
create index identification_patient on identification (patient, organization);

-- Whether a resource may open the record of a resident: nobody but the server, a county-wide client or the residents
-- themselves wrote it; or the institution that did had the record already, or was shown the card.
create function access_vouched(person text, of_marks text[], at bigint) returns boolean
language sql stable as $$
  select not exists (select from unnest(of_marks) m where m like 'w:%') or exists (
    select from unnest(of_marks) m cross join lateral (select substring(m from 3) as id) w
    where m like 'w:%' and (
      exists (select from resource p where p.type = 'Patient' and p.id = person and not p.deleted
        and p.marks && array['o:' || w.id, 'w:' || w.id])
      or exists (select from care c where c.patient = person
        and split_part(c.handle, '|', 2) = 'Organization/' || w.id and c.starts <= at and at < c.ends)
      or exists (select from identification i where i.patient = person and i.organization = w.id
        and i.at <= at and at < i.until)))
$$;

-- What once was vouched for stays so while it is changed.
create or replace function care_written() returns trigger language plpgsql as $$
declare
  known text[] := '{}';
begin
  if tg_op = 'UPDATE' then
    with gone as (delete from care where key = new.key returning patient)
    select coalesce(array_agg(patient), '{}') into known from gone;
  end if;
  if not new.deleted then
    insert into care (key, patient, handle, starts, ends)
    select new.key, c.patient, c.handle, min(c.starts), max(c.ends)
    from care_of(new.type, resource_json(new.content)) c
    where c.patient = any(known) or access_vouched(c.patient, new.marks, new.updated)
    group by c.patient, c.handle;
  end if;
  return null;
end $$;

create or replace function consent_written() returns trigger language plpgsql as $$
declare
  r jsonb;
  known text[] := '{}';
  person text;
begin
  if tg_op = 'UPDATE' then
    with gone as (delete from consent_rule where key = new.key returning patient)
    select coalesce(array_agg(patient), '{}') into known from gone;
  end if;
  if not new.deleted then
    r := resource_json(new.content);
    person := substring(access_reference(r #>> '{patient,reference}') from '^Patient/(.*)$');
    if person = any(known) or access_vouched(person, new.marks, new.updated) then
      perform add_consent(new.key, r);
      if is_referral_consent(r) then delete from consent_rule where key = new.key and not deny; end if;
    end if;
  end if;
  return null;
end $$;

-- Whom a Condition of a kind is about may be shown to those who see that: 'a:notifiable', for the Patient alone.
create function condition_written() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then delete from care where key = new.key; end if;
  if not new.deleted and new.patient is not null then
    insert into care (key, patient, handle, starts, ends)
    select new.key, new.patient, 'a:' || substring(m from 3), -9223372036854775808, 9223372036854775807
    from unnest(new.marks) m where m like 'k:%';
  end if;
  return null;
end $$;
create trigger condition_written after insert or update of content on resource
for each row when (new.type = 'Condition') execute function condition_written();
insert into care (key, patient, handle, starts, ends)
select key, patient, 'a:' || substring(m from 3), -9223372036854775808, 9223372036854775807
from resource cross join lateral unnest(marks) m
where type = 'Condition' and not deleted and patient is not null and m like 'k:%';
