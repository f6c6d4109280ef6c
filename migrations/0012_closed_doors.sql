-- Doors that a hostile test found open below the program, for whoever has its role and writes SQL themselves.

-- 1. A session's own temporary tables come first on the search path unless it names pg_temp at its end: with them, guards
--    looked at tables of the attacker. And whoever may execute a trigger function may hang it on a table of their own.
alter default privileges revoke execute on functions from public;
revoke create on schema public from public;
do $$
declare f record;
begin
  execute format('revoke temporary on database %I from public', current_database());
  for f in
    select p.oid::regprocedure as name, l.lanname, p.prosecdef, p.proname from pg_proc p
    join pg_language l on l.oid = p.prolang
    where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  loop
    -- Those in SQL that read no table stay as they are: the planner unfolds them.
    if f.lanname = 'plpgsql' or f.prosecdef or f.proname = 'current_dossier' then
      execute format('alter function %s set search_path = pg_catalog, public, pg_temp', f.name);
    end if;
    if f.lanname = 'plpgsql' or f.prosecdef then
      execute format('revoke execute on function %s from public', f.name);
    end if;
  end loop;
end $$;
grant execute on function audit_lock_head() to countersign_app;

-- 2. What triggers derive is no column of the program's, on insert as little as on update; what a row belongs to stays.
do $$
declare t record; columns text;
begin
  for t in select * from (values
      ('insert', 'system', array['open_review_id', 'decision_id', 'stale_since', 'tier', 'search', 'standing_state',
        'standing_outcome', 'standing_ended', 'standing_until', 'standing_condition', 'decided', 'risks_above']),
      ('insert', 'risk', array['inherent_likelihood', 'inherent_impact', 'inherent_level', 'inherent_score',
        'residual_likelihood', 'residual_impact', 'residual_level', 'residual_score', 'residual_above',
        'target_likelihood', 'target_impact', 'target_level', 'search', 'unit_id', 'live', 'rose', 'fell', 'gone']),
      ('insert', 'mitigation', array['search', 'unit_id', 'live']),
      ('update', 'mitigation', array['id', 'number', 'system_id', 'decision_id', 'created_at', 'created_by', 'search',
        'unit_id', 'live']),
      ('update', 'evidence', array['id', 'number', 'system_id', 'sha256', 'file_name', 'uploaded_by', 'uploaded_at',
        'search'])) x (right_to, name, kept)
  loop
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns from pg_attribute
      where attrelid = t.name::regclass and attnum > 0 and not attisdropped and attname <> all (t.kept);
    execute format('revoke %s on %I from countersign_app', t.right_to, t.name);
    execute format('grant %s (%s) on %I to countersign_app', t.right_to, columns, t.name);
  end loop;
end $$;

-- 3. What a service account does, whoever answers for it has done: they judge nothing that it worked on.
create or replace function involve(the_system uuid, the_person uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
  if the_person is not null then
    insert into involvement (system_id, person_id)
    select the_system, the_person
    union
    select the_system, answerable_id from person where id = the_person and kind = 'service'
    union
    select the_system, t.owner_id from api_token t join person p on p.id = t.person_id
    where p.id = the_person and p.kind = 'service'
    on conflict do nothing;
  end if;
end $$;
insert into involvement (system_id, person_id)
select i.system_id, p.answerable_id from involvement i join person p on p.id = i.person_id where p.kind = 'service'
on conflict do nothing;

-- 4. The end of an account ends its tokens and those of the service accounts that it answers for; so does the end of
--    being an administrator, for those of service accounts. A new password ends the person's own.
create or replace function end_tokens() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
  if old.deactivated_at is null and new.deactivated_at is not null then
    update api_token set revoked_at = now() where (person_id = new.id or owner_id = new.id) and revoked_at is null;
  -- A stronger hash of the same password leaves the version as it is.
  elsif old.password_hash is distinct from new.password_hash and old.version <> new.version then
    update api_token set revoked_at = now() where person_id = new.id and revoked_at is null;
  end if;
  if 'admin' = any (old.roles) and not 'admin' = any (new.roles) then
    update api_token set revoked_at = now() where owner_id = new.id and person_id <> new.id and revoked_at is null;
  end if;
  return null;
end $$;
drop trigger end_tokens on person;
create trigger end_tokens after update of deactivated_at, password_hash, roles on person
  for each row execute function end_tokens();

-- 5. A dossier says what the register says: the quorum is read from its tier, the chair's part from its risks.
create or replace function check_dossier() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare r review; said jsonb;
begin
  select * into r from review where id = new.review_id for update;
  if r.state not in ('draft', 'changes_requested') then
    raise exception 'a dossier is frozen when it is submitted' using errcode = 'CS005';
  end if;
  if new.revision <> 1 + (select count(*) from dossier where review_id = new.review_id) then
    raise exception 'dossier revisions follow each other' using errcode = 'CS005';
  end if;
  if (select owner_id from system where id = r.system_id) is distinct from new.submitted_by then
    raise exception 'only the owner submits' using errcode = 'CS004';
  end if;
  said := new.body::jsonb;
  if said #>> '{triage,tier}' is distinct from (select tier from system where id = r.system_id)
     or exists (
       (select 'R-' || number, status, residual_above from risk where system_id = r.system_id
        except
        select k ->> 'reference', k ->> 'status', (k ->> 'above_appetite')::boolean
        from jsonb_array_elements(said -> 'risks') k)
       union all
       (select k ->> 'reference', k ->> 'status', (k ->> 'above_appetite')::boolean
        from jsonb_array_elements(said -> 'risks') k
        except
        select 'R-' || number, status, residual_above from risk where system_id = r.system_id)) then
    raise exception 'the dossier is not what the register says' using errcode = 'CS005';
  end if;
  return new;
end $$;

-- 6. What was said at a move stays said; so does a withdrawal.
create function keep_review() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if (new.submitted_at, new.state_since, new.state_by, new.state_reason)
     is distinct from (old.submitted_at, old.state_since, old.state_by, old.state_reason) then
    raise exception 'a review keeps what was said at its last move' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_review before update on review for each row when (new.state = old.state)
  execute function keep_review();

create or replace function keep_evidence() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
begin
  if (new.system_id, new.sha256, new.file_name, new.uploaded_by, new.uploaded_at)
     is distinct from (old.system_id, old.sha256, old.file_name, old.uploaded_by, old.uploaded_at)
     or (old.withdrawn_at is not null and (new.withdrawn_at, new.withdrawn_by, new.withdrawn_why)
         is distinct from (old.withdrawn_at, old.withdrawn_by, old.withdrawn_why)) then
    raise exception 'evidence keeps its file' using errcode = 'CS002';
  end if;
  return new;
end $$;
