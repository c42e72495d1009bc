-- Open Tasks whose last day is a month or a year have rows of their own, so that a list of what is due skips what is
-- over: those that are there get them in the background.
insert into reindex (types) select array['Task'] where exists (
  select from date_range
  where hash = hashtextextended('Task:due-end:', 0) and hi - lo > 86400000 and lo < 9000000000000000
);
