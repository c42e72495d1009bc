-- The nightly making of public-health tasks, one run for each day of the county: see features/tasks/README.md.
create table programme_run (
  day date primary key,
  -- windows that ended before are history: the day of the last run that ended
  since date not null,
  -- the resident up to whom it has come, in the order of ids
  last text collate "C" not null default '',
  done bigint not null default 0,
  total bigint not null,
  created bigint not null default 0,
  -- tasks that nobody could be given
  unassigned bigint not null default 0,
  started timestamptz not null,
  ended timestamptz
);
