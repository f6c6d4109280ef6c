-- What a system's measurements must show: acceptance criteria, which are content of the system like its mitigations, the
-- vocabulary that an administrator adds to, what people made of a proposal, and the keys that sign a gate's answer.

create table criterion (
  id             uuid primary key,
  number         bigint generated always as identity unique,
  system_id      uuid not null references system,
  -- A term of the vocabulary (domain::measure), and the unit that it had when the limits were written.
  metric         text not null check (metric ~ '^[a-z][a-z0-9_]{0,59}$'),
  unit           text not null check (unit in ('proportion', 'percent', 'count', 'seconds', 'milliseconds', 'usd', 'tokens',
    'other')),
  -- The task, probe or scorer that it must come from; none for any.
  scope          text check (length(scope) between 1 and 200),
  slice          text not null check (slice in ('overall', 'worst_group')),
  comparison     text not null check (comparison in ('at_least', 'at_most')),
  warn           double precision,
  fail           double precision not null,
  characteristic text not null check (characteristic in ('valid_reliable', 'safe', 'secure_resilient',
    'accountable_transparent', 'explainable_interpretable', 'privacy_enhanced', 'fair')),
  max_age_days   integer check (max_age_days between 1 and 3650),
  min_samples    bigint check (min_samples between 1 and 1000000000),
  note           text check (length(note) between 1 and 10000),
  dropped_at     timestamptz,
  dropped_by     uuid references person,
  dropped_why    text check (length(dropped_why) between 1 and 10000),
  version        integer not null default 1,
  created_at     timestamptz not null,
  created_by     uuid not null references person,
  changed_at     timestamptz not null,
  changed_by     uuid not null references person,
  check (fail > '-Infinity' and fail < 'Infinity' and warn > '-Infinity' and warn < 'Infinity'),
  -- It warns before it fails.
  check (case comparison when 'at_least' then warn > fail else warn < fail end),
  check ((dropped_at is null) = (dropped_by is null) and (dropped_at is null) = (dropped_why is null))
);
create index criterion_system on criterion (system_id);

-- The risks whose likelihood it tells of.
create table criterion_risk (
  criterion_id uuid not null references criterion,
  risk_id      uuid not null references risk,
  primary key (criterion_id, risk_id)
);
create index criterion_risk_risk on criterion_risk (risk_id);

-- What somebody made of a proposal: a criterion that failed on a piece of evidence speaks for a higher likelihood. The
-- proposal itself follows from criterion, evidence and rating; only the answer is kept, for good.
create table proposal_answer (
  id           uuid primary key,
  criterion_id uuid not null references criterion,
  risk_id      uuid not null references risk,
  evidence_id  uuid not null references evidence,
  -- The likelihood that was proposed.
  likelihood   smallint not null check (likelihood between 1 and 10),
  accepted     boolean not null,
  why          text check (length(why) between 1 and 10000),
  answered_by  uuid not null references person,
  answered_at  timestamptz not null,
  unique (criterion_id, risk_id, evidence_id),
  check (accepted or why is not null)
);

-- Terms that an administrator added to the vocabulary, or put in the place of ours.
create table metric_term (
  key        text primary key check (key ~ '^[a-z][a-z0-9_]{0,59}$'),
  body       jsonb not null check (jsonb_typeof(body) = 'object'),
  removed_at timestamptz,
  version    integer not null default 1,
  changed_at timestamptz not null,
  changed_by uuid not null references person
);

-- Public halves of the keys that this instance has signed with: an old statement can be checked as long as it is read.
create table signing_key (
  id         text primary key check (id ~ '^[0-9a-f]{16}$'),
  public_key bytea not null check (length(public_key) = 32),
  added_at   timestamptz not null
);

-- The guards of every other content.
create function note_criterion() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
  perform involve(new.system_id, new.changed_by);
  return null;
end $$;
create trigger note_involvement after insert or update of changed_by on criterion
  for each row execute function note_criterion();

create function keep_criterion() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
begin
  if (new.id, new.number, new.system_id, new.created_at, new.created_by)
     is distinct from (old.id, old.number, old.system_id, old.created_at, old.created_by)
     or (old.dropped_at is not null and new is distinct from old) then
    raise exception 'a dropped criterion stays as it was' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_criterion before update on criterion for each row execute function keep_criterion();

-- A criterion speaks of risks of its own system, and its rows move when its system's content may.
create function check_criterion_risk() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare the_system uuid;
begin
  select system_id into the_system from criterion where id = coalesce(new.criterion_id, old.criterion_id);
  if tg_op <> 'DELETE' and not exists (select from risk where id = new.risk_id and system_id = the_system) then
    raise exception 'a criterion measures risks of its own system' using errcode = 'CS005';
  end if;
  perform refuse_under_review(the_system);
  if exists (select from system where id = the_system and stage = 'retired') then
    raise exception 'the system is retired' using errcode = 'CS011';
  end if;
  return coalesce(new, old);
end $$;
create trigger check_criterion_risk before insert or update or delete on criterion_risk
  for each row execute function check_criterion_risk();

create function check_proposal_answer() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare the_system uuid;
begin
  select c.system_id into the_system from criterion c
    join criterion_risk l on l.criterion_id = c.id and l.risk_id = new.risk_id
    join evidence e on e.id = new.evidence_id and e.system_id = c.system_id
    where c.id = new.criterion_id;
  if the_system is null then
    raise exception 'an answer is to a criterion, a risk that it measures and evidence of the same system'
      using errcode = 'CS005';
  end if;
  perform refuse_under_review(the_system);
  if exists (select from system where id = the_system and stage = 'retired') then
    raise exception 'the system is retired' using errcode = 'CS011';
  end if;
  perform involve(the_system, new.answered_by);
  return new;
end $$;
create trigger check_proposal_answer before insert on proposal_answer
  for each row execute function check_proposal_answer();

create trigger locked_under_review before insert or update on criterion
  for each row execute function locked_under_review();
create trigger retired_stands_still before insert or update on criterion
  for each row execute function retired_stands_still();
do $$
declare t text;
begin
  foreach t in array array['criterion', 'criterion_risk', 'proposal_answer', 'metric_term', 'signing_key'] loop
    execute format('create constraint trigger must_be_audited after insert or update or delete on %I
                    deferrable initially deferred for each row execute function must_be_audited()', t);
  end loop;
  foreach t in array array['proposal_answer', 'signing_key'] loop
    execute format('create trigger never_changed before update or delete on %I
                    for each row execute function never_changed()', t);
    execute format('create trigger never_emptied before truncate on %I
                    for each statement execute function never_changed()', t);
  end loop;
  foreach t in array array['criterion', 'metric_term'] loop
    execute format('create trigger never_deleted before delete on %I
                    for each row execute function never_changed()', t);
    execute format('create trigger never_emptied before truncate on %I
                    for each statement execute function never_changed()', t);
  end loop;
end $$;

-- A dossier names the criteria that are in force: every field that decides a verdict, and the risks that each measures.
create function check_dossier_criteria() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare the_system uuid; kept jsonb; said jsonb;
begin
  select system_id into the_system from review where id = new.review_id;
  select coalesce(jsonb_agg(jsonb_build_array('C-' || c.number, c.metric, c.unit, c.scope, c.slice, c.comparison, c.warn,
      c.fail, c.characteristic, c.max_age_days, c.min_samples, c.note,
      (select coalesce(jsonb_agg('R-' || k.number order by k.number), '[]') from criterion_risk l
         join risk k on k.id = l.risk_id where l.criterion_id = c.id)) order by c.number), '[]')
    into kept from criterion c where c.system_id = the_system and c.dropped_at is null;
  -- Limits stand there as text, since a dossier's canonical form has no floating point.
  select coalesce(jsonb_agg(jsonb_build_array(c -> 'reference', c -> 'metric', c -> 'unit', c -> 'scope', c -> 'slice',
      c -> 'comparison', (c ->> 'warn')::double precision, (c ->> 'fail')::double precision, c -> 'characteristic',
      c -> 'max_age_days', c -> 'min_samples', c -> 'note', c -> 'risks')
      order by substr(c ->> 'reference', 3)::bigint), '[]')
    into said from jsonb_array_elements(coalesce(new.body::jsonb -> 'criteria', '[]')) c;
  if kept is distinct from said then
    raise exception 'the dossier is not what the register says' using errcode = 'CS005';
  end if;
  return new;
end $$;
create trigger check_dossier_criteria before insert on dossier
  for each row execute function check_dossier_criteria();

-- Criteria are a part of the dossier that people comment on and tick.
alter table comment drop constraint comment_part_check;
alter table comment add constraint comment_part_check
  check (part in ('summary', 'triage', 'context', 'risks', 'mitigations', 'criteria', 'evidence'));
alter table dossier_viewed drop constraint dossier_viewed_reading_check;
alter table dossier_viewed add constraint dossier_viewed_reading_check
  check (reading in ('since-revision', 'since-decision', 'summary', 'triage', 'context', 'risks', 'mitigations',
    'criteria', 'evidence'));

grant select on criterion, criterion_risk, proposal_answer, metric_term, signing_key to countersign_app;
grant insert on criterion, criterion_risk, proposal_answer, metric_term, signing_key to countersign_app;
grant update (metric, unit, scope, slice, comparison, warn, fail, characteristic, max_age_days, min_samples, note, dropped_at,
  dropped_by, dropped_why, version, changed_at, changed_by) on criterion to countersign_app;
grant update (body, removed_at, version, changed_at, changed_by) on metric_term to countersign_app;
grant delete on criterion_risk to countersign_app;
