-- People who sign in, and what was tried in vain.

create table account (
  -- subject of tokens; says nothing about whom it belongs to
  id text primary key,
  -- as compared: NFKC, lower case
  login text not null unique,
  name text not null,
  -- 'Practitioner/x', 'Patient/x' or 'RelatedPerson/x'; an operator may be none of them
  fhir_user text,
  roles text[] not null default '{}',
  administrator boolean not null default false,
  active boolean not null default true,
  -- argon2id in the PHC string format; null when only another provider signs this person in
  password_hash text check (password_hash like '$argon2id$%'),
  -- the password is one that somebody else has seen
  must_change boolean not null default false,
  -- who the county's own login says it is
  upstream_issuer text,
  upstream_subject text,
  created timestamptz not null default now(),
  last_sign_in timestamptz,
  unique (upstream_issuer, upstream_subject),
  check ((upstream_issuer is null) = (upstream_subject is null))
);

-- Attempts to sign in that did not succeed, by digest of what was tried: a login, whether it exists or not, or an address.
create table sign_in_attempt (
  key bytea primary key,
  failures integer not null,
  last timestamptz not null,
  locked_until timestamptz not null
);
create index sign_in_attempt_last on sign_in_attempt (last);

-- People who are at the county's own login now.
create table upstream_sign_in (
  -- digest of the state parameter
  state bytea primary key,
  -- digest of the cookie that binds it to one browser
  browser bytea not null,
  -- where it goes on afterwards
  return_to text not null,
  nonce text not null,
  verifier text not null,
  -- set when the person came back
  account text references account (id) on delete cascade,
  expires timestamptz not null
);
create index upstream_sign_in_expires on upstream_sign_in (expires);
