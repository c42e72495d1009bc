-- Code systems taken apart into their concepts, for the terminology service. What was defined by the packages,
-- loaded by command or written by clients stands here alike.
create table concept_system (
  key bigint generated always as identity primary key,
  -- 'CodeSystem/<id>' of a stored resource, 'definition:<url>' of the base specification, 'table:<url>|<version>'
  source text collate "C" not null unique,
  url text collate "C" not null,
  version text collate "C",
  status text not null,
  -- of http://hl7.org/fhir/codesystem-content-mode, of what stands here
  content text not null,
  -- the CodeSystem without its concepts, as JSON
  header text not null,
  -- of what it was made from
  sha256 text not null,
  count integer not null,
  loaded timestamptz not null default now()
);
create index concept_system_url on concept_system (url);

create table concept (
  system bigint not null references concept_system (key) on delete cascade,
  code text collate "C" not null,
  -- in the order of the system
  place integer not null,
  display text,
  inactive boolean not null,
  abstract boolean not null,
  parents text[] collate "C" not null,
  ancestors text[] collate "C" not null,
  -- property -> its values as texts
  facts jsonb not null,
  -- CodeSystem.concept.property and .designation
  properties jsonb not null,
  designations jsonb not null,
  -- code, displays and their readings, folded: what a text is looked for in
  words text not null,
  primary key (system, code)
);
create index concept_place on concept (system, place);
create index concept_ancestors on concept using gin (ancestors);

-- Concepts that are on their way, until all of them are there. Not worth a log: who dies begins again.
create unlogged table concept_arriving (
  load text collate "C" not null,
  place integer not null,
  row jsonb not null,
  arrived timestamptz not null default now(),
  primary key (load, place)
);

create function terminology_written() returns trigger language plpgsql as $$
begin
  perform pg_notify('terminology', '');
  return null;
end $$;
create trigger terminology_written after insert or update on resource
for each row when (new.type in ('CodeSystem', 'ValueSet', 'ConceptMap')) execute function terminology_written();
create trigger concepts_written after insert or update or delete on concept_system
for each statement execute function terminology_written();
