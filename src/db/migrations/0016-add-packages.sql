-- FHIR packages that were installed while the server runs, and profiles that are stored. src/packages/README.md has the reasoning.

create table installed_package (
  name text collate "C" primary key,
  version text not null,
  -- of the bytes of the package
  sha256 text not null,
  installed timestamptz not null,
  -- its package.json
  manifest jsonb not null,
  -- Type/id of what it brought
  resources text[] not null,
  -- what of it cannot be used, and why: [{severity, text: {en, zh}}]
  problems jsonb not null
);

-- Whichever door a StructureDefinition is written through, every process hears of it when it is committed.
create function definition_written() returns trigger language plpgsql as $$
begin
  perform pg_notify('xiantong_definitions', new.id);
  return null;
end $$;
create trigger definition_written after insert or update on resource
for each row when (new.type = 'StructureDefinition') execute function definition_written();
