-- The resources and their index tables. Instants are int8 milliseconds since 1970-01-01T00:00Z, as FHIR's
-- `instant` has them; a date's index entry is the half-open range [lo, hi) it stands for.

create sequence resource_key as bigint increment by 1000;

-- One row per resource: the current version, or the tombstone of a deleted one (content is null).
create table resource (
  key bigint primary key,
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  updated bigint not null,
  method "char" not null,
  deleted boolean not null default false,
  -- id of the patient whose compartment the resource belongs to, by its main patient reference
  patient text collate "C",
  -- natural order of the type: start of its main date, else the last update; date_end is null in that case
  date bigint not null,
  date_end bigint,
  content text
);
create unique index resource_type_id on resource (type, id);
create index resource_patient on resource (patient, type, date, key) where patient is not null;
create index resource_type_date on resource (type, date, key);
create index resource_type_updated on resource (type, updated, key);

-- Earlier versions, append-only.
create table history (
  key bigint not null,
  version integer not null,
  type text collate "C" not null,
  id text collate "C" not null,
  updated bigint not null,
  method "char" not null,
  deleted boolean not null,
  patient text collate "C",
  content text,
  primary key (key, version)
);
create index history_type_updated on history (type, updated, key);

-- Everything that is compared for equality: codes, identifiers, references, uris, exact strings.
-- hash = hashtextextended(text of the token, 0); answers come in the type's natural order.
create table token (
  hash bigint not null,
  date bigint not null,
  key bigint not null,
  primary key (hash, date, key)
);

-- Folded strings, searched by prefix. hash names type and parameter, here and below.
create table string (
  hash bigint not null,
  value text collate "C" not null,
  key bigint not null
);
create index string_value on string (hash, value, key);
create index string_key on string (hash, key);

-- Numbers, and quantities in canonical units.
create table number (
  hash bigint not null,
  value double precision not null,
  key bigint not null
);
create index number_value on number (hash, value, key);
create index number_key on number (hash, key);

-- Dates and periods.
create table date_range (
  hash bigint not null,
  lo bigint not null,
  hi bigint not null,
  key bigint not null
);
create index date_range_lo on date_range (hash, lo, key);
create index date_range_key on date_range (hash, key);
