-- A register to measure on: :systems systems, ten times as many risks, :each mitigations for each.
-- psql -v systems=1000 -v each=3 -f data.sql, as the owner of a migrated database with its matrix and one person, the
-- administrator, whose password everybody gets.
-- Ratings and tiers go through the same triggers as everything else; only reviews and decisions are laid in directly,
-- since no committee of a thousand passages is played here.
begin;
select setseed(0.42);

create function pg_temp.new_id() returns uuid language sql volatile as $$ select gen_random_uuid() $$;

insert into business_unit (id, name, created_at)
select pg_temp.new_id(), 'Unit ' || n, now() - interval '400 days' from generate_series(1, 12) n;

insert into person (id, email, name, roles, created_at)
select pg_temp.new_id(), 'person' || n || '@bench.example', 'Person ' || n, array['owner'], now() - interval '400 days'
from generate_series(1, 40) n;
insert into person (id, email, name, roles, created_at)
select pg_temp.new_id(), 'voter' || n || '@bench.example', 'Voter ' || n, array['committee'], now() - interval '400 days'
from generate_series(1, 8) n;
update person set password_hash = (select password_hash from person where email = 'bench@bench.example')
where password_hash is null;

create temp table unit_no as select id, row_number() over (order by name) - 1 as n from business_unit;
create temp table person_no as
  select id, row_number() over (order by email) - 1 as n from person where email like 'person%';

insert into system (id, name, purpose, business_unit_id, owner_id, stage, kind, sourcing, data_categories, autonomy,
                    runs_where, intended_users, created_at, created_by, changed_at, changed_by)
select pg_temp.new_id(),
  (array['Scoring', 'Forecast', 'Assistant', 'Routing', 'Detection', 'Summaries', 'Matching', 'Search'])[1 + g.n % 8]
    || ' of ' || (array['loans', 'claims', 'calls', 'letters', 'invoices', 'shifts', 'orders', 'visits', 'parts'])[1 + g.n % 9]
    || ' ' || g.n,
  'Helps people to work through ' || (array['loans', 'claims', 'calls', 'letters'])[1 + g.n % 4]
    || ' with less waiting; each case is looked at by a person before anything is decided.',
  u.id, p.id, (array['development', 'pilot', 'production', 'production', 'production'])[1 + g.n % 5],
  (array['predictive', 'generative', 'agentic', 'predictive'])[1 + g.n % 4], 'built', array['personal', 'internal'],
  'recommends', 'Own data centre', 'Staff', now() - (g.n % 390) * interval '1 day', p.id,
  now() - (g.n % 90) * interval '1 day', p.id
from generate_series(1, :systems) as g(n)
join unit_no u on u.n = g.n % 12 join person_no p on p.n = g.n % 40;

insert into triage_result (id, system_id, answers, tier, because, rules_version, answered_by, answered_at)
select pg_temp.new_id(), s.id, '{}', (array['minimal', 'limited', 'limited', 'high', 'critical'])[1 + s.number % 5], '{}', 1,
  s.owner_id, s.created_at
from system s where s.number % 20 <> 0;

insert into risk (id, system_id, title, cause, event, consequence, characteristic, treatment, owner_id, status,
                  created_at, created_by, changed_at, changed_by)
select pg_temp.new_id(), s.id,
  (array['Unequal error rates', 'Hallucinated answers', 'Drift of input data', 'Prompt injection', 'Leak of personal data',
         'Over-reliance of staff', 'Vendor changes the model', 'Opaque reasons', 'Copyright in outputs',
         'Unintended action'])[1 + k] || ' in ' || s.name,
  'The data that it learned from differs from the cases that it sees now.',
  'It is wrong more often for some people than for others, and nobody notices for weeks.',
  'People are treated unfairly; the organisation has to put cases right and answer for it.',
  (array['fair', 'valid_reliable', 'valid_reliable', 'secure_resilient', 'privacy_enhanced', 'accountable_transparent',
         'secure_resilient', 'explainable_interpretable', 'accountable_transparent', 'safe'])[1 + k],
  (array['mitigate', 'mitigate', 'accept', 'transfer'])[1 + (s.number + k) % 4], s.owner_id,
  (array['open', 'treating', 'treating', 'accepted', 'closed'])[1 + (s.number + k) % 5],
  s.created_at, s.owner_id, s.changed_at, s.owner_id
from system s cross join generate_series(0, 9) k;

insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rated_by, rated_at)
select pg_temp.new_id(), r.id, r.kind, r.l, r.i, (v.body #>> array['cells', (r.l - 1)::text, (r.i - 1)::text])::smallint, 1,
  r.owner_id, r.created_at
from (
  select k.id, k.owner_id, k.created_at, 'inherent' as kind, (2 + k.number % 4)::smallint as l, (2 + k.number / 4 % 4)::smallint as i
  from risk k
  union all
  select k.id, k.owner_id, k.created_at + interval '1 day', 'residual', (1 + k.number % 4)::smallint, (1 + k.number / 4 % 4)::smallint
  from risk k
) r join matrix_version v on v.version = 1;

insert into mitigation (id, system_id, title, kind, description, assignee_id, due_on, status, created_at, created_by,
                        changed_at, changed_by)
select pg_temp.new_id(), s.id,
  (array['Monthly check of error rates', 'Second look at low confidence', 'Filter of personal data'])[1 + k % 3],
  (array['detective', 'preventive', 'corrective'])[1 + k % 3], 'Done by the team, with a record of each time.',
  s.owner_id, current_date - 60 + (s.number % 180)::int, (array['planned', 'in_progress', 'implemented'])[1 + (s.number + k) % 3],
  s.created_at, s.owner_id, s.changed_at, s.owner_id
from system s cross join generate_series(0, :each - 1) k;

insert into mitigation_risk (mitigation_id, risk_id)
select m.id, r.id from (select *, row_number() over (partition by system_id order by number) as n from mitigation) m
join (select *, row_number() over (partition by system_id order by number) as n from risk) r
  on r.system_id = m.system_id and r.n in (m.n, m.n + 3);

insert into evidence_file (sha256, size, media_type, stored_at)
select sha256(convert_to(n::text, 'UTF8')), 1000 + n, 'text/plain', now() from generate_series(1, :systems) n;
insert into evidence (id, system_id, sha256, file_name, title, kind, speaks_of, uploaded_by, uploaded_at, changed_at, changed_by)
select pg_temp.new_id(), s.id, f.sha256, 'report-' || s.number || '.txt', 'Test report of ' || s.name, 'test',
  current_date - 30, s.owner_id, now(), now(), s.owner_id
from system s join (select sha256, row_number() over (order by size) as n from evidence_file) f on f.n = s.number;

-- Half of the systems have a decision.
set local session_replication_role = replica;
create temp table passed as select s.id as system_id, s.owner_id, s.number, pg_temp.new_id() as review_id,
  pg_temp.new_id() as dossier_id, pg_temp.new_id() as decision_id from system s where s.number % 2 = 0;
insert into review (id, system_id, state, opened_by, opened_at, submitted_at, state_since)
select review_id, system_id, 'approved', owner_id, now() - interval '60 days', now() - interval '60 days', now() from passed;
insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
select dossier_id, review_id, 1, number::text, sha256(convert_to(number::text, 'UTF8')), owner_id, now() - interval '60 days'
from passed;
insert into decision (id, review_id, system_id, dossier_id, dossier_sha256, outcome, tier, quorum, above_appetite, meaning,
                      decided_by, decided_by_name, decided_at, valid_until)
select decision_id, review_id, system_id, dossier_id, sha256(convert_to(number::text, 'UTF8')), 'approved', 'limited', 2,
  false, 'bench', owner_id, 'bench', now() - (number % 360) * interval '1 day', current_date + (number % 400)::int - 30
from passed;
update system s set decision_id = p.decision_id from passed p where p.system_id = s.id;
-- The committee has a few dossiers before it.
create temp table queued as select s.id as system_id, s.owner_id, s.number, pg_temp.new_id() as review_id
from system s where s.number % 2 = 1 order by s.number desc limit 100;
insert into review (id, system_id, state, opened_by, opened_at, submitted_at, state_since)
select review_id, system_id, 'in_review', owner_id, now() - interval '9 days', now() - number * interval '1 minute', now()
from queued;
insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
select pg_temp.new_id(), review_id, 1, '{"number":' || number || '}', sha256(convert_to('{"number":' || number || '}', 'UTF8')),
  owner_id, now() - interval '9 days' from queued;
update system s set open_review_id = q.review_id from queued q where q.system_id = s.id;
-- What triggers would have kept.
select count_again();
set local session_replication_role = origin;

do $$
declare
  head record; body text;
begin
  select * into head from audit_lock_head();
  body := json_build_object('seq', head.seq + 1, 'at', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor_id', null, 'actor', 'bench', 'address', null, 'action', 'bench.load', 'subject_kind', 'register',
    'subject_id', null, 'subject', 'register', 'related', '[]'::json, 'before', null, 'after', null)::text;
  insert into audit_event (seq, at, actor_id, actor, action, subject_kind, subject_id, subject, related, body, previous, hash)
  values (head.seq + 1, now(), null, 'bench', 'bench.load', 'register', null, 'register', '{}', body, head.hash,
          sha256(head.hash || convert_to(body, 'UTF8')));
end $$;
commit;
-- What autovacuum would have done by the next day.
vacuum analyze;
