-- Requests that are carried out later, and what came of them. https://hl7.org/fhir/R4/async.html
create table async_request (
  id text collate "C" primary key,
  -- whose it is
  client text not null,
  person text,
  requested timestamptz not null default now(),
  -- method, address, headers, and on whose behalf
  request jsonb not null,
  body bytea,
  -- may change something: it is not done a second time
  changes boolean not null,
  attempts integer not null default 0,
  started timestamptz,
  -- of the answer: HTTP status, resource type, JSON text on one line
  status integer,
  type text,
  answer text,
  -- from then on nobody has it
  expires timestamptz not null
);
create index async_request_expires on async_request (expires);
create index async_request_unended on async_request (client) where status is null;
