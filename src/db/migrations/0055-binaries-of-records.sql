-- A Binary whose securityContext is a Patient is in that record: those that are there get their marks in the background.
insert into reindex (types) select array['Binary'] where exists (
  select from resource where type = 'Binary' and content like '%"securityContext"%'
);
