-- The audit chain, and the rules that hold whoever writes.
-- SQLSTATE class CS: CS001 locked under review, CS002 never changed, CS003 without audit event, CS004 separation of
-- duties, CS005 no such move, CS006 not the dossier under review, CS007 no quorum, CS008 not what the matrix gives,
-- CS009 breaks the chain, CS010 the last administrator.

create table audit_head (
  one  boolean primary key default true check (one),
  seq  bigint not null,
  hash bytea not null
);
insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

create table audit_event (
  seq          bigint primary key,
  at           timestamptz not null,
  actor_id     uuid,
  actor        text not null,
  action       text not null,
  subject_kind text not null,
  subject_id   uuid,
  subject      text not null,
  related      uuid[] not null,
  -- Canonical JSON (domain::audit::Body).
  body         text not null,
  previous     bytea not null,
  hash         bytea not null unique,
  -- One transaction, one event.
  xact         xid8 not null unique default pg_current_xact_id()
);
create index audit_event_actor on audit_event (actor_id, seq desc);
create index audit_event_action on audit_event (action, seq desc);
create index audit_event_subject on audit_event (subject_id, seq desc);
create index audit_event_related on audit_event using gin (related);
create index audit_event_at on audit_event (at);

-- The head, locked until the transaction ends. The program may not touch it otherwise.
create function audit_lock_head(out seq bigint, out hash bytea) language sql security definer set search_path = public as
$$ select h.seq, h.hash from audit_head h for update $$;

create function audit_chain() returns trigger language plpgsql security definer set search_path = public as $$
declare head audit_head; b jsonb := new.body::jsonb;
begin
  select * into head from audit_head for update;
  if new.seq is distinct from head.seq + 1 or new.previous is distinct from head.hash
     or new.hash is distinct from sha256(head.hash || convert_to(new.body, 'UTF8')) then
    raise exception 'audit event % does not continue the chain at %', new.seq, head.seq using errcode = 'CS009';
  end if;
  if (b->>'seq')::bigint is distinct from new.seq or (b->>'at')::timestamptz is distinct from new.at
     or (b->>'actor_id')::uuid is distinct from new.actor_id or b->>'actor' is distinct from new.actor
     or b->>'action' is distinct from new.action or b->>'subject_kind' is distinct from new.subject_kind
     or (b->>'subject_id')::uuid is distinct from new.subject_id or b->>'subject' is distinct from new.subject
     or array(select jsonb_array_elements_text(b->'related'))::uuid[] is distinct from new.related then
    raise exception 'audit event %: a column differs from its body', new.seq using errcode = 'CS009';
  end if;
  new.xact := pg_current_xact_id();
  update audit_head set seq = new.seq, hash = new.hash;
  return new;
end $$;
create trigger audit_chain before insert on audit_event for each row execute function audit_chain();

-- Every change of what matters needs its audit event in the same transaction.
create function must_be_audited() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if not exists (select from audit_event where xact = pg_current_xact_id()) then
    raise exception 'a change of % without its audit event', tg_table_name using errcode = 'CS003';
  end if;
  return null;
end $$;

create function never_changed() returns trigger language plpgsql as $$
begin
  raise exception '% is never updated or deleted', tg_table_name using errcode = 'CS002';
end $$;

do $$
declare t text;
begin
  foreach t in array array['business_unit', 'person', 'matrix_version', 'system', 'system_model', 'system_contributor',
      'triage_result', 'tier_override', 'risk', 'rating', 'mitigation', 'mitigation_risk', 'evidence_file', 'evidence',
      'evidence_risk', 'evidence_mitigation', 'import_run', 'review', 'dossier', 'vote', 'recusal', 'decision',
      'decision_end', 'comment'] loop
    execute format('create constraint trigger must_be_audited after insert or update or delete on %I
                    deferrable initially deferred for each row execute function must_be_audited()', t);
  end loop;
  foreach t in array array['matrix_version', 'triage_result', 'tier_override', 'rating', 'evidence_file', 'dossier',
      'vote', 'recusal', 'decision', 'decision_end', 'audit_event', 'involvement', 'import_run'] loop
    execute format('create trigger never_changed before update or delete on %I
                    for each row execute function never_changed()', t);
    execute format('create trigger never_emptied before truncate on %I
                    for each statement execute function never_changed()', t);
  end loop;
  foreach t in array array['system', 'risk', 'mitigation', 'evidence', 'review', 'comment', 'person', 'audit_head'] loop
    execute format('create trigger never_deleted before delete on %I
                    for each row execute function never_changed()', t);
    execute format('create trigger never_emptied before truncate on %I
                    for each statement execute function never_changed()', t);
  end loop;
end $$;

-- Involvement: who had a hand in a system.
create function involve(the_system uuid, the_person uuid) returns void language sql security definer
set search_path = public as $$
  insert into involvement (system_id, person_id)
  select the_system, the_person where the_person is not null
  on conflict do nothing
$$;

create function note_involvement() returns trigger language plpgsql security definer set search_path = public as $$
begin
  case tg_table_name
    when 'system' then
      perform involve(new.id, new.owner_id);
      perform involve(new.id, new.changed_by);
    when 'system_contributor' then perform involve(new.system_id, new.person_id);
    when 'triage_result' then perform involve(new.system_id, new.answered_by);
    when 'risk' then perform involve(new.system_id, new.changed_by);
    when 'rating' then perform involve((select system_id from risk where id = new.risk_id), new.rated_by);
    when 'mitigation' then
      perform involve(new.system_id, new.changed_by);
      perform involve(new.system_id, new.implemented_by);
    when 'evidence' then
      perform involve(new.system_id, new.uploaded_by);
      perform involve(new.system_id, new.changed_by);
    when 'dossier' then
      perform involve((select system_id from review where id = new.review_id), new.submitted_by);
  end case;
  return null;
end $$;
create trigger note_involvement after insert or update of owner_id, changed_by on system
  for each row execute function note_involvement();
create trigger note_involvement after insert on system_contributor for each row execute function note_involvement();
create trigger note_involvement after insert on triage_result for each row execute function note_involvement();
create trigger note_involvement after insert or update of changed_by on risk
  for each row execute function note_involvement();
create trigger note_involvement after insert on rating for each row execute function note_involvement();
create trigger note_involvement after insert or update of changed_by, implemented_by on mitigation
  for each row execute function note_involvement();
create trigger note_involvement after insert or update of changed_by on evidence
  for each row execute function note_involvement();
create trigger note_involvement after insert on dossier for each row execute function note_involvement();

-- While the committee has the dossier, content stands still. Progress of mitigations goes on.
create function refuse_under_review(the_system uuid) returns void language plpgsql stable as $$
begin
  if exists (select from review where system_id = the_system and state in ('submitted', 'in_review')) then
    raise exception 'the system is under review' using errcode = 'CS001';
  end if;
end $$;

create function locked_under_review() returns trigger language plpgsql security definer set search_path = public as $$
declare the_system uuid;
begin
  case tg_table_name
    when 'system' then
      if (new.name, new.purpose, new.business_unit_id, new.owner_id, new.stage, new.kind, new.sourcing, new.vendor,
          new.intended_users, new.affected_groups, new.data_categories, new.autonomy, new.oversight, new.runs_where)
         is not distinct from
         (old.name, old.purpose, old.business_unit_id, old.owner_id, old.stage, old.kind, old.sourcing, old.vendor,
          old.intended_users, old.affected_groups, old.data_categories, old.autonomy, old.oversight, old.runs_where)
      then return new; end if;
      the_system := old.id;
    when 'risk' then
      if tg_op = 'UPDATE' then
        if (new.title, new.cause, new.event, new.consequence, new.characteristic, new.treatment, new.owner_id,
            new.status) is not distinct from
           (old.title, old.cause, old.event, old.consequence, old.characteristic, old.treatment, old.owner_id,
            old.status)
        then return new; end if;
      end if;
      the_system := new.system_id;
    when 'rating' then the_system := (select system_id from risk where id = new.risk_id);
    when 'mitigation' then
      if tg_op = 'UPDATE' then
        if (new.title, new.kind, new.description, new.assignee_id, new.due_on, new.status = 'dropped')
           is not distinct from
           (old.title, old.kind, old.description, old.assignee_id, old.due_on, old.status = 'dropped')
        then return new; end if;
      elsif new.decision_id is not null then
        -- A decision writes its conditions while its review is still open.
        return new;
      end if;
      the_system := new.system_id;
    when 'mitigation_risk' then
      the_system := (select system_id from mitigation where id = coalesce(new.mitigation_id, old.mitigation_id));
    when 'evidence' then the_system := new.system_id;
    when 'evidence_risk' then
      the_system := (select system_id from evidence where id = coalesce(new.evidence_id, old.evidence_id));
    when 'evidence_mitigation' then
      the_system := (select system_id from evidence where id = coalesce(new.evidence_id, old.evidence_id));
    else the_system := coalesce(new.system_id, old.system_id);
  end case;
  perform refuse_under_review(the_system);
  return coalesce(new, old);
end $$;
create trigger locked_under_review before update on system for each row execute function locked_under_review();
do $$
declare t text;
begin
  foreach t in array array['risk', 'mitigation', 'evidence'] loop
    execute format('create trigger locked_under_review before insert or update on %I
                    for each row execute function locked_under_review()', t);
  end loop;
  foreach t in array array['rating', 'triage_result'] loop
    execute format('create trigger locked_under_review before insert on %I
                    for each row execute function locked_under_review()', t);
  end loop;
  foreach t in array array['system_model', 'system_contributor', 'mitigation_risk', 'evidence_risk',
      'evidence_mitigation'] loop
    execute format('create trigger locked_under_review before insert or update or delete on %I
                    for each row execute function locked_under_review()', t);
  end loop;
end $$;

-- A rating's level is the matrix's, and the risk shows the newest one of each kind.
create function check_rating() returns trigger language plpgsql security definer set search_path = public as $$
declare m jsonb;
begin
  select body into m from matrix_version where version = new.matrix_version;
  if new.likelihood < 1 or new.impact < 1
     or (m #>> array['cells', (new.likelihood - 1)::text, (new.impact - 1)::text])::int is distinct from new.level then
    raise exception 'level % is not what the matrix gives', new.level using errcode = 'CS008';
  end if;
  if new.matrix_version <> (select max(version) from matrix_version) then
    raise exception 'rated on an older matrix' using errcode = 'CS008';
  end if;
  return new;
end $$;
create trigger check_rating before insert on rating for each row execute function check_rating();

create function show_rating() returns trigger language plpgsql security definer set search_path = public as $$
declare above boolean;
begin
  if new.kind = 'inherent' then
    update risk set inherent_likelihood = new.likelihood, inherent_impact = new.impact, inherent_level = new.level
      where id = new.risk_id;
  elsif new.kind = 'target' then
    update risk set target_likelihood = new.likelihood, target_impact = new.impact, target_level = new.level
      where id = new.risk_id;
  else
    select new.level > (body->>'appetite')::int into above from matrix_version where version = new.matrix_version;
    update risk set residual_likelihood = new.likelihood, residual_impact = new.impact, residual_level = new.level,
      residual_above = above where id = new.risk_id;
  end if;
  return null;
end $$;
create trigger show_rating after insert on rating for each row execute function show_rating();

-- A new matrix with the same scale moves the appetite for what was rated on the older one; any other matrix leaves
-- older ratings as they were meant.
create function apply_appetite() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if new.version <> 1 + coalesce((select max(version) from matrix_version where version <> new.version), 0) then
    raise exception 'matrix versions follow each other' using errcode = 'CS008';
  end if;
  update risk k set residual_above = k.residual_level > (new.body->>'appetite')::int
  from (select distinct on (risk_id) risk_id, matrix_version from rating where kind = 'residual'
        order by risk_id, rated_at desc, id desc) last
  join matrix_version v on v.version = last.matrix_version
  where k.id = last.risk_id and v.body->'cells' = new.body->'cells'
    and jsonb_array_length(v.body->'levels') = jsonb_array_length(new.body->'levels')
    and k.residual_above is distinct from (k.residual_level > (new.body->>'appetite')::int);
  return null;
end $$;
create trigger apply_appetite after insert on matrix_version for each row execute function apply_appetite();

-- The tier in force: a prohibited practice wins, then the committee's override, then the answers.
create function show_tier() returns trigger language plpgsql security definer set search_path = public as $$
declare derived text; overridden text;
begin
  select tier into derived from triage_result where system_id = new.system_id order by answered_at desc, id desc limit 1;
  select tier into overridden from tier_override where system_id = new.system_id order by set_at desc, id desc limit 1;
  update system set tier = case when derived = 'prohibited' then derived else coalesce(overridden, derived) end
    where id = new.system_id;
  return null;
end $$;
create trigger show_tier after insert on triage_result for each row execute function show_tier();
create trigger show_tier after insert on tier_override for each row execute function show_tier();

-- Judges have no part in what they judge.
create function refuse_judge(the_person uuid, the_review uuid, the_roles text[]) returns void
language plpgsql security definer set search_path = public as $$
begin
  if not exists (select from person where id = the_person and deactivated_at is null and roles && the_roles
                 and not roles && array['executive', 'auditor']) then
    raise exception 'not a member of the committee in this role' using errcode = 'CS004';
  end if;
  if exists (select from review r join involvement i on i.system_id = r.system_id
             where r.id = the_review and i.person_id = the_person) then
    raise exception 'owned, contributed to or submitted the system' using errcode = 'CS004';
  end if;
  if exists (select from recusal where review_id = the_review and person_id = the_person) then
    raise exception 'recused from the review' using errcode = 'CS004';
  end if;
end $$;

create function check_override() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if not exists (select from person where id = new.set_by and deactivated_at is null and roles && array['committee', 'chair'])
     or exists (select from involvement where system_id = new.system_id and person_id = new.set_by) then
    raise exception 'only an uninvolved member of the committee overrides a tier' using errcode = 'CS004';
  end if;
  perform refuse_under_review(new.system_id);
  return new;
end $$;
create trigger check_override before insert on tier_override for each row execute function check_override();

-- The review's moves (domain::review::advance is the same table; a test holds them together).
create function review_move_allowed(a text, b text) returns boolean language sql immutable as $$
  select (a, b) in (
    ('draft', 'submitted'), ('changes_requested', 'submitted'),
    ('submitted', 'in_review'), ('in_review', 'changes_requested'),
    ('in_review', 'approved'), ('in_review', 'approved_with_conditions'), ('in_review', 'rejected'),
    ('draft', 'withdrawn'), ('submitted', 'withdrawn'), ('in_review', 'withdrawn'), ('changes_requested', 'withdrawn'),
    ('approved', 'expired'), ('approved_with_conditions', 'expired'),
    ('approved', 'revoked'), ('approved_with_conditions', 'revoked'),
    ('approved', 'superseded'), ('approved_with_conditions', 'superseded'), ('expired', 'superseded'))
$$;

create function current_dossier(the_review uuid) returns dossier language sql stable as $$
  select * from dossier where review_id = the_review order by revision desc limit 1
$$;

create function check_review() returns trigger language plpgsql security definer set search_path = public as $$
declare d decision;
begin
  if tg_op = 'INSERT' then
    if new.state <> 'draft' then
      raise exception 'a review begins as a draft' using errcode = 'CS005';
    end if;
    return new;
  end if;
  if (new.id, new.system_id, new.number, new.opened_by, new.opened_at)
     is distinct from (old.id, old.system_id, old.number, old.opened_by, old.opened_at) then
    raise exception 'a review keeps its system' using errcode = 'CS002';
  end if;
  if new.state = old.state then
    return new;
  end if;
  if not review_move_allowed(old.state, new.state) then
    raise exception 'no move from % to %', old.state, new.state using errcode = 'CS005';
  end if;
  if new.state in ('approved', 'approved_with_conditions', 'rejected') then
    select * into d from decision where review_id = new.id;
    if d.outcome is distinct from new.state then
      raise exception 'no decision says %', new.state using errcode = 'CS005';
    end if;
  elsif new.state in ('revoked', 'superseded') then
    if not exists (select from decision_end e join decision on decision.id = e.decision_id
                   where decision.review_id = new.id and e.kind = new.state) then
      raise exception 'nothing ended the decision' using errcode = 'CS005';
    end if;
  end if;
  return new;
end $$;
create trigger check_review before insert or update on review for each row execute function check_review();

-- After a move into the committee's hands there must be a dossier of this passage.
create function submitted_has_dossier() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if new.state = 'submitted' and not exists (
      select from dossier d where d.review_id = new.id and d.submitted_at = new.submitted_at) then
    raise exception 'submitted without a dossier' using errcode = 'CS005';
  end if;
  return null;
end $$;
create constraint trigger submitted_has_dossier after insert or update of state on review
  deferrable initially deferred for each row execute function submitted_has_dossier();

create function show_review() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update system s set open_review_id =
    (select r.id from review r where r.system_id = s.id
     and r.state in ('draft', 'submitted', 'in_review', 'changes_requested'))
  where s.id = new.system_id;
  return null;
end $$;
create trigger show_review after insert or update of state on review for each row execute function show_review();

create function check_dossier() returns trigger language plpgsql security definer set search_path = public as $$
declare r review;
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
  return new;
end $$;
create trigger check_dossier before insert on dossier for each row execute function check_dossier();

create function check_vote() returns trigger language plpgsql security definer set search_path = public as $$
declare r review; d dossier;
begin
  select * into r from review where id = new.review_id for update;
  if r.state is distinct from 'in_review' then
    raise exception 'the review is not open for votes' using errcode = 'CS005';
  end if;
  d := current_dossier(new.review_id);
  if new.dossier_id is distinct from d.id or new.dossier_sha256 is distinct from d.sha256 then
    raise exception 'the vote is not on the dossier under review' using errcode = 'CS006';
  end if;
  perform refuse_judge(new.voter_id, new.review_id, array['committee', 'chair']);
  if new.voter_chair and not exists (select from person where id = new.voter_id and 'chair' = any (roles)) then
    raise exception 'not a chair' using errcode = 'CS004';
  end if;
  return new;
end $$;
create trigger check_vote before insert on vote for each row execute function check_vote();

create function check_recusal() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if exists (select from vote where dossier_id = (current_dossier(new.review_id)).id and voter_id = new.person_id) then
    raise exception 'already voted on this dossier' using errcode = 'CS005';
  end if;
  return new;
end $$;
create trigger check_recusal before insert on recusal for each row execute function check_recusal();

-- domain::triage::Tier::demands, as far as the database needs it; a test holds them together.
create function tier_quorum(tier text) returns int language sql immutable as
$$ select case tier when 'minimal' then 1 when 'limited' then 2 when 'high' then 3 when 'critical' then 3 end $$;
create function tier_needs_chair(tier text) returns boolean language sql immutable as $$ select tier = 'critical' $$;
create function tier_validity_months(tier text) returns int language sql immutable as
$$ select case tier when 'minimal' then 24 when 'limited' then 18 when 'high' then 12 when 'critical' then 6 end $$;

create function check_decision() returns trigger language plpgsql security definer set search_path = public as $$
declare
  r review; d dossier; the_tier text; above boolean; cast_votes int; against int; conditional int; chairs int;
  chairs_for int; the_outcome text;
begin
  select * into r from review where id = new.review_id for update;
  if r.state is distinct from 'in_review' or new.system_id is distinct from r.system_id then
    raise exception 'the review is not open for a decision' using errcode = 'CS005';
  end if;
  d := current_dossier(new.review_id);
  if new.dossier_id is distinct from d.id or new.dossier_sha256 is distinct from d.sha256 then
    raise exception 'the decision is not on the dossier under review' using errcode = 'CS006';
  end if;
  perform refuse_judge(new.decided_by, new.review_id, array['chair']);
  the_tier := d.body::jsonb #>> '{triage,tier}';
  above := exists (select from jsonb_array_elements(d.body::jsonb->'risks') k
                   where (k->>'above_appetite')::boolean and k->>'status' <> 'closed');
  select count(*), count(*) filter (where choice = 'reject'),
         count(*) filter (where choice = 'approve_with_conditions'),
         count(*) filter (where voter_chair), count(*) filter (where voter_chair and choice <> 'reject')
    into cast_votes, against, conditional, chairs, chairs_for
    from vote where dossier_id = d.id;
  if tier_quorum(the_tier) is null or cast_votes < tier_quorum(the_tier)
     or ((above or tier_needs_chair(the_tier)) and chairs = 0) then
    raise exception 'the quorum is not met' using errcode = 'CS007';
  end if;
  the_outcome := case
    when cast_votes - against <= against or (above and chairs_for = 0) then 'rejected'
    when conditional > 0 then 'approved_with_conditions'
    else 'approved' end;
  if (new.outcome, new.tier, new.above_appetite, new.quorum::int)
     is distinct from (the_outcome, the_tier, above, tier_quorum(the_tier)) then
    raise exception 'the votes amount to %', the_outcome using errcode = 'CS007';
  end if;
  if new.valid_until > (new.decided_at at time zone 'UTC' + make_interval(months => tier_validity_months(the_tier)))::date then
    raise exception 'valid for longer than the tier allows' using errcode = 'CS007';
  end if;
  return new;
end $$;
create trigger check_decision before insert on decision for each row execute function check_decision();

create function show_decision() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update system set decision_id = new.id, stale_since = null where id = new.system_id;
  return null;
end $$;
create trigger show_decision after insert on decision for each row execute function show_decision();

create function check_decision_end() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if new.kind = 'revoked' then
    perform refuse_judge(new.ended_by, (select review_id from decision where id = new.decision_id), array['chair']);
  elsif not exists (select from decision earlier join decision newer on newer.system_id = earlier.system_id
      and newer.decided_at >= earlier.decided_at and newer.id <> earlier.id where earlier.id = new.decision_id) then
    raise exception 'no newer decision supersedes it' using errcode = 'CS005';
  end if;
  if (select outcome from decision where id = new.decision_id) = 'rejected' then
    raise exception 'only an approval ends' using errcode = 'CS005';
  end if;
  return new;
end $$;
create trigger check_decision_end before insert on decision_end for each row execute function check_decision_end();

-- The committee's condition keeps its text and date; only progress is reported.
create function keep_condition() returns trigger language plpgsql as $$
begin
  if new.decision_id is distinct from old.decision_id or (old.decision_id is not null and
     (new.title, new.kind, new.description, new.due_on) is distinct from
     (old.title, old.kind, old.description, old.due_on)) then
    raise exception 'a condition of the committee is not changed' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_condition before update on mitigation for each row execute function keep_condition();

create function condition_has_decision() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if not exists (select from decision where id = new.decision_id and outcome = 'approved_with_conditions') then
    raise exception 'a condition needs its decision' using errcode = 'CS005';
  end if;
  return new;
end $$;
create trigger condition_has_decision before insert on mitigation for each row when (new.decision_id is not null)
  execute function condition_has_decision();

-- What a piece of evidence is stays what it was; its labels may be corrected.
create function keep_evidence() returns trigger language plpgsql as $$
begin
  if (new.system_id, new.sha256, new.file_name, new.uploaded_by, new.uploaded_at)
     is distinct from (old.system_id, old.sha256, old.file_name, old.uploaded_by, old.uploaded_at)
     or (old.withdrawn_at is not null and new.withdrawn_at is distinct from old.withdrawn_at) then
    raise exception 'evidence keeps its file' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_evidence before update on evidence for each row execute function keep_evidence();

create function keep_comment() returns trigger language plpgsql as $$
begin
  if (new.review_id, new.part, new.parent_id, new.body, new.author_id, new.written_at)
     is distinct from (old.review_id, old.part, old.parent_id, old.body, old.author_id, old.written_at) then
    raise exception 'a comment keeps its words' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_comment before update on comment for each row execute function keep_comment();

create function keep_system() returns trigger language plpgsql as $$
begin
  if (new.id, new.number, new.created_at, new.created_by)
     is distinct from (old.id, old.number, old.created_at, old.created_by) then
    raise exception 'a system keeps its reference' using errcode = 'CS002';
  end if;
  return new;
end $$;
create trigger keep_system before update on system for each row execute function keep_system();

-- An administrator who can sign in is always left. Those who would take the last one's place away wait for each other.
create function admin_is_left() returns trigger language plpgsql security definer set search_path = public as $$
begin
  perform pg_advisory_xact_lock(4713);
  if not exists (select from person where 'admin' = any (roles) and deactivated_at is null
                 and password_hash is not null) then
    raise exception 'no administrator would be left' using errcode = 'CS010';
  end if;
  return null;
end $$;
create trigger admin_is_left after update of roles, deactivated_at, password_hash on person for each row
  when ('admin' = any (old.roles) and old.deactivated_at is null and old.password_hash is not null
        and not ('admin' = any (new.roles) and new.deactivated_at is null and new.password_hash is not null))
  execute function admin_is_left();

-- What the program's role may do. Nothing is granted by default, and no DELETE where history matters.
grant usage on schema public to countersign_app;
grant select on all tables in schema public to countersign_app;
grant usage on all sequences in schema public to countersign_app;
grant insert on business_unit, person, invite, session, sign_in_attempt, form_receipt, matrix_version, system,
  system_model, system_contributor, triage_result, tier_override, risk, rating, mitigation, mitigation_risk,
  evidence_file, evidence, evidence_risk, evidence_mitigation, import_mapping, import_run, import_stage, review,
  dossier, vote, recusal, decision, decision_end, comment, audit_event to countersign_app;
grant update on business_unit, person, invite, session, mitigation, evidence, import_mapping, import_stage
  to countersign_app;
grant update (name, purpose, business_unit_id, owner_id, stage, kind, sourcing, vendor, intended_users, affected_groups,
  data_categories, autonomy, oversight, runs_where, stale_since, source_key, source_hash,
  source_row, version, changed_at, changed_by)
  on system to countersign_app;
grant update (title, cause, event, consequence, characteristic, treatment, owner_id, status, version, changed_at,
  changed_by) on risk to countersign_app;
grant update (state, submitted_at, state_since, state_by, state_reason, version) on review to countersign_app;
grant update (resolved_by, resolved_at) on comment to countersign_app;
grant delete on session, sign_in_attempt, form_receipt, system_model, system_contributor, mitigation_risk,
  evidence_risk, evidence_mitigation, import_stage to countersign_app;
