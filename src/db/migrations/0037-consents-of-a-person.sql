-- A resident's Consent holds for all records of the person: what is linked to the Patient that it names, as long as it
-- is. What it denies is denied there, too; what it permits is permitted where who wrote it is vouched for.

-- A Patient and those linked to it, by links that both sides say, however many steps away.
create function person_records(patient text) returns setof text language sql stable as $$
  with recursive linked (id) as (
    select person_records.patient collate "C"
    union
    select r.id from linked l
    cross join lateral (
      select t.key from token t where t.hash = hashtextextended('Patient:link:rPatient/' || l.id, 0) limit 100
    ) t
    cross join lateral (
      select p.id from resource p where p.key = t.key and p.type = 'Patient' and not p.deleted limit 1
    ) r
  )
  select id from linked
$$;

create function spread_consent(of bigint) returns void language plpgsql as $$
declare
  own text;
  said text[];
  at bigint;
  other text;
  rule consent_rule;
begin
  select patient, marks, updated into own, said, at from resource where key = of;
  delete from consent_rule where key = of and patient <> own;
  for other in select p from person_records(own) p where p <> own loop
    for rule in select * from consent_rule c where c.key = of and c.patient = own loop
      continue when not rule.deny and (said is null or not access_vouched(other, said, at));
      rule.patient := other;
      insert into consent_rule select rule.*;
    end loop;
  end loop;
end $$;

create function consent_spread() returns trigger language plpgsql as $$
begin
  perform spread_consent(new.key);
  return null;
end $$;
-- By its name after consent_written, which writes the rules for the Patient itself.
create trigger consent_written_spread after insert or update of content on resource
for each row when (new.type = 'Consent' and not new.deleted) execute function consent_spread();

create function person_changed() returns trigger language plpgsql as $$
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
  return null;
end $$;
create trigger person_linked after insert on resource
for each row when (new.type = 'Patient' and new.content like '%"link":[%') execute function person_changed();
create trigger person_relinked after update of content on resource
for each row when (new.type = 'Patient' and (new.content like '%"link":[%' or old.content like '%"link":[%'))
execute function person_changed();

do $$ begin
  perform spread_consent(key) from (select distinct key from consent_rule) c;
end $$;
