-- Search parameters that clients made, and the work of indexing for them. src/indexing/README.md has the reasoning.

-- One row. A writer reads the version in its writing statement, and so holds a lock on this table until it commits.
create table parameter_set (
  single boolean primary key default true check (single),
  -- grows with every change to what is indexed
  version integer not null
);
insert into parameter_set (version) values (0);

-- What every process indexes beside the packages' own parameters.
create table custom_parameter (
  -- id of the SearchParameter
  id text collate "C" primary key,
  -- its JSON text, as it was when it was taken up
  definition text not null,
  types text[] not null,
  -- version of the set with which it was taken up
  since integer not null,
  -- every resource of its types is indexed
  usable boolean not null default false
);

-- Rebuilding of index rows, in slices.
create table reindex (
  id bigint generated always as identity primary key,
  types text[] not null,
  status text not null default 'queued' check (status in ('queued', 'running', 'completed', 'cancelled', 'failed')),
  -- version of the set when it began: every slice knows at least the parameters of that one
  version integer,
  -- keys of resources: done up to the first, to do up to the second
  position bigint not null default 0,
  until bigint,
  -- once all are done, those are looked at again that were changed since this instant (milliseconds)
  again_since bigint,
  second_pass boolean not null default false,
  done bigint not null default 0,
  total bigint,
  -- index rows that were missing or too many
  repaired bigint not null default 0,
  requested timestamptz not null default now(),
  ended timestamptz,
  error text
);
create index reindex_unended on reindex (id) where ended is null;

-- Refuses a write whose rows were made with another set than the current one.
create function parameters_changed() returns bigint language plpgsql as $$
begin
  raise exception 'the search parameters have changed since the index rows were made' using errcode = 'XT001';
end $$;

-- Whichever door a SearchParameter is written through, the job that looks at it is committed with it.
create function search_parameter_written() returns trigger language plpgsql as $$
begin
  perform graphile_worker.add_job('search-parameters', '{}'::json, job_key => 'search-parameters');
  return null;
end $$;
create trigger search_parameter_written after insert or update on resource
for each row when (new.type = 'SearchParameter') execute function search_parameter_written();

-- The index rows of a range of resources, for rebuilding alone: some bytes for each thousand rows.
create index token_by_key on token using brin (key int8_minmax_multi_ops);
create index string_by_key on string using brin (key int8_minmax_multi_ops);
create index number_by_key on number using brin (key int8_minmax_multi_ops);
create index date_range_by_key on date_range using brin (key int8_minmax_multi_ops);
