-- People, sessions and what guards the door.

create extension if not exists pg_trgm;

-- The role that the program works as. It may exist already: roles belong to the cluster, not to the database.
do $$
begin
  if not exists (select from pg_roles where rolname = 'countersign_app') then
    create role countersign_app nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end $$;

create table business_unit (
  id          uuid primary key,
  name        text not null check (length(name) between 1 and 200),
  created_at  timestamptz not null,
  archived_at timestamptz
);
create unique index business_unit_name_key on business_unit (lower(name));

create table person (
  id             uuid primary key,
  email          text not null check (email = lower(email) and length(email) between 3 and 254),
  name           text not null check (length(name) between 1 and 200),
  roles          text[] not null default '{}'
                 check (roles <@ array['owner', 'committee', 'chair', 'executive', 'auditor', 'admin']),
  -- Argon2id, PHC string; none until the invitation is taken up.
  password_hash  text,
  created_at     timestamptz not null,
  deactivated_at timestamptz,
  version        integer not null default 1,
  -- Executives and auditors change nothing: their roles don't mix with ones that do.
  constraint reading_roles_stay_apart check (
    not (roles && array['executive', 'auditor'] and roles && array['owner', 'committee', 'chair', 'admin'])
  )
);
create unique index person_email_key on person (email);

-- One-time links: invitation, reset, and the first administrator's. Only the hash of the secret is kept.
create table invite (
  secret_sha256 bytea primary key check (octet_length(secret_sha256) = 32),
  person_id     uuid references person,
  purpose       text not null check (purpose in ('invite', 'reset', 'bootstrap')),
  created_at    timestamptz not null,
  expires_at    timestamptz not null,
  used_at       timestamptz,
  check (expires_at <= created_at + interval '1 hour'),
  check ((person_id is null) = (purpose = 'bootstrap'))
);

create table session (
  id_sha256    bytea primary key check (octet_length(id_sha256) = 32),
  -- Shown in the list of sessions and used to end one; says nothing about the secret.
  id           uuid not null unique,
  person_id    uuid not null references person,
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  address      text,
  user_agent   text,
  data         jsonb not null default '{}'
);
create index session_person on session (person_id) where revoked_at is null;

-- Failed and successful sign-ins, for the limits per account and per address. The account is hashed: names that don't
-- exist are counted too, without being kept.
create table sign_in_attempt (
  id             bigint generated always as identity primary key,
  account_sha256 bytea not null,
  address        text not null,
  at             timestamptz not null,
  succeeded      boolean not null
);
create index sign_in_attempt_account on sign_in_attempt (account_sha256, at);
create index sign_in_attempt_address on sign_in_attempt (address, at);

-- A form carries a token; the same form sent again leads to where the first one led.
create table form_receipt (
  token     uuid not null,
  person_id uuid not null references person,
  location  text not null,
  at        timestamptz not null,
  primary key (token, person_id)
);
