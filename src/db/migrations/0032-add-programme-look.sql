-- The day on which the programmes look at a resident again: time makes nothing due for the resident before it. What a
-- change makes due is found by the change. See features/tasks/README.md.
create table programme_look (
  patient text collate "C" primary key,
  day date not null
);
create index programme_look_day on programme_look (day, patient);

alter table programme_run
  drop column last,
  -- the programmes that were in force: when others are, everybody is looked at
  add column programmes text not null default '',
  -- tasks that were not made because what they rest on is wrong
  add column refused bigint not null default 0,
  -- when it began by the clock of the database: the county's clock may be moved by hand
  add column begun timestamptz not null default now();
