-- What the server records of every access: a narrow row each, shown as AuditEvents by the view below.
-- 19 index rows for every access would cost more than the access itself. So what many accesses have in common
-- (who, by which interaction, with which outcome) is a kind, indexed once, and only what differs is in the row.

create table audit_kind (
  -- Key of the kind's index rows, which stand among those of the resources with the date 0; always negative.
  id bigint primary key,
  -- Parts of the AuditEvent as JSON text: members before `recorded`; the agent, its last brace left out.
  head text not null,
  outcome text not null,
  agent text not null
);

create table audit_log (
  -- milliseconds
  at bigint not null,
  key bigint not null,
  kind bigint not null,
  -- of the caller
  address text,
  -- X-Request-Id
  request text,
  -- id of the first (mostly the only) patient whose data it was
  patient text collate "C",
  -- what was read or written first: Observation/1
  target text collate "C",
  -- the query of a search, or the name of an operation
  query text,
  -- what does not fit above: { patients: [id], targets: [reference], refusal: text }
  more jsonb,
  primary key (at, key)
);
create index audit_log_patient on audit_log (patient, at, key) where patient is not null;
alter table audit_log set (autovacuum_vacuum_insert_scale_factor = 1, autovacuum_analyze_scale_factor = 0.5);

-- The patients of an access beyond the first.
create table audit_patient (
  patient text collate "C" not null,
  at bigint not null,
  key bigint not null,
  primary key (patient, at, key)
);

create function audit_entity(reference text, role text) returns text language sql immutable parallel safe
return '{"what":{"reference":' || to_json(reference)::text
  || '},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"' || role || '"}}';

-- The log with the columns of `resource`, and where the index rows of the kind are.
create view audit_event as
select l.key, 'AuditEvent'::text collate "C" as type, ('audit-' || l.at || '-' || l.key) collate "C" as id,
  1 as version, l.at as updated, 'C'::"char" as method, false as deleted, null::text collate "C" as patient,
  l.at as date, l.at + 1 as date_end, 0::bigint as index_date, l.kind as index_key,
  l.patient as first_patient, l.target, l.address, l.more,
  '{"resourceType":"AuditEvent","id":"audit-' || l.at || '-' || l.key
    || '","meta":{"versionId":"1","lastUpdated":"' || w.at || '"},' || k.head
    || ',"recorded":"' || w.at || '","outcome":"' || k.outcome || '"'
    || coalesce(',"outcomeDesc":' || to_json(l.more ->> 'refusal')::text, '')
    || ',"agent":[' || k.agent
    || coalesce(',"network":{"address":' || to_json(l.address)::text || ',"type":"2"}', '')
    || '}],"source":{"observer":{"display":"Xiantong"}},"entity":['
    || coalesce(audit_entity('Patient/' || l.patient, '1') || ',', '')
    || coalesce((select string_agg(audit_entity('Patient/' || p, '1') || ',', '' order by n)
         from jsonb_array_elements_text(l.more -> 'patients') with ordinality e(p, n)), '')
    || coalesce(audit_entity(l.target, '4') || ',', '')
    || coalesce((select string_agg(audit_entity(t, '4') || ',', '' order by n)
         from jsonb_array_elements_text(l.more -> 'targets') with ordinality e(t, n)), '')
    || coalesce('{"query":"' || translate(encode(convert_to(l.query, 'UTF8'), 'base64'), E'\n', '')
         || '","role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"24"}},', '')
    || '{"description":"request","detail":[{"type":"X-Request-Id","valueString":' || to_json(l.request)::text
    || '}]}]}' as content
from audit_log l
join audit_kind k on k.id = l.kind
cross join lateral (
  select to_char(to_timestamp(l.at / 1000) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
    || '.' || lpad((l.at % 1000)::text, 3, '0') || 'Z' as at
) w;
