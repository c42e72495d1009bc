-- Who may see which rows. src/access/README.md has the reasoning.

-- What a version says of itself: the organisations whose data it is ('o:' named in it, 'w:' wrote it first), its
-- kind ('k:'), its security labels ('s:system|code'), patients beside the one of the column ('p:').
-- Null until the rows are rebuilt: what is not known is not shown.
alter table resource add column marks text[] collate "C";
alter table history add column marks text[] collate "C";
insert into reindex (types) select array_agg(distinct type order by type) from resource having count(*) > 0;

-- A client acts for the whole county (the platform), or for its organisation alone, in some roles.
alter table oauth_client add column county_wide boolean not null default false;
alter table oauth_client add column roles text[] not null default '{}';
-- Those that are there were registered when every client was one for the whole county.
update oauth_client set county_wide = true;

-- FHIR dateTime -> milliseconds, its beginning or its end; without a zone it is local time in China.
create function access_instant(value text, ends boolean) returns bigint
language plpgsql immutable parallel safe as $$
declare
  start timestamptz;
  length int := char_length(value);
begin
  if value is null then return case when ends then 9223372036854775807 else -9223372036854775808 end; end if;
  if length > 10 then
    start := case when value ~ '(Z|[+-]\d\d:\d\d)$' then value else value || '+08:00' end::timestamptz;
    return floor(extract(epoch from start) * 1000);
  end if;
  start := (rpad(value, 10, case length when 4 then '-01-01' else '-01' end) || 'T00:00:00+08:00')::timestamptz;
  if ends then
    start := (start at time zone '+08:00'
      + case length when 4 then interval '1 year' when 7 then interval '1 month' else interval '1 day' end) at time zone '+08:00';
  end if;
  return extract(epoch from start) * 1000;
exception when others then
  -- Not a date: neither begun nor ended.
  return case when ends then -9223372036854775808 else 9223372036854775807 end;
end
$$;

-- 'Type/id' of a reference below this server or relative, without its version; null for anything else.
create function access_reference(value text) returns text
language sql immutable parallel safe
return substring(value from '([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]+)?$');

-- Who cares for whom, and while what lasts: rows of contracts, teams, encounters and tasks that are in force.
create table care (
  key bigint not null,
  patient text collate "C" not null,
  -- 'c:contract|CareTeam/x', 'c:task-referral|Organization/y'
  handle text collate "C" not null,
  -- milliseconds, half-open
  starts bigint not null,
  ends bigint not null,
  primary key (patient, handle, key)
);
create index care_key on care (key);

-- The relations that a resource is evidence of.
create function care_of(type text, r jsonb) returns table (patient text, handle text, starts bigint, ends bigint)
language sql stable as $$
  with found (person, basis, party, period) as (
    select r #>> '{subject,reference}', 'encounter', p.party, r -> 'period'
    from (
      select r #>> '{serviceProvider,reference}' as party
      union all select e #>> '{individual,reference}' from jsonb_path_query(r, '$.participant[*]', silent => true) e
    ) p
    where care_of.type = 'Encounter' and r ->> 'status' in ('arrived', 'triaged', 'in-progress', 'onleave')
    union all
    select s #>> '{reference}', 'contract', p.party, r -> 'applies'
    from jsonb_path_query(r, '$.subject[*]', silent => true) s, (
      select a ->> 'reference' as party from jsonb_path_query(r, '$.authority[*]', silent => true) a
      union all select e #>> '{valueReference,reference}' from jsonb_path_query(r,
        '$.extension[*] ? (@.url == "https://xiantong.example/fhir/StructureDefinition/contract-care-team")', silent => true) e
    ) p
    where care_of.type = 'Contract' and r ->> 'status' in ('executed', 'amended', 'resolved', 'renewed')
    union all
    select r #>> '{subject,reference}', 'care-team', p.party, p.period
    from (
      select m ->> 'reference' as party, r -> 'period' as period
      from jsonb_path_query(r, '$.managingOrganization[*]', silent => true) m
      union all
      select m #>> '{member,reference}', coalesce(m -> 'period', r -> 'period')
      from jsonb_path_query(r, '$.participant[*]', silent => true) m
    ) p
    where care_of.type = 'CareTeam' and r ->> 'status' = 'active'
    union all
    select r #>> '{for,reference}', 'task-' || c, p.party, r #> '{restriction,period}'
    from jsonb_path_query(r, '$.code.coding[*].code', silent => true) j(v), lateral (select j.v #>> '{}' as c) k, (
      select r #>> '{owner,reference}' as party
    ) p
    where care_of.type = 'Task' and r ->> 'status' in ('accepted', 'in-progress', 'on-hold')
  )
  select distinct substring(access_reference(person) from '^Patient/(.*)$'), 'c:' || basis || '|' || access_reference(party),
    -- A time limit of a task says when it should be done, not when it ends.
    case when basis like 'task-%' then -9223372036854775808 else access_instant(period ->> 'start', false) end,
    case when basis like 'task-%' then 9223372036854775807 else access_instant(period ->> 'end', true) end
  from found
  where access_reference(person) like 'Patient/%' and access_reference(party) is not null
$$;

create function care_written() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then delete from care where key = new.key; end if;
  if not new.deleted then
    insert into care (key, patient, handle, starts, ends)
    select new.key, c.patient, c.handle, min(c.starts), max(c.ends)
    from care_of(new.type, resource_json(new.content)) c group by c.patient, c.handle;
  end if;
  return null;
end $$;
create trigger care_written after insert or update of content on resource
for each row when (new.type in ('Encounter', 'Contract', 'CareTeam', 'Task')) execute function care_written();
insert into care (key, patient, handle, starts, ends)
select r.key, c.patient, c.handle, min(c.starts), max(c.ends)
from resource r cross join lateral care_of(r.type, resource_json(r.content)) c
where r.type in ('Encounter', 'Contract', 'CareTeam', 'Task') and not r.deleted
group by r.key, c.patient, c.handle;

-- What residents permit and deny: a row for each provision of an active Consent, with what it inherits from the
-- provisions around it. https://hl7.org/fhir/R4/consent.html
create table consent_rule (
  key bigint not null,
  patient text collate "C" not null,
  -- the deepest provision that matches decides
  depth int not null,
  deny boolean not null,
  -- null: whoever, for whatever, of whatever
  actors text[] collate "C",
  purposes text[] collate "C",
  types text[] collate "C",
  labels text[] collate "C",
  targets text[] collate "C",
  -- milliseconds, half-open: when it holds, and of when the data are
  starts bigint not null,
  ends bigint not null,
  data_from bigint not null,
  data_to bigint not null
);
create index consent_rule_patient on consent_rule (patient);
create index consent_rule_key on consent_rule (key);

-- Adds the rules of a provision and of those inside it. What cannot be told of a row (a code, an action) widens what
-- is denied, and leaves nothing of what is permitted.
create function add_consent_rules(provision jsonb, parent consent_rule) returns void
language plpgsql as $$
declare
  rule consent_rule := parent;
  child jsonb;
  vague boolean := provision ? 'code';
  found text[];
begin
  rule.depth := parent.depth + 1;
  rule.deny := coalesce(provision ->> 'type' = 'deny', parent.deny);
  if provision ? 'actor' then
    select array_agg(access_reference(a #>> '{reference,reference}')) into rule.actors
    from jsonb_array_elements(provision -> 'actor') a;
  end if;
  if provision ? 'purpose' then
    select array_agg(p ->> 'code') into rule.purposes from jsonb_array_elements(provision -> 'purpose') p;
  end if;
  if provision ? 'securityLabel' then
    select array_agg('s:' || coalesce(l ->> 'system', '') || '|' || (l ->> 'code')) into rule.labels
    from jsonb_array_elements(provision -> 'securityLabel') l;
  end if;
  if provision ? 'class' then
    select array_agg(c ->> 'code') filter (where c ->> 'system' = 'http://hl7.org/fhir/resource-types') into found
    from jsonb_array_elements(provision -> 'class') c;
    if found is null then vague := true; else rule.types := found; end if;
  end if;
  if provision ? 'data' then
    select array_agg(access_reference(d #>> '{reference,reference}')) into rule.targets
    from jsonb_array_elements(provision -> 'data') d;
  end if;
  if provision ? 'action' and not exists (select from jsonb_path_query(provision, '$.action[*].coding[*].code') c
      where c #>> '{}' in ('access', 'use', 'disclose')) then
    vague := true;
  end if;
  if provision ? 'period' then
    rule.starts := greatest(rule.starts, access_instant(provision #>> '{period,start}', false));
    rule.ends := least(rule.ends, access_instant(provision #>> '{period,end}', true));
  end if;
  if provision ? 'dataPeriod' then
    rule.data_from := greatest(rule.data_from, access_instant(provision #>> '{dataPeriod,start}', false));
    rule.data_to := least(rule.data_to, access_instant(provision #>> '{dataPeriod,end}', true));
  end if;
  if rule.deny is not null and not (vague and not rule.deny) then
    insert into consent_rule select rule.*;
  end if;
  for child in select * from jsonb_array_elements(coalesce(provision -> 'provision', '[]')) loop
    perform add_consent_rules(child, rule);
  end loop;
end $$;

create function add_consent(of bigint, r jsonb) returns void
language plpgsql as $$
declare
  rule consent_rule;
begin
  if r is null or r ->> 'status' is distinct from 'active' or not r ? 'provision' then return; end if;
  rule.key := of;
  rule.patient := substring(access_reference(r #>> '{patient,reference}') from '^Patient/(.*)$');
  if rule.patient is null then return; end if;
  rule.depth := 0;
  rule.starts := access_instant(null, false);
  rule.ends := access_instant(null, true);
  rule.data_from := rule.starts;
  rule.data_to := rule.ends;
  perform add_consent_rules(r -> 'provision', rule);
end $$;

create function consent_written() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then delete from consent_rule where key = new.key; end if;
  if not new.deleted then perform add_consent(new.key, resource_json(new.content)); end if;
  return null;
end $$;
create trigger consent_written after insert or update of content on resource
for each row when (new.type = 'Consent') execute function consent_written();
do $$ begin
  perform add_consent(key, resource_json(content)) from resource where type = 'Consent' and not deleted;
end $$;

-- Who has broken the glass: told of once, and again when `until` has passed.
create table emergency (
  -- 'Practitioner/x', or the client
  who text collate "C" not null,
  reason text not null,
  -- milliseconds
  at bigint not null,
  until bigint not null,
  primary key (who, at, reason)
);

-- The role in which everything is read for those who may not see all. Roles belong to the cluster, so that another
-- database may have made it, or may be making it now.
do $$ begin
  if exists (select from pg_roles where rolname = 'xiantong_reader') then return; end if;
  create role xiantong_reader nologin;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then
    raise exception 'This account may not create roles. Whoever may runs: create role xiantong_reader nologin; grant xiantong_reader to %', current_user;
end $$;
do $$ begin
  if not pg_has_role(current_user, 'xiantong_reader', 'set') then
    execute format('grant xiantong_reader to %I', current_user);
  end if;
end $$;
grant usage on schema public to xiantong_reader;
grant select on resource, history, token, string, number, date_range, code_system, care, consent_rule, parameter_set,
  custom_parameter, concept_system, concept, installed_package to xiantong_reader;

-- What the connection's reader reaches: `Reach` of src/kernel/ctx.ts, each member a setting of its own, so that no
-- statement has to take JSON apart. A reader of whom nothing is said reaches nothing.
create function access_say(reach jsonb, of_transaction boolean) returns void language sql as $$
  select set_config('xiantong.' || case name when 'seesOfType' then 'sees_of_type' else name end, coalesce(case jsonb_typeof(reach -> name)
      when 'array' then array(select jsonb_array_elements_text(reach -> name))::text
      else reach ->> name end, ''), of_transaction)
  from unnest(array['sees', 'open', 'seesOfType', 'hidden', 'patient', 'unconfined', 'narrow', 'actors', 'purposes', 'overrides', 'audits']) name
$$;
create function access_list(name text) returns text[] language sql stable parallel safe
return coalesce(nullif(current_setting('xiantong.' || name, true), ''), '{}')::text[];
create function access_text(name text) returns text language sql stable parallel safe
return nullif(current_setting('xiantong.' || name, true), '');

-- Milliseconds.
create function access_now() returns bigint language sql stable parallel safe
return floor(extract(epoch from now()) * 1000);

-- The resident whose record a row belongs to: of several (an appointment, a group) the first.
create function access_person(type text, id text, patient text, marks text[]) returns text
language sql immutable parallel safe
return case when type = 'Patient' then id when patient is not null then patient
  else substring(array_to_string(marks, E'\n') from '(?:^|\n)p:([A-Za-z0-9.-]+)') end;

-- Whether any of some handles is reached for the type: 'Observation o:x'.
create function access_of_type(handles text[], type text, sees text[]) returns boolean
language sql immutable parallel safe
return exists (select from unnest(handles) h where type || ' ' || h = any(sees));

-- Whether a resource is of the part of its type that narrowed scopes reach. `narrow`: type -> alternatives, each a
-- list of conditions, each a list of tokens of which one must be there.
create function access_narrowed(of_type text, own bigint[]) returns boolean
language sql stable parallel safe as $$
  select coalesce(bool_or((
    select bool_and(own && array(select hashtextextended(t, 0) from jsonb_array_elements_text(condition) t))
    from jsonb_array_elements(alternative) condition)), true)
  from jsonb_array_elements(current_setting('xiantong.narrow', true)::jsonb -> of_type) alternative
$$;

-- What the resident's Consents say about a row: true, false, or null when they say nothing. A Consent decides by its
-- deepest provision that matches; one that denies outweighs others that permit. A permission that names nobody leaves
-- it at what holds otherwise.
create function access_consented(person text, of_type text, of_id text, of_marks text[], at bigint, now bigint,
  reader_actors text[], reader_purposes text[]) returns boolean language sql stable parallel safe as $$
  select case when bool_or(deny) then false when bool_or(not deny and actors is not null) then true end
  from (
    select distinct on (c.key) c.deny, c.actors from consent_rule c
    where c.patient = person and c.starts <= now and now < c.ends
      and (c.actors is null or c.actors && reader_actors)
      and (c.purposes is null or c.purposes && reader_purposes)
      and (c.types is null or of_type = any(c.types))
      and (c.labels is null or c.labels && of_marks)
      and (c.targets is null or of_type || '/' || of_id = any(c.targets))
      and c.data_from <= at and at < c.data_to
    order by c.key, c.depth desc, c.deny desc
  ) d
$$;

-- The one predicate, over the columns that resource and history share. `at`: the date of the data.
do $$
declare
  predicate text := $p$
    -- Labels that ask for more, and rows of which it is not known whether they have one.
    t.marks is not null and not t.marks && (select access_list('hidden'))
    -- An app for one resident sees that one's record alone, and what is nobody's.
    and ((select access_text('patient')) is null
      or access_person(t.type, t.id, t.patient, t.marks) = (select access_text('patient'))
      or array['p:' || (select access_text('patient'))] && t.marks
      or array[t.type] && (select access_list('unconfined')))
    and coalesce(
      case when (select access_text('overrides')) is null
          and exists (select from consent_rule c where c.patient = access_person(t.type, t.id, t.patient, t.marks)) then
        access_consented(access_person(t.type, t.id, t.patient, t.marks), t.type, t.id, t.marks, %s, (select access_now()),
          (select access_list('actors')), (select access_list('purposes')))
      end,
      t.marks && (select access_list('sees'))
      or array['all', 'p:' || access_person(t.type, t.id, t.patient, t.marks)] && (select access_list('sees'))
      or array[t.type] && (select access_list('open'))
      or (select access_text('sees_of_type')) is not null and access_of_type(
        t.marks || array['all', 'p:' || access_person(t.type, t.id, t.patient, t.marks)], t.type, (select access_list('sees_of_type')))
      or exists (select from care c where c.patient = access_person(t.type, t.id, t.patient, t.marks)
        and (array[c.handle] && (select access_list('sees'))
          or array[t.type || ' ' || c.handle] && (select access_list('sees_of_type')))
        and c.starts <= (select access_now()) and (select access_now()) < c.ends))
  $p$;
begin
  execute format('create policy visible on resource for select to xiantong_reader using ('
    || replace(predicate, 't.', 'resource.')
    || $p$ and ((select access_text('narrow')) is null or access_narrowed(resource.type, resource.tokens)))$p$, 'resource.date');
  -- An earlier version is seen by whoever sees the present one, if it reaches that version too.
  execute format('create policy visible on history for select to xiantong_reader using ('
    || replace(predicate, 't.', 'history.')
    || ' and exists (select from resource r where r.key = history.key))', 'history.updated');
end $$;
alter table resource enable row level security;
alter table history enable row level security;

-- The log shows a reader the entries about those whose record is the reader's own to see; whoever reads leaves a
-- record. To be called again by whoever makes these tables anew.
create procedure access_guard_log() language plpgsql as $$
declare
  part text;
begin
  foreach part in array array['audit_log', 'audit_patient'] loop
    continue when to_regclass(part) is null;
    execute format('create policy visible on %I for select to xiantong_reader
      using (cardinality((select access_list(''audits''))) > 0 and array[patient] && (select access_list(''audits'')))', part);
    execute format('create policy recorded on %I for insert to xiantong_reader with check (true)', part);
    execute format('alter table %I enable row level security', part);
    execute format('grant select, insert on %I to xiantong_reader', part);
  end loop;
  alter view audit_event set (security_invoker = true);
  grant select on audit_event, audit_kind to xiantong_reader;
end $$;
call access_guard_log();
