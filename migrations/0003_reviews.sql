-- Reviews, dossiers, votes, decisions.

create table review (
  id           uuid primary key,
  number       bigint generated always as identity unique,
  system_id    uuid not null references system,
  state        text not null default 'draft' check (state in ('draft', 'submitted', 'in_review', 'changes_requested',
                 'approved', 'approved_with_conditions', 'rejected', 'withdrawn', 'expired', 'revoked', 'superseded')),
  opened_by    uuid not null references person,
  opened_at    timestamptz not null,
  -- When it last came to the committee: the queue's order.
  submitted_at timestamptz,
  state_since  timestamptz not null,
  state_by     uuid references person,
  -- Why changes were requested, why it was withdrawn or revoked.
  state_reason text check (length(state_reason) <= 10000),
  version      integer not null default 1
);
create unique index review_one_open on review (system_id)
  where state in ('draft', 'submitted', 'in_review', 'changes_requested');
create index review_system on review (system_id, opened_at desc);
create index review_queue on review (submitted_at) where state in ('submitted', 'in_review');

create table dossier (
  id           uuid primary key,
  review_id    uuid not null references review,
  revision     integer not null check (revision > 0),
  -- Canonical JSON (domain::review::dossier::Dossier).
  body         text not null,
  sha256       bytea not null,
  submitted_by uuid not null references person,
  submitted_at timestamptz not null,
  unique (review_id, revision),
  constraint dossier_hash_is_its_contents check (sha256 = sha256(convert_to(body, 'UTF8')))
);

create table vote (
  id             uuid primary key,
  review_id      uuid not null references review,
  dossier_id     uuid not null references dossier,
  dossier_sha256 bytea not null,
  voter_id       uuid not null references person,
  -- As they were when signing.
  voter_name     text not null,
  voter_chair    boolean not null,
  choice         text not null check (choice in ('approve', 'approve_with_conditions', 'reject')),
  reason         text not null check (length(reason) between 1 and 10000),
  -- [{text, owner_id, owner, due_on}]
  conditions     jsonb not null default '[]' check (jsonb_typeof(conditions) = 'array'),
  meaning        text not null,
  signed_at      timestamptz not null,
  unique (dossier_id, voter_id),
  check ((choice = 'approve_with_conditions') = (jsonb_array_length(conditions) > 0))
);
create index vote_review on vote (review_id);

create table recusal (
  review_id uuid not null references review,
  person_id uuid not null references person,
  reason    text not null check (length(reason) between 1 and 10000),
  at        timestamptz not null,
  primary key (review_id, person_id)
);

create table decision (
  id              uuid primary key,
  number          bigint generated always as identity unique,
  review_id       uuid not null unique references review,
  system_id       uuid not null references system,
  dossier_id      uuid not null references dossier,
  dossier_sha256  bytea not null,
  outcome         text not null check (outcome in ('approved', 'approved_with_conditions', 'rejected')),
  tier            text not null,
  quorum          smallint not null,
  above_appetite  boolean not null,
  statement       text check (length(statement) <= 10000),
  meaning         text not null,
  decided_by      uuid not null references person,
  decided_by_name text not null,
  decided_at      timestamptz not null,
  -- Last day of an approval; none for a rejection.
  valid_until     date,
  check ((outcome = 'rejected') = (valid_until is null))
);
create index decision_system on decision (system_id, decided_at desc);
create index decision_valid_until on decision (valid_until);

-- How an approval ended before its time. Expiry needs no row: it is a date.
create table decision_end (
  decision_id uuid primary key references decision,
  kind        text not null check (kind in ('revoked', 'superseded')),
  reason      text not null check (length(reason) between 1 and 10000),
  ended_by    uuid not null references person,
  ended_at    timestamptz not null
);

create table comment (
  id          uuid primary key,
  review_id   uuid not null references review,
  part        text not null check (part in ('summary', 'triage', 'context', 'risks', 'mitigations', 'evidence')),
  -- The comment that this answers.
  parent_id   uuid references comment,
  body        text not null check (length(body) between 1 and 10000),
  author_id   uuid not null references person,
  written_at  timestamptz not null,
  resolved_by uuid references person,
  resolved_at timestamptz
);
create index comment_review on comment (review_id, written_at);

alter table system add foreign key (open_review_id) references review, add foreign key (decision_id) references decision;
alter table mitigation add foreign key (decision_id) references decision;

-- Where a system stands on a day. One function for lists, portfolio and pages, so that they can't differ.
create function system_status(
  stage text, tier text, open_state text, outcome text, ended text,
  valid_until date, condition_due date, stale_since timestamptz, today date
) returns text language sql immutable as $$
  select case
    when stage = 'retired' then 'retired'
    when tier = 'prohibited' then 'prohibited'
    when open_state in ('submitted', 'in_review') then 'in_review'
    when open_state = 'changes_requested' then 'changes_requested'
    when outcome is null then 'draft'
    when outcome = 'rejected' then 'rejected'
    when ended = 'revoked' then 'revoked'
    when valid_until < today then 'expired'
    when condition_due < today then 'suspended'
    when stale_since is not null then 'stale'
    when outcome = 'approved_with_conditions' then 'conditional'
    else 'approved'
  end
$$;

-- What the status is computed from, per system.
create view system_standing as
select s.id as system_id, r.state as open_state, r.submitted_at, d.outcome, e.kind as ended, d.valid_until,
       case when d.outcome = 'approved_with_conditions' then
         (select min(m.due_on) from mitigation m where m.decision_id = d.id and m.status in ('planned', 'in_progress'))
       end as condition_due
from system s
left join review r on r.id = s.open_review_id
left join decision d on d.id = s.decision_id
left join decision_end e on e.decision_id = d.id;
