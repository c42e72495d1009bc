-- Breaking the glass opens one resident's record: what was told of before was of every record.
alter table emergency add column patient text collate "C" not null default '';
alter table emergency drop constraint emergency_pkey;
alter table emergency add primary key (who, at, patient, reason);

-- An encounter that nobody finishes opens the record for so long after it began or was written last, by the access
-- policy (`encounterHours`), which every start writes here; null: until it is finished. Class '*' is any other.
create table care_limit (class text collate "C" primary key, hours double precision);

-- When what a resource says of care ends at the latest; `starts`, `ends` and `written` in milliseconds.
create function care_limited(type text, r jsonb, starts bigint, ends bigint, written bigint) returns bigint
language sql stable as $$
  select case when care_limited.type <> 'Encounter' then ends
    -- least() leaves nulls out
    else least(ends, greatest(starts, written)
      + (select hours * 3600000 from care_limit l where l.class in (r #>> '{class,code}', '*')
         order by l.class = '*' limit 1)::bigint) end
$$;

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
    select new.key, c.patient, c.handle, min(c.starts),
      max(care_limited(new.type, resource_json(new.content), c.starts, c.ends, new.updated))
    from care_of(new.type, resource_json(new.content)) c
    where c.patient = any(known) or access_vouched(c.patient, new.marks, new.updated)
    group by c.patient, c.handle;
  end if;
  return null;
end $$;

-- What is open already, when the limits change. Encounters that are not in force have no rows.
create function limit_care() returns void language sql as $$
  update care set ends = e.ends
  from (
    select r.key, c.patient, c.handle, max(care_limited(r.type, resource_json(r.content), c.starts, c.ends, r.updated)) as ends
    from resource r cross join lateral care_of(r.type, resource_json(r.content)) c
    where r.key in (select key from care where handle like 'c:encounter|%') and r.type = 'Encounter' and not r.deleted
    group by r.key, c.patient, c.handle
  ) e
  where care.key = e.key and care.patient = e.patient and care.handle = e.handle and care.ends <> e.ends
$$;
