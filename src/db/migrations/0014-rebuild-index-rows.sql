-- Index rows are made differently than before: those that are there are rebuilt in the background.
insert into reindex (types) select array_agg(distinct type order by type) from resource having count(*) > 0;
