-- Patients are found by what they have in common, too: those that are there are indexed in the background.
insert into reindex (types) select array['Patient'] where exists (select 1 from resource where type = 'Patient');
