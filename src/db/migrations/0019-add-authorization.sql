-- SMART App Launch: what the authorization server keeps.

-- Clients of every kind. A public client, and one that signs its assertions, has no secret.
alter table oauth_client
  alter column secret_hash drop not null,
  -- pending: registered itself, and waits for an administrator
  add column state text not null default 'active'
    check (state in ('pending', 'active', 'inactive', 'refused')),
  -- the rest of what RFC 7591 knows of a client: redirect_uris, token_endpoint_auth_method, jwks …
  add column metadata jsonb not null default '{}';
update oauth_client set state = 'inactive' where not active;
alter table oauth_client drop column active;
create index oauth_client_pending on oauth_client (created) where state = 'pending';

-- Sessions, interactions, grants, codes, tokens. Of each only the SHA-256 of what its bearer shows is kept: whoever
-- reads this table cannot act as anybody.
create table oauth_state (
  model text collate "C" not null,
  id text collate "C" not null,
  payload jsonb not null,
  client text,
  account text,
  grant_id text collate "C",
  -- of a session: what it is called where it must not be used
  uid text collate "C",
  -- the session that what is kept here ends with
  session text collate "C",
  -- of a grant: what SMART calls the launch context
  context jsonb,
  created timestamptz not null default now(),
  consumed timestamptz,
  expires timestamptz not null,
  primary key (model, id)
);
create unique index oauth_state_uid on oauth_state (uid) where model = 'Session';
create index oauth_state_session on oauth_state (session) where session is not null;
create index oauth_state_grant on oauth_state (grant_id) where grant_id is not null;
create index oauth_state_account on oauth_state (account) where account is not null;
create index oauth_state_expires on oauth_state (expires);

-- What a person once allowed a client, so as not to be asked again.
create table oauth_consent (
  account text not null,
  client text not null,
  scope text not null,
  granted timestamptz not null default now(),
  primary key (account, client)
);

-- What an EHR has open, waiting for the app that it launches. https://hl7.org/fhir/smart-app-launch/STU2.2/
create table smart_launch (
  -- SHA-256 of the value that the app gets
  id text collate "C" primary key,
  context jsonb not null,
  -- the app, and the person, that it is for
  client text not null,
  fhir_user text,
  expires timestamptz not null
);
create index smart_launch_expires on smart_launch (expires);

-- Keys follow one another: next (published, so that everybody knows it), current (signs), retired (what it signed
-- still holds).
alter table signing_key
  add column alg text collate "C",
  add column state text not null default 'retired' check (state in ('next', 'current', 'retired')),
  add column retired timestamptz;
update signing_key set alg = jwk ->> 'alg', retired = now();
update signing_key set state = 'current', retired = null
  where kid = (select kid from signing_key order by created desc, kid limit 1);
alter table signing_key alter column alg set not null;
create unique index signing_key_state on signing_key (alg, state) where state <> 'retired';
