-- Open Tasks have rows of worklists: those that are there get them in the background.
insert into reindex (types) select array['Task'] where exists (select from resource where type = 'Task');
