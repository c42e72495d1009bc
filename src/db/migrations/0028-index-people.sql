-- Patients are found by what they have in common, too: those that are there are indexed in the background.
insert into reindex (types) select array['Patient'] where exists (select 1 from resource where type = 'Patient');

-- Messages as they came, one row for each of a sender: sent again, one is answered as the first time.
create table message (
  source text collate "C" not null,
  id text collate "C" not null,
  -- by the sender's clock
  sent timestamptz not null,
  received timestamptz not null,
  -- 'done', or 'held' until it can be placed
  status text not null,
  -- what a later message of the same id must have, too
  hash text not null,
  content text not null,
  -- the response, of one that is done; what stands in its way, of one that is held
  answer text,
  problems text[],
  primary key (source, id)
);
create index message_held on message (source, sent) where status = 'held';

-- What each message said of each record: a record is what all of them say together, the latest last, in whichever
-- order they came.
create table message_record (
  -- Type|system|value
  record text collate "C" not null,
  source text collate "C" not null,
  id text collate "C" not null,
  sent timestamptz not null,
  content text not null,
  primary key (record, source, id)
);
