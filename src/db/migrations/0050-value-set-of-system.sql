-- The value set of all codes of a system beside its header: the list of systems is read after each change of one,
-- and to parse every header for it took most of the time.
alter table concept_system add column value_set text collate "C";
update concept_system set value_set = header::jsonb ->> 'valueSet';
