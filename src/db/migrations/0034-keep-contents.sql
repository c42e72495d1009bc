-- Contents of Binaries that are kept beside the database: those that some version has, present or former. What is in
-- the store and not here was received and never came into a version.
create table kept_content (name text collate "C" primary key);

create function content_kept() returns trigger language plpgsql as $$
begin
  insert into kept_content
  select name #>> '{}' from jsonb_path_query(
    resource_json(new.content),
    '$._data.extension[*].extension[*] ? (@.url == "name").valueString'
  ) found(name)
  on conflict do nothing;
  return null;
end $$;
create trigger content_kept after insert or update of content on resource
for each row when (new.type = 'Binary' and new.content like '%/StructureDefinition/kept-content"%')
execute function content_kept();
