-- A Binary finds the documents that state its hash: those that are there get their keys in the background.
insert into reindex (types)
select array_agg(distinct type) from resource where type in ('DiagnosticReport', 'DocumentReference', 'Media')
having count(*) > 0;
