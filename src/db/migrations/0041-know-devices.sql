-- Browsers in which somebody has signed in before: what strangers try with a login does not lock these out.
create table known_device (
  -- digest of the browser's cookie
  device bytea not null,
  account text not null references account (id) on delete cascade,
  last timestamptz not null,
  primary key (account, device)
);
create index known_device_last on known_device (last);
