-- OAuth 2.0: the systems of the county that may ask for tokens, and the keys that sign those tokens.

create table oauth_client (
  id           text primary key,
  name         text not null,
  -- The organisation the system belongs to, as a reference: 'Organization/x'.
  organization text,
  -- SHA-256 of the secret, in hexadecimal; the secret itself is stored nowhere.
  secret_hash  text not null check (secret_hash ~ '^[0-9a-f]{64}$'),
  -- What it may ask for: SMART scopes, separated by spaces.
  scope        text not null,
  grant_types  text[] not null default '{client_credentials}',
  active       boolean not null default true,
  created      timestamptz not null default now()
);

-- Private keys: whoever reads this table can make tokens.
create table signing_key (
  kid     text primary key,
  jwk     jsonb not null,
  created timestamptz not null default now()
);
