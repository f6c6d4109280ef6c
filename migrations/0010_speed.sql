-- Figures that are kept as the register changes, so that portfolio and lists cost the same on a large register as on a
-- small one. All of it is derived: triggers keep it, the program can't write it, and `tally_drift` is empty as long as
-- it says what counting everything would say.
--
-- 1. Columns beside a row: where a system stands, which unit a risk counts in.
-- 2. Tallies: differences, added by the same transaction that changes a row. Rows are added and never updated, so that
--    writers don't wait for each other; every 256th audit event folds them together, under the lock of the chain.

create function month_of(at timestamptz) returns date language sql immutable as
$$ select date_trunc('month', at at time zone 'UTC')::date $$;

alter table system
  -- What system_status() needs of review, decision and conditions.
  add column standing_state     text,
  add column standing_outcome   text,
  add column standing_ended     text,
  add column standing_until     date,
  add column standing_condition date,
  -- The month of every decision on it.
  add column decided            date[] not null default '{}',
  add column risks_above        integer not null default 0;
alter table risk
  -- The unit of its system; and whether it is open and the system in use.
  add column unit_id uuid,
  add column live    boolean not null default false,
  -- The months in which the residual rating came to lie above the appetite of its matrix, and those in which it came back.
  add column rose    date[] not null default '{}',
  add column fell    date[] not null default '{}',
  -- The month in which it was closed or its system retired, as long as it is.
  add column gone    date;
alter table mitigation
  -- The same; live: not dropped, and the system in use.
  add column unit_id uuid,
  add column live    boolean not null default false;

create table tally_system (
  unit_id uuid not null,
  tier    text not null,     -- '' before triage
  status  text not null,
  since   date not null,     -- a status may change by itself on a day: when an approval or a condition's date has passed
  n       integer not null
);
create table tally_risk (
  unit_id             uuid not null,
  inherent_likelihood smallint not null,     -- 0: not rated
  inherent_impact     smallint not null,
  residual_likelihood smallint not null,
  residual_impact     smallint not null,
  above               boolean not null,
  n                   integer not null
);
create table tally_due (
  unit_id uuid not null,
  due_on  date not null,
  n       integer not null
);
create table tally_month (
  unit_id uuid not null,
  month   date not null,
  figure  text not null check (figure in ('systems', 'risks', 'above', 'decisions', 'implemented')),
  n       integer not null
);
create index tally_system_unit on tally_system (unit_id);
create index tally_risk_unit on tally_risk (unit_id);
create index tally_due_unit on tally_due (unit_id);
create index tally_month_unit on tally_month (unit_id);

-- What a system adds to the tallies: its status from each day on which it changes.
create function standings(
  stage text, tier text, state text, outcome text, ended text, until date, condition date, stale_since timestamptz
) returns table (status text, since date, n integer) language sql immutable rows 3 as $$
  with day as (
    select distinct d from unnest(array['-infinity'::date, until + 1, condition + 1]) d where d is not null
  ), step as (
    select d, status, lag(status) over (order by d) as before
    from day, system_status(stage, tier, state, outcome, ended, until, condition, stale_since, d) status
  )
  select status, d, 1 from step where status is distinct from before
  union all
  select before, d, -1 from step where before <> status
$$;

-- --- Columns

-- The lock makes a new risk and a move of its system to another unit wait for each other.
create function place_content() returns trigger language plpgsql security definer set search_path = public as $$
declare unit uuid; in_use boolean;
begin
  select business_unit_id, stage <> 'retired' into unit, in_use from system where id = new.system_id for no key update;
  new.unit_id := unit;
  new.live := in_use and new.status not in ('closed', 'dropped');
  if tg_table_name = 'risk' then
    new.gone := case when not new.live then coalesce(new.gone, month_of(new.changed_at)) end;
  end if;
  return new;
end $$;
create trigger place_content before insert on risk for each row execute function place_content();
create trigger place_content_again before update on risk for each row
  when ((new.status, new.unit_id, new.live) is distinct from (old.status, old.unit_id, old.live))
  execute function place_content();
create trigger place_content before insert on mitigation for each row execute function place_content();
create trigger place_content_again before update on mitigation for each row
  when ((new.status, new.unit_id, new.live) is distinct from (old.status, old.unit_id, old.live))
  execute function place_content();

create function move_content() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update risk set unit_id = new.business_unit_id, live = status <> 'closed' and new.stage <> 'retired',
    gone = coalesce(gone, month_of(new.changed_at)) where system_id = new.id;
  update mitigation set unit_id = new.business_unit_id, live = status <> 'dropped' and new.stage <> 'retired'
    where system_id = new.id;
  return null;
end $$;
create trigger move_content after update on system for each row
  when ((new.business_unit_id, new.stage = 'retired') is distinct from (old.business_unit_id, old.stage = 'retired'))
  execute function move_content();

-- The months in which risks came to lie above appetite and back, from all of their residual ratings.
create view risk_crossing as
with rated as (
  select r.risk_id, r.rated_at, r.id, r.level > (v.body->>'appetite')::int as above
  from rating r join matrix_version v on v.version = r.matrix_version where r.kind = 'residual'
), step as (
  select risk_id, month_of(rated_at) as month, above,
    coalesce(lag(above) over (partition by risk_id order by rated_at, id), false) as before
  from rated
)
select risk_id, coalesce(array_agg(month order by month) filter (where above and not before), '{}') as rose,
  coalesce(array_agg(month order by month) filter (where before and not above), '{}') as fell
from step group by risk_id;

create or replace function show_rating() returns trigger language plpgsql security definer set search_path = public as $$
declare is_above boolean; months_up date[]; months_down date[];
begin
  if new.kind = 'inherent' then
    update risk set inherent_likelihood = new.likelihood, inherent_impact = new.impact, inherent_level = new.level
      where id = new.risk_id;
  elsif new.kind = 'target' then
    update risk set target_likelihood = new.likelihood, target_impact = new.impact, target_level = new.level
      where id = new.risk_id;
  else
    select new.level > (body->>'appetite')::int into is_above from matrix_version where version = new.matrix_version;
    -- First the lock, then the look at all of its ratings.
    perform from risk where id = new.risk_id for no key update;
    select rose, fell into months_up, months_down from risk_crossing where risk_id = new.risk_id;
    update risk set residual_likelihood = new.likelihood, residual_impact = new.impact, residual_level = new.level,
      residual_above = is_above, rose = months_up, fell = months_down where id = new.risk_id;
  end if;
  return null;
end $$;

create or replace function show_review() returns trigger language plpgsql security definer set search_path = public as $$
declare open_id uuid; open_state text;
begin
  select id, state into open_id, open_state from review
    where system_id = new.system_id and state in ('draft', 'submitted', 'in_review', 'changes_requested');
  update system set open_review_id = open_id, standing_state = open_state where id = new.system_id;
  return null;
end $$;

create or replace function show_decision() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update system set decision_id = new.id, stale_since = null, standing_outcome = new.outcome,
    standing_until = new.valid_until, standing_ended = null, standing_condition = null,
    decided = decided || month_of(new.decided_at)
  where id = new.system_id;
  return null;
end $$;

-- As before, but planned once and not for every call.
create or replace function involve(the_system uuid, the_person uuid) returns void language plpgsql security definer
set search_path = public as $$
begin
  if the_person is not null then
    insert into involvement (system_id, person_id) values (the_system, the_person) on conflict do nothing;
  end if;
end $$;

create function show_decision_end() returns trigger language plpgsql security definer set search_path = public as $$
begin
  update system set standing_ended = new.kind
  where id = (select system_id from decision where id = new.decision_id) and decision_id = new.decision_id;
  return null;
end $$;
create trigger show_decision_end after insert on decision_end for each row execute function show_decision_end();

create function show_condition() returns trigger language plpgsql security definer set search_path = public as $$
begin
  -- First the lock, then the look: another condition may be met at the same time.
  perform from system where id = new.system_id for no key update;
  update system s set standing_condition = (
    select min(m.due_on) from mitigation m where m.decision_id = s.decision_id and m.status in ('planned', 'in_progress'))
  where s.id = new.system_id and s.decision_id = new.decision_id and s.standing_outcome = 'approved_with_conditions';
  return null;
end $$;
create trigger show_condition after insert or update of status on mitigation for each row
  when (new.decision_id is not null) execute function show_condition();

-- --- Tallies

create function tally_a_system() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if tg_op = 'UPDATE' then
    insert into tally_system (unit_id, tier, status, since, n)
    select unit_id, tier, status, since, sum(n) from (
      select new.business_unit_id as unit_id, coalesce(new.tier, '') as tier, status, since, n
      from standings(new.stage, new.tier, new.standing_state, new.standing_outcome, new.standing_ended,
                     new.standing_until, new.standing_condition, new.stale_since)
      union all
      select old.business_unit_id, coalesce(old.tier, ''), status, since, -n
      from standings(old.stage, old.tier, old.standing_state, old.standing_outcome, old.standing_ended,
                     old.standing_until, old.standing_condition, old.stale_since)) d
    group by 1, 2, 3, 4 having sum(n) <> 0;
    insert into tally_month (unit_id, month, figure, n)
    select unit_id, month, figure, sum(n) from (
      select new.business_unit_id as unit_id, m as month, f as figure, 1 as n
      from system_months(new.created_at, new.decided) x (m, f)
      union all
      select old.business_unit_id, m, f, -1 from system_months(old.created_at, old.decided) x (m, f)) d
    group by 1, 2, 3 having sum(n) <> 0;
  else
    insert into tally_system (unit_id, tier, status, since, n)
    select new.business_unit_id, coalesce(new.tier, ''), status, since, n
    from standings(new.stage, new.tier, new.standing_state, new.standing_outcome, new.standing_ended,
                   new.standing_until, new.standing_condition, new.stale_since);
    insert into tally_month (unit_id, month, figure, n)
    select new.business_unit_id, m, f, 1 from system_months(new.created_at, new.decided) x (m, f);
  end if;
  return null;
end $$;

create function system_months(created_at timestamptz, decided date[]) returns table (month date, figure text)
language sql immutable rows 2 as
$$ select month_of(created_at), 'systems' union all select d, 'decisions' from unnest(decided) d $$;

create trigger tally_a_system after insert on system for each row execute function tally_a_system();
create trigger tally_a_system_again after update on system for each row
  when ((new.business_unit_id, new.stage, new.tier, new.standing_state, new.standing_outcome, new.standing_ended,
         new.standing_until, new.standing_condition, new.stale_since is null, new.decided)
        is distinct from
        (old.business_unit_id, old.stage, old.tier, old.standing_state, old.standing_outcome, old.standing_ended,
         old.standing_until, old.standing_condition, old.stale_since is null, old.decided))
  execute function tally_a_system();

-- A risk counts until it is gone; one that lay above then, lies above no more.
create function risk_months(created_at timestamptz, rose date[], fell date[], gone date)
returns table (month date, figure text, n integer) language sql immutable rows 2 as $$
  select month_of(created_at), 'risks', 1
  union all select d, 'above', 1 from unnest(rose) d
  union all select d, 'above', -1 from unnest(fell) d
  union all select gone, 'risks', -1 where gone is not null
  union all select gone, 'above', -1 where gone is not null and cardinality(rose) > cardinality(fell)
$$;

create function tally_a_risk() returns trigger language plpgsql security definer set search_path = public as $$
declare more integer;
begin
  -- Of an insert, the old row is null.
  insert into tally_risk
  select k.unit_id, coalesce(k.inherent_likelihood, 0), coalesce(k.inherent_impact, 0),
    coalesce(k.residual_likelihood, 0), coalesce(k.residual_impact, 0), k.residual_above, k.n
  from (values
    (old.live, old.unit_id, old.inherent_likelihood, old.inherent_impact, old.residual_likelihood, old.residual_impact,
     old.residual_above, -1),
    (new.live, new.unit_id, new.inherent_likelihood, new.inherent_impact, new.residual_likelihood, new.residual_impact,
     new.residual_above, 1)
  ) k (live, unit_id, inherent_likelihood, inherent_impact, residual_likelihood, residual_impact, residual_above, n)
  where k.live;
  if tg_op = 'INSERT' then
    insert into tally_month (unit_id, month, figure, n)
    select new.unit_id, x.* from risk_months(new.created_at, new.rose, new.fell, new.gone) x;
  elsif (new.unit_id, new.rose, new.fell, new.gone) is distinct from (old.unit_id, old.rose, old.fell, old.gone) then
    insert into tally_month (unit_id, month, figure, n)
    select unit_id, month, figure, sum(n) from (
      select new.unit_id, x.* from risk_months(new.created_at, new.rose, new.fell, new.gone) x
      union all
      select old.unit_id, x.month, x.figure, -x.n from risk_months(old.created_at, old.rose, old.fell, old.gone) x) d
    group by 1, 2, 3 having sum(n) <> 0;
  end if;
  more := (new.residual_above and new.status <> 'closed')::int;
  if tg_op = 'UPDATE' then
    more := more - (old.residual_above and old.status <> 'closed')::int;
  end if;
  if more <> 0 then
    update system set risks_above = risks_above + more where id = new.system_id;
  end if;
  return null;
end $$;
create trigger tally_a_risk after insert on risk for each row execute function tally_a_risk();
create trigger tally_a_risk_again after update on risk for each row
  when ((new.unit_id, new.live, new.status = 'closed', new.inherent_likelihood, new.inherent_impact,
         new.residual_likelihood, new.residual_impact, new.residual_above, new.rose, new.fell, new.gone)
        is distinct from
        (old.unit_id, old.live, old.status = 'closed', old.inherent_likelihood, old.inherent_impact,
         old.residual_likelihood, old.residual_impact, old.residual_above, old.rose, old.fell, old.gone))
  execute function tally_a_risk();

create function tally_a_mitigation() returns trigger language plpgsql security definer set search_path = public as $$
begin
  if tg_op = 'UPDATE' then
    insert into tally_due select old.unit_id, old.due_on, -1
      where old.live and old.due_on is not null and old.status in ('planned', 'in_progress');
    insert into tally_month select old.unit_id, month_of(old.implemented_at), 'implemented', -1
      where old.implemented_at is not null;
  end if;
  insert into tally_due select new.unit_id, new.due_on, 1
    where new.live and new.due_on is not null and new.status in ('planned', 'in_progress');
  insert into tally_month select new.unit_id, month_of(new.implemented_at), 'implemented', 1
    where new.implemented_at is not null;
  return null;
end $$;
create trigger tally_a_mitigation after insert on mitigation for each row execute function tally_a_mitigation();
create trigger tally_a_mitigation_again after update on mitigation for each row
  when ((new.unit_id, new.live, new.status, new.due_on, new.implemented_at)
        is distinct from (old.unit_id, old.live, old.status, old.due_on, old.implemented_at))
  execute function tally_a_mitigation();

-- Folds what has several rows into one. The chain's head is locked here, so two never fold at once.
create function fold_tallies() returns trigger language plpgsql security definer set search_path = public as $$
begin
  with many as (
    select unit_id, tier, status, since from tally_system group by 1, 2, 3, 4 having count(*) > 1 or sum(n) = 0
  ), gone as (
    delete from tally_system t using many m where (t.unit_id, t.tier, t.status, t.since)
      = (m.unit_id, m.tier, m.status, m.since) returning t.*
  )
  insert into tally_system select unit_id, tier, status, since, sum(n) from gone group by 1, 2, 3, 4 having sum(n) <> 0;

  with many as (
    select unit_id, inherent_likelihood il, inherent_impact ii, residual_likelihood rl, residual_impact ri, above
    from tally_risk group by 1, 2, 3, 4, 5, 6 having count(*) > 1 or sum(n) = 0
  ), gone as (
    delete from tally_risk t using many m
    where (t.unit_id, t.inherent_likelihood, t.inherent_impact, t.residual_likelihood, t.residual_impact, t.above)
      = (m.unit_id, m.il, m.ii, m.rl, m.ri, m.above) returning t.*
  )
  insert into tally_risk
  select unit_id, inherent_likelihood, inherent_impact, residual_likelihood, residual_impact, above, sum(n)
  from gone group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0;

  with many as (
    select unit_id, due_on from tally_due group by 1, 2 having count(*) > 1 or sum(n) = 0
  ), gone as (
    delete from tally_due t using many m where (t.unit_id, t.due_on) = (m.unit_id, m.due_on) returning t.*
  )
  insert into tally_due select unit_id, due_on, sum(n) from gone group by 1, 2 having sum(n) <> 0;

  with many as (
    select unit_id, month, figure from tally_month group by 1, 2, 3 having count(*) > 1 or sum(n) = 0
  ), gone as (
    delete from tally_month t using many m where (t.unit_id, t.month, t.figure) = (m.unit_id, m.month, m.figure)
    returning t.*
  )
  insert into tally_month select unit_id, month, figure, sum(n) from gone group by 1, 2, 3 having sum(n) <> 0;
  return null;
end $$;
create trigger fold_tallies after insert on audit_event for each row when (new.seq % 256 = 0)
  execute function fold_tallies();

-- --- Indexes: an order for every list, and what is counted read from an index alone

drop index risk_owner, risk_cell, system_changed;
create index risk_owner on risk (owner_id, (coalesce(residual_score, 0)) desc, number desc);
create index risk_of_unit on risk (unit_id, (coalesce(residual_score, 0)) desc, number desc) where live;
create index risk_worst on risk (unit_id, residual_level desc, residual_score desc, number) where live and residual_above;
create index risk_cell on risk (residual_likelihood, residual_impact, number desc) where live;
create index risk_inherent_cell on risk (inherent_likelihood, inherent_impact, number desc) where live;
create index risk_untreated on risk (number) where treatment is null;
create index risk_unrated on risk (number) where residual_level is null;
create index risk_facets on risk (unit_id)
  include (characteristic, treatment, status, owner_id, residual_level, residual_above) where live;

create index system_by_change on system (changed_at, number);
create index system_by_name on system (lower(name), number);
create index system_by_risk on system (risks_above, number);
create index system_by_tier on system
  ((coalesce(array_position(array['minimal', 'limited', 'high', 'critical', 'prohibited'], tier), 0)), number);
create index system_expiring on system (standing_until, number) include (business_unit_id)
  where stage <> 'retired' and standing_outcome <> 'rejected' and standing_ended is null;
create index system_facets on system (business_unit_id) include (owner_id, stage, tier, kind, standing_state,
  standing_outcome, standing_ended, standing_until, standing_condition, stale_since);

create index mitigation_by_due on mitigation
  (((status not in ('planned', 'in_progress'))::integer), (coalesce(due_on, '9999-12-31')), number) where live;
create index mitigation_open on mitigation (unit_id, due_on, number)
  where live and status in ('planned', 'in_progress');

-- --- What counting everything says

create view counted_system as
select s.business_unit_id as unit_id, coalesce(s.tier, '') as tier, x.status, x.since, sum(x.n)::int as n
from system s join system_standing t on t.system_id = s.id
cross join lateral standings(s.stage, s.tier, t.open_state, t.outcome, t.ended, t.valid_until, t.condition_due, s.stale_since) x
group by 1, 2, 3, 4 having sum(x.n) <> 0;

create view counted_risk as
select s.business_unit_id as unit_id, coalesce(k.inherent_likelihood, 0::smallint) as inherent_likelihood,
  coalesce(k.inherent_impact, 0::smallint) as inherent_impact,
  coalesce(k.residual_likelihood, 0::smallint) as residual_likelihood,
  coalesce(k.residual_impact, 0::smallint) as residual_impact, k.residual_above as above, count(*)::int as n
from risk k join system s on s.id = k.system_id
where k.status <> 'closed' and s.stage <> 'retired' group by 1, 2, 3, 4, 5, 6;

create view counted_due as
select s.business_unit_id as unit_id, m.due_on, count(*)::int as n
from mitigation m join system s on s.id = m.system_id
where m.status in ('planned', 'in_progress') and m.due_on is not null and s.stage <> 'retired' group by 1, 2;

create view counted_month as
with span as (
  select k.system_id, k.gone, r.rated_at as since, r.level > (v.body->>'appetite')::int as above,
    lead(r.rated_at) over (partition by r.risk_id order by r.rated_at, r.id) as until
  from rating r join risk k on k.id = r.risk_id join matrix_version v on v.version = r.matrix_version
  where r.kind = 'residual'
), event as (
  select id as system_id, month_of(created_at) as month, 'systems' as figure, 1 as n from system
  union all select system_id, month_of(created_at), 'risks', 1 from risk
  union all select system_id, month_of(since), 'above', 1 from span where above
  union all select system_id, month_of(until), 'above', -1 from span where above and until is not null
  union all select system_id, gone, 'risks', -1 from risk where gone is not null
  union all select system_id, gone, 'above', -1 from span where above and until is null and gone is not null
  union all select system_id, month_of(decided_at), 'decisions', 1 from decision
  union all select system_id, month_of(implemented_at), 'implemented', 1 from mitigation where implemented_at is not null
)
select s.business_unit_id as unit_id, e.month, e.figure, sum(e.n)::int as n
from event e join system s on s.id = e.system_id group by 1, 2, 3 having sum(e.n) <> 0;

-- Empty while tallies and columns are right.
create view tally_drift as
select 'system' as tally, row_to_json(d)::text as what from (
  select unit_id, tier, status, since, sum(n) as kept_more from (
    select * from tally_system union all select unit_id, tier, status, since, -n from counted_system) x
  group by 1, 2, 3, 4 having sum(n) <> 0) d
union all
select 'risk', row_to_json(d)::text from (
  select unit_id, inherent_likelihood, inherent_impact, residual_likelihood, residual_impact, above, sum(n) as kept_more
  from (select * from tally_risk union all
        select unit_id, inherent_likelihood, inherent_impact, residual_likelihood, residual_impact, above, -n
        from counted_risk) x
  group by 1, 2, 3, 4, 5, 6 having sum(n) <> 0) d
union all
select 'due', row_to_json(d)::text from (
  select unit_id, due_on, sum(n) as kept_more
  from (select * from tally_due union all select unit_id, due_on, -n from counted_due) x
  group by 1, 2 having sum(n) <> 0) d
union all
select 'month', row_to_json(d)::text from (
  select unit_id, month, figure, sum(n) as kept_more
  from (select * from tally_month union all select unit_id, month, figure, -n from counted_month) x
  group by 1, 2, 3 having sum(n) <> 0) d
union all
select 'standing', s.number::text from system s join system_standing t on t.system_id = s.id
where (s.standing_state, s.standing_outcome, s.standing_ended, s.standing_until, s.standing_condition)
  is distinct from (t.open_state, t.outcome, t.ended, t.valid_until, t.condition_due)
union all
select 'risks above', s.number::text from system s
where s.risks_above <> (select count(*) from risk k where k.system_id = s.id and k.residual_above and k.status <> 'closed')
union all
select 'place of a risk', k.number::text from risk k join system s on s.id = k.system_id
where (k.unit_id, k.live) is distinct from (s.business_unit_id, k.status <> 'closed' and s.stage <> 'retired')
  or k.live <> (k.gone is null)
union all
select 'place of a mitigation', m.number::text from mitigation m join system s on s.id = m.system_id
where (m.unit_id, m.live) is distinct from (s.business_unit_id, m.status <> 'dropped' and s.stage <> 'retired');

-- Writes all of it anew. Triggers must rest meanwhile: for the owner of the tables.
create function count_again() returns void language plpgsql set search_path = public as $$
begin
  update risk k set unit_id = s.business_unit_id, live = k.status <> 'closed' and s.stage <> 'retired',
    rose = coalesce(c.rose, '{}'), fell = coalesce(c.fell, '{}'),
    gone = case when k.status = 'closed' or s.stage = 'retired' then coalesce(k.gone, month_of(least(
      case when k.status = 'closed' then k.changed_at end, case when s.stage = 'retired' then s.changed_at end))) end
  from system s, risk x left join risk_crossing c on c.risk_id = x.id
  where s.id = k.system_id and x.id = k.id;
  update mitigation m set unit_id = s.business_unit_id, live = m.status <> 'dropped' and s.stage <> 'retired'
  from system s where s.id = m.system_id and (m.unit_id, m.live) is distinct from
    (s.business_unit_id, m.status <> 'dropped' and s.stage <> 'retired');
  update system s set standing_state = t.open_state, standing_outcome = t.outcome, standing_ended = t.ended,
    standing_until = t.valid_until, standing_condition = t.condition_due,
    decided = array(select month_of(d.decided_at) from decision d where d.system_id = s.id order by d.decided_at),
    risks_above = (select count(*) from risk k where k.system_id = s.id and k.residual_above and k.status <> 'closed')
  from system_standing t where t.system_id = s.id;
  delete from tally_system;
  delete from tally_risk;
  delete from tally_due;
  delete from tally_month;
  insert into tally_system select * from counted_system;
  insert into tally_risk select * from counted_risk;
  insert into tally_due select * from counted_due;
  insert into tally_month select * from counted_month;
end $$;
revoke execute on function count_again() from public;

alter table system disable trigger user;
alter table risk disable trigger user;
alter table mitigation disable trigger user;
select count_again();
alter table system enable trigger user;
alter table risk enable trigger user;
alter table mitigation enable trigger user;

grant select on tally_system, tally_risk, tally_due, tally_month to countersign_app;
