-- The audit log in the shapes of IHE BALP (https://profiles.ihe.net/ITI/BALP/), by months, append-only and chained.

-- What entries of one kind have in common, as JSON text ready to be put together by the view below.
alter table audit_kind
  -- members of `meta` beyond the server's own, each after a comma
  add column meta text not null default '',
  -- coding of the purpose; its brackets and text are the view's
  add column purpose text,
  -- agents beside the client and the person, each after a comma
  add column others text not null default '',
  -- the person as an agent, its last brace left out
  add column person text not null default '{"requestor":true',
  -- `type` of an entity that is data, with a comma after it
  add column data text not null default '',
  add column source text not null default '{"observer":{"display":"Xiantong"}}';
comment on column audit_kind.agent is 'the client, its last brace left out';

-- Where an entry is in the order of what was settled: the transaction that wrote it. Restored into another cluster,
-- whose transactions are numbered anew, the log goes on above what it has: `audit_offset` is replaced then.
create function audit_offset() returns bigint language sql immutable parallel safe return 0;
create function audit_position() returns bigint language sql volatile parallel restricted
return pg_current_xact_id()::text::bigint + audit_offset();

alter table audit_log rename to audit_log_before;
alter index audit_log_pkey rename to audit_log_before_pkey;
alter index audit_log_patient rename to audit_log_before_patient;

create table audit_log (
  -- milliseconds
  at bigint not null,
  key bigint not null,
  kind bigint not null,
  -- of the caller
  address text,
  -- X-Request-Id
  request text,
  -- id of the access token (jti)
  token text,
  -- who was behind the client: Practitioner/1, and the name
  person text collate "C",
  person_name text,
  -- id of the one patient whose data it was: an access to the data of several has an entry for each
  patient text collate "C",
  -- what was read or written first: Observation/1
  target text collate "C",
  -- keys of the resources that an answer disclosed
  disclosed bigint[],
  -- the query of a search, or the name of an operation
  query text,
  -- what does not fit above: { targets: [reference], refusal: text, reason: text }
  more jsonb,
  position bigint not null default audit_position(),
  primary key (at, key)
) partition by range (at);
create index audit_log_patient on audit_log (patient, at, key) where patient is not null;
create index audit_log_person on audit_log (person, at, key) where person is not null;
create index audit_log_position on audit_log (position);

-- What has no month yet is kept here. Nothing is lost for want of a partition.
create table audit_log_rest partition of audit_log default;

-- Nobody changes or deletes what is recorded, be it by mistake: PostgreSQL refuses it, whoever asks.
create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'The audit log is append-only: % of % is refused', lower(tg_op), tg_table_name using errcode = '42501';
end $$;

create procedure audit_protect(part regclass) language plpgsql as $$
begin
  execute format('create trigger audit_final before update or delete or truncate on %s for each statement execute function audit_refuse()', part);
  execute format('revoke update, delete, truncate on %s from current_user', part);
end $$;

create function audit_month(at bigint) returns bigint language sql immutable parallel safe
return (extract(epoch from date_trunc('month', to_timestamp(at / 1000) at time zone 'UTC')) * 1000)::bigint;
create function audit_next_month(at bigint) returns bigint language sql immutable parallel safe
return (extract(epoch from date_trunc('month', to_timestamp(at / 1000) at time zone 'UTC') + interval '1 month') * 1000)::bigint;

-- The partitions that have their months, oldest first.
create view audit_part as
select c.relname::text as name,
  (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(-?\d+)''\)'))[1]::bigint as lo,
  (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''(-?\d+)''\)'))[1]::bigint as hi
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'audit_log'::regclass and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT';

-- Makes the partition of the month of `moment`, if it is not there. When entries of it, or of other months, were
-- kept in the rest, the rest becomes the partition of all of these months: nothing is moved.
create procedure audit_make_part(moment bigint) language plpgsql as $$
declare
  first bigint := audit_month(moment);
  after bigint := audit_next_month(moment);
  rest record;
  name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_part', 1));
  if exists (select from audit_part p where p.lo < after and p.hi > first) then
    return;
  end if;
  select audit_month(min(l.at)) as first, audit_next_month(max(l.at)) as after into rest from audit_log_rest l;
  if rest.first is not null then
    if exists (select from audit_part p where p.lo < greatest(after, rest.after) and p.hi > least(first, rest.first)) then
      first := rest.first;
      after := rest.after;
    else
      first := least(first, rest.first);
      after := greatest(after, rest.after);
    end if;
    if exists (select from audit_part p where p.lo < after and p.hi > first) then
      return; -- a month between them has its partition: they stay, and so does what comes
    end if;
  end if;
  name := 'audit_log_' || to_char(to_timestamp(first / 1000) at time zone 'UTC', 'YYYY_MM');
  if rest.first is null then
    execute format('create table %I partition of audit_log for values from (%s) to (%s)', name, first, after);
    call audit_protect(name::regclass);
  else
    alter table audit_log detach partition audit_log_rest;
    execute format('alter table audit_log_rest rename to %I', name);
    execute format('alter table audit_log attach partition %I for values from (%s) to (%s)', name, first, after);
    create table audit_log_rest partition of audit_log default;
    call audit_protect('audit_log_rest'::regclass);
  end if;
  execute format('alter table %I set (autovacuum_vacuum_insert_scale_factor = 1, autovacuum_analyze_scale_factor = 0.5)', name);
end $$;

do $$
declare
  month bigint;
begin
  for month in
    select distinct audit_month(at) from audit_log_before
    union select audit_month((extract(epoch from now()) * 1000)::bigint)
    union select audit_next_month((extract(epoch from now()) * 1000)::bigint)
  loop
    call audit_make_part(month);
  end loop;
end $$;

-- An entry for each patient. Those of further patients get keys of their own.
drop view audit_event;
insert into audit_log (at, key, kind, address, request, patient, target, query, more)
select at, key, kind, address, request, patient, target, query, nullif(more - 'patients', '{}') from audit_log_before;
insert into audit_log (at, key, kind, address, request, patient, target, query, more)
select l.at, nextval('resource_key'), l.kind, l.address, l.request, p.patient, l.target, l.query, nullif(l.more - 'patients', '{}')
from audit_patient p join audit_log_before l on l.at = p.at and l.key = p.key;
drop table audit_patient;
drop table audit_log_before;

call audit_protect('audit_log');
call audit_protect('audit_log_rest');
call audit_protect('audit_kind');

-- Seals: what was settled since the seal before, in the order of its transactions, with a digest of the entries and
-- a hash over digest and the seal before. Months are sealed apart, so that one can be dropped and the others checked.
create table audit_seal (
  number bigint primary key,
  -- first millisecond of the month (UTC)
  month bigint not null,
  -- transactions [from_position, to_position)
  from_position bigint not null,
  to_position bigint not null,
  entries bigint not null,
  digest bytea not null,
  hash bytea not null,
  -- milliseconds
  sealed bigint not null
);
call audit_protect('audit_seal');

-- Months whose entries were dropped, by whom it is told in the log itself.
create table audit_dropped (
  lo bigint not null,
  hi bigint not null,
  entries bigint not null,
  at bigint not null,
  primary key (lo, at)
);
call audit_protect('audit_dropped');

-- Which cluster the positions are of.
create table audit_cluster (
  system bigint not null
);
insert into audit_cluster select system_identifier from pg_control_system();

-- Every column of an entry and everything of its kind, in one text. Columns that come later are not in it.
create function audit_digest(from_position bigint, to_position bigint, month bigint, out entries bigint, out digest bytea)
language sql stable
begin atomic
  select count(*), sha256(coalesce(string_agg(sha256(convert_to(row(
    l.at, l.key, l.kind, l.address, l.request, l.token, l.person, l.person_name, l.patient, l.target, l.disclosed,
    l.query, l.more, l.position,
    k.meta, k.head, k.outcome, k.purpose, k.agent, k.others, k.person, k.data, k.source
  )::text, 'UTF8')), ''::bytea order by l.at, l.key), ''::bytea))
  from audit_log l left join audit_kind k on k.id = l.kind
  where l.position >= from_position and l.position < to_position
    and l.at >= month and l.at < audit_next_month(month);
end;

create function audit_hash(before bytea, number bigint, month bigint, from_position bigint, to_position bigint, entries bigint, digest bytea, sealed bigint)
returns bytea language sql immutable parallel safe
return sha256(coalesce(before, ''::bytea)
  || convert_to(concat_ws('|', number, month, from_position, to_position, entries, sealed), 'UTF8') || digest);

-- Seals what is settled: entries of transactions older than every one that is still open. Answers how many entries.
create function audit_seal_settled(now bigint) returns bigint language plpgsql as $$
declare
  last audit_seal;
  until bigint;
  next_number bigint;
  part record;
  total record;
  sealed_entries bigint := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('audit_seal', 1)) then
    return 0;
  end if;
  until := pg_snapshot_xmin(pg_current_snapshot())::text::bigint + audit_offset();
  select * into last from audit_seal order by number desc limit 1;
  next_number := coalesce(last.number, 0) + 1;
  for part in
    select distinct audit_month(l.at) as month from audit_log l
    where l.position >= coalesce(last.to_position, 0) and l.position < until order by 1
  loop
    select * into total from audit_digest(coalesce(last.to_position, 0), until, part.month);
    last.hash := audit_hash(last.hash, next_number, part.month, coalesce(last.to_position, 0), until, total.entries, total.digest, now);
    insert into audit_seal values (next_number, part.month, coalesce(last.to_position, 0), until, total.entries, total.digest, last.hash, now);
    next_number := next_number + 1;
    sealed_entries := sealed_entries + total.entries;
  end loop;
  return sealed_entries;
end $$;

-- Drops the partitions that end before `moment`, and answers which. The caller records it in the log.
create function audit_drop_before(moment bigint, now bigint) returns setof audit_dropped language plpgsql as $$
declare
  part record;
  dropped audit_dropped;
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_part', 1));
  for part in select p.name, p.lo, p.hi from audit_part p where p.hi <= moment order by p.lo loop
    dropped := (part.lo, part.hi, 0, now);
    execute format('select count(*) from %I', part.name) into dropped.entries;
    execute format('drop table %I', part.name);
    insert into audit_dropped values (dropped.*);
    return next dropped;
  end loop;
end $$;

-- In another cluster than the log was written in: goes on above what there is.
create function audit_settle_in() returns void language plpgsql as $$
declare
  current_system bigint := (select system_identifier from pg_control_system());
  top bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_seal', 1));
  if exists (select from audit_cluster where system = current_system) then
    return;
  end if;
  select greatest(coalesce(max(position), 0), coalesce((select max(to_position) from audit_seal), 0)) + 1 into top from audit_log;
  execute format('create or replace function audit_offset() returns bigint language sql immutable parallel safe return %s', top);
  update audit_cluster set system = current_system;
end $$;

create or replace function audit_entity(reference text, role text, type text) returns text language sql immutable parallel safe
return '{"what":{"reference":' || to_json(reference)::text || '},' || type
  || '"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"' || role || '"}},';
drop function audit_entity(text, text);

-- The log with the columns of `resource`, and where the index rows of the kind are.
create view audit_event as
select l.key, 'AuditEvent'::text collate "C" as type, ('audit-' || l.at || '-' || l.key) collate "C" as id,
  1 as version, l.at as updated, 'C'::"char" as method, false as deleted, null::text collate "C" as patient,
  l.at as date, l.at + 1 as date_end, 0::bigint as index_date, l.kind as index_key,
  l.patient as whose, l.target, l.disclosed, l.address, l.person, l.person_name, l.token, l.more,
  '{"resourceType":"AuditEvent","id":"audit-' || l.at || '-' || l.key
    || '","meta":{"versionId":"1","lastUpdated":"' || w.at || '"' || k.meta || '},' || k.head
    || ',"recorded":"' || w.at || '","outcome":"' || k.outcome || '"'
    || coalesce(',"outcomeDesc":' || to_json(l.more ->> 'refusal')::text, '')
    || coalesce(',"purposeOfEvent":[{"coding":[' || k.purpose || ']'
         || coalesce(',"text":' || to_json(l.more ->> 'reason')::text, '') || '}]', '')
    || ',"agent":[' || k.agent
    || case when l.person is null then coalesce(',"policy":[' || to_json(l.token)::text || ']', '') else '' end
    || coalesce(',"network":{"address":' || to_json(l.address)::text || ',"type":"2"}', '')
    || '}' || k.others
    || coalesce(',' || k.person || ',"who":{"reference":' || to_json(l.person)::text
         || coalesce(',"display":' || to_json(l.person_name)::text, '') || '}'
         || coalesce(',"name":' || to_json(l.person_name)::text, '')
         || coalesce(',"policy":[' || to_json(l.token)::text || ']', '') || '}', '')
    || '],"source":' || k.source || ',"entity":['
    || coalesce(audit_entity('Patient/' || l.patient, '1', '"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"1"},'), '')
    || coalesce(audit_entity(l.target, '4', k.data), '')
    || coalesce((select string_agg(audit_entity(t, '4', k.data), '' order by n)
         from jsonb_array_elements_text(l.more -> 'targets') with ordinality e(t, n)), '')
    || coalesce((select string_agg(audit_entity(r.type || '/' || r.id, '4', k.data), '' order by n)
         from unnest(l.disclosed) with ordinality d(key, n) join resource r on r.key = d.key), '')
    || coalesce('{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"2"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"24"},"query":"'
         || translate(encode(convert_to(l.query, 'UTF8'), 'base64'), E'\n', '') || '"},', '')
    || '{"what":{"identifier":{"value":' || to_json(l.request)::text
    || '}},"type":{"system":"https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType","code":"XrequestId"}}]}' as content
from audit_log l
join audit_kind k on k.id = l.kind
cross join lateral (
  select to_char(to_timestamp(l.at / 1000) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
    || '.' || lpad((l.at % 1000)::text, 3, '0') || 'Z' as at
) w;

-- Who may see it is decided by policies, as for the tables that were here before.
call access_guard_log();
