-- What was put into an empty database at its first start, and whether that was finished.
create table seed (
  name text primary key,
  finished boolean not null default false
);
