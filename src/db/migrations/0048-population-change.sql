-- Residents about whom something changed that may move them into a large group of a key population or out of it.
create table population_change (
  patient text collate "C" primary key,
  -- tells a change that came meanwhile from one that was looked at
  change bigint not null
);
create sequence population_change_number;

-- Groups are found by being of a key population: those that are there are indexed anew in the background.
insert into reindex (types) select array['Group'] where exists (select from resource where type = 'Group');
