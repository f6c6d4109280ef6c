-- The AI RMF profile: where the organisation (Govern) and each system (Map, Measure, Manage) stand at each subcategory, where
-- they want to stand, and what they say to it. Frameworks besides the built-in one are data that an administrator loads.

create table framework (
  key         text primary key check (key ~ '^[a-z][a-z0-9-]{0,59}$'),
  -- domain::framework: groups and controls, or the official texts beside those that are built in.
  body        jsonb not null check (jsonb_typeof(body) = 'object'),
  version     integer not null default 1,
  removed_at  timestamptz,
  changed_at  timestamptz not null,
  changed_by  uuid not null references person
);

create table profile_answer (
  id          uuid primary key,
  -- None for the organisation's own.
  system_id   uuid references system,
  framework   text not null check (framework ~ '^[a-z][a-z0-9-]{0,59}$'),
  -- "MEASURE 2.10": text, and not 2.1.
  control     text not null check (control ~ '^[A-Za-z0-9][A-Za-z0-9 ._:()/-]{0,59}$'),
  state       text not null check (state in ('not_started', 'partial', 'implemented', 'not_applicable')),
  target      text check (target in ('partial', 'implemented', 'verified')),
  -- What is in place and what is missing, and why it does not apply: Markdown.
  text        text check (length(text) between 1 and 10000),
  reason      text check (length(reason) between 1 and 10000),
  owner_id    uuid references person,
  due_on      date check (due_on between '2000-01-01' and '2199-12-31'),
  -- Who claimed it last, and who else looked since.
  answered_by uuid not null references person,
  answered_at timestamptz not null,
  verified_by uuid references person,
  verified_at timestamptz,
  version     integer not null default 1,
  created_at  timestamptz not null,
  changed_at  timestamptz not null,
  changed_by  uuid not null references person,
  check ((state = 'not_applicable') = (reason is not null)),
  check (state not in ('partial', 'implemented') or text is not null),
  check ((verified_by is null) = (verified_at is null)),
  check (verified_by is null or (state = 'implemented' and verified_by <> answered_by))
);
create unique index profile_answer_system on profile_answer (system_id, framework, control) where system_id is not null;
create unique index profile_answer_organisation on profile_answer (framework, control) where system_id is null;
create index profile_answer_owner on profile_answer (owner_id) where owner_id is not null;

-- What stands behind an answer: risks, mitigations and evidence of the same system (of any, for the organisation).
create table profile_link (
  answer_id     uuid not null references profile_answer,
  risk_id       uuid references risk,
  mitigation_id uuid references mitigation,
  evidence_id   uuid references evidence,
  check (num_nonnulls(risk_id, mitigation_id, evidence_id) = 1)
);
create unique index profile_link_risk on profile_link (answer_id, risk_id) where risk_id is not null;
create unique index profile_link_mitigation on profile_link (answer_id, mitigation_id) where mitigation_id is not null;
create unique index profile_link_evidence on profile_link (answer_id, evidence_id) where evidence_id is not null;
create index profile_link_of_risk on profile_link (risk_id) where risk_id is not null;

create function keep_profile_answer() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare same boolean;
begin
  if tg_op = 'INSERT' then
    if new.verified_by is not null or new.answered_by <> new.changed_by then
      raise exception 'an answer begins with the person who gives it' using errcode = 'CS005';
    end if;
  else
    if (new.id, new.system_id, new.framework, new.control, new.created_at)
         is distinct from (old.id, old.system_id, old.framework, old.control, old.created_at)
       or new.version <> old.version + 1 then
      raise exception 'an answer stays with its question, and its versions follow each other' using errcode = 'CS002';
    end if;
    same := (new.state, new.text, new.reason) is not distinct from (old.state, old.text, old.reason);
    -- Another claim is the claim of whoever writes it, and nobody has looked at it yet.
    if not same and (new.answered_by <> new.changed_by or new.verified_by is not null) then
      raise exception 'another answer is that of whoever gives it, not verified yet' using errcode = 'CS005';
    end if;
    if same and (new.answered_by, new.answered_at) is distinct from (old.answered_by, old.answered_at) then
      raise exception 'an answer keeps who gave it' using errcode = 'CS005';
    end if;
    if new.verified_by is distinct from old.verified_by and new.verified_by <> new.changed_by then
      raise exception 'who verifies, says so' using errcode = 'CS005';
    end if;
    if new.verified_by is distinct from old.verified_by and exists (
        select from person a, person v where a.id = new.answered_by and v.id = new.verified_by
          and coalesce(a.answerable_id, a.id) = coalesce(v.answerable_id, v.id)) then
      raise exception 'nobody verifies what their own service account answered' using errcode = 'CS004';
    end if;
  end if;
  if new.system_id is not null then
    perform involve(new.system_id, new.changed_by);
  end if;
  return new;
end $$;
create trigger keep_profile_answer before insert or update on profile_answer
  for each row execute function keep_profile_answer();

create function check_profile_link() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare the_system uuid;
begin
  select system_id into the_system from profile_answer where id = coalesce(new.answer_id, old.answer_id);
  if the_system is not null then
    if tg_op <> 'DELETE' and not exists (
        select from risk where id = new.risk_id and system_id = the_system
        union all select from mitigation where id = new.mitigation_id and system_id = the_system
        union all select from evidence where id = new.evidence_id and system_id = the_system) then
      raise exception 'an answer rests on what belongs to its own system' using errcode = 'CS005';
    end if;
    perform refuse_under_review(the_system);
    if exists (select from system where id = the_system and stage = 'retired') then
      raise exception 'the system is retired' using errcode = 'CS011';
    end if;
  end if;
  return coalesce(new, old);
end $$;
create trigger check_profile_link before insert or update or delete on profile_link
  for each row execute function check_profile_link();

create trigger locked_under_review before insert or update on profile_answer
  for each row execute function locked_under_review();
create trigger retired_stands_still before insert or update on profile_answer
  for each row execute function retired_stands_still();
do $$
declare t text;
begin
  foreach t in array array['framework', 'profile_answer', 'profile_link'] loop
    execute format('create constraint trigger must_be_audited after insert or update or delete on %I
                    deferrable initially deferred for each row execute function must_be_audited()', t);
    execute format('create trigger never_emptied before truncate on %I
                    for each statement execute function never_changed()', t);
  end loop;
  foreach t in array array['framework', 'profile_answer'] loop
    execute format('create trigger never_deleted before delete on %I
                    for each row execute function never_changed()', t);
  end loop;
end $$;

-- A dossier says what the profile says.
create function check_dossier_profile() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare the_system uuid; kept jsonb; said jsonb;
begin
  select system_id into the_system from review where id = new.review_id;
  select coalesce(jsonb_agg(jsonb_build_array(a.control, a.state, a.target, a.text, a.reason, a.verified_by is not null)
      order by a.control), '[]')
    into kept from profile_answer a where a.system_id = the_system and a.framework = 'nist-ai-rmf';
  select coalesce(jsonb_agg(jsonb_build_array(p -> 'control', p -> 'state', p -> 'target', p -> 'text', p -> 'reason',
      jsonb_typeof(p -> 'verified_by') = 'object') order by p ->> 'control'), '[]')
    into said from jsonb_array_elements(coalesce(new.body::jsonb -> 'profile', '[]')) p;
  if kept is distinct from said then
    raise exception 'the dossier is not what the register says' using errcode = 'CS005';
  end if;
  return new;
end $$;
-- Named so that it asks after the others: of a retired system there is nothing to compare.
create trigger what_the_profile_says before insert on dossier
  for each row execute function check_dossier_profile();

-- The profile is a part of the dossier that people comment on and tick.
alter table comment drop constraint comment_part_check;
alter table comment add constraint comment_part_check
  check (part in ('summary', 'triage', 'context', 'profile', 'risks', 'mitigations', 'criteria', 'evidence'));
alter table dossier_viewed drop constraint dossier_viewed_reading_check;
alter table dossier_viewed add constraint dossier_viewed_reading_check
  check (reading in ('since-revision', 'since-decision', 'summary', 'triage', 'context', 'profile', 'risks', 'mitigations',
    'criteria', 'evidence'));

grant select, insert on framework, profile_answer, profile_link to countersign_app;
grant update (body, version, removed_at, changed_at, changed_by) on framework to countersign_app;
grant update (state, target, text, reason, owner_id, due_on, answered_by, answered_at, verified_by, verified_at, version,
  changed_at, changed_by) on profile_answer to countersign_app;
grant delete on profile_link to countersign_app;
