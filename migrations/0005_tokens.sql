-- Tokens of the API, and the service accounts that pipelines work as.

-- A service account is a person in the register (so that whatever it does counts as somebody's), but nobody signs in as
-- one, and it never judges or administers. Somebody answers for it.
alter table person add column kind text not null default 'human' check (kind in ('human', 'service'));
alter table person add column answerable_id uuid references person;
alter table person add constraint service_has_no_door check (
  kind = 'human' or (password_hash is null and answerable_id is not null
                     and not roles && array['committee', 'chair', 'admin'])
);
alter table person add constraint human_answers_alone check (kind = 'service' or answerable_id is null);

create table api_token (
  id            uuid primary key,
  -- Whom it acts as, and who answers for it: the same person, or the one who answers for the service account.
  person_id     uuid not null references person,
  owner_id      uuid not null references person,
  name          text not null check (length(name) between 1 and 200),
  -- SHA-256 of the secret; the secret is shown once and kept nowhere.
  secret_sha256 bytea not null unique check (octet_length(secret_sha256) = 32),
  -- The secret's last four characters, to tell tokens apart.
  hint          text not null check (length(hint) = 4),
  scopes        text[] not null check (cardinality(scopes) > 0),
  created_at    timestamptz not null,
  expires_at    timestamptz not null,
  last_used_at  timestamptz,
  last_used_from text,
  revoked_at    timestamptz,
  revoked_by    uuid references person,
  check (expires_at > created_at and expires_at <= created_at + interval '366 days')
);
create index api_token_person on api_token (person_id) where revoked_at is null;
create index api_token_owner on api_token (owner_id) where revoked_at is null;

-- What a token is does not change; it is used, and it is revoked once.
create function keep_token() returns trigger language plpgsql as $$
begin
  if (old.id, old.person_id, old.owner_id, old.name, old.secret_sha256, old.hint, old.scopes, old.created_at,
      old.expires_at) is distinct from
     (new.id, new.person_id, new.owner_id, new.name, new.secret_sha256, new.hint, new.scopes, new.created_at,
      new.expires_at)
     or (old.revoked_at is not null and (old.revoked_at, old.revoked_by) is distinct from (new.revoked_at, new.revoked_by))
  then
    raise exception 'a token is never changed, and a revoked one stays revoked' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_token before update on api_token for each row execute function keep_token();
create trigger never_deleted before delete on api_token for each row execute function never_changed();
create trigger never_emptied before truncate on api_token for each statement execute function never_changed();
create constraint trigger must_be_audited after insert or update of revoked_at on api_token
  deferrable initially deferred for each row execute function must_be_audited();

-- A new password or the end of an account ends the person's tokens, and those that they answer for.
create function end_tokens() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if old.deactivated_at is null and new.deactivated_at is not null then
    update api_token set revoked_at = now() where (person_id = new.id or owner_id = new.id) and revoked_at is null;
  -- A stronger hash of the same password leaves the version as it is.
  elsif old.password_hash is distinct from new.password_hash and old.version <> new.version then
    update api_token set revoked_at = now() where person_id = new.id and revoked_at is null;
  end if;
  return null;
end $$;
create trigger end_tokens after update of deactivated_at, password_hash on person
  for each row execute function end_tokens();

-- A service account stays one, and stays its owner's unless an administrator says otherwise.
create function keep_kind() returns trigger language plpgsql as $$
begin
  if old.kind <> new.kind then
    raise exception 'a person stays a person, a service account one' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_kind before update of kind on person for each row execute function keep_kind();

-- The same Idempotency-Key with another body is refused.
alter table form_receipt add column fingerprint bytea check (octet_length(fingerprint) = 32);

grant select, insert on api_token to countersign_app;
grant update (last_used_at, last_used_from, revoked_at, revoked_by) on api_token to countersign_app;
