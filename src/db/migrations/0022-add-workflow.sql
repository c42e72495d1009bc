-- What workflows hold besides their resources: see interactions/consequences.ts.

-- What only one resource may hold at a time: the contract in force of a resident, a slot.
create table claim (
  name text collate "C" primary key,
  -- Type/id of the resource that holds it
  holder text collate "C" not null
);
create index claim_holder on claim (holder);

-- When something falls due on a resource if nothing happens to it before.
create table deadline (
  holder text collate "C" not null,
  name text collate "C" not null,
  at timestamptz not null,
  -- when it fell due and was dealt with; it does so again only for another time
  fired timestamptz,
  -- of attempts to deal with it
  failures integer not null default 0,
  retry timestamptz,
  primary key (holder, name)
);
create index deadline_open on deadline (at) where fired is null;
