-- The register: systems, triage, risks, ratings, mitigations, evidence.

create table matrix_version (
  version    integer primary key check (version > 0),
  -- domain::risk::matrix::Matrix
  body       jsonb not null,
  created_by uuid references person,
  created_at timestamptz not null
);

create table system (
  id               uuid primary key,
  number           bigint generated always as identity unique,
  name             text not null check (length(name) between 1 and 200),
  purpose          text not null check (length(purpose) between 1 and 10000),
  business_unit_id uuid not null references business_unit,
  owner_id         uuid not null references person,
  stage            text not null check (stage in ('ideation', 'development', 'pilot', 'production', 'retired')),
  kind             text check (kind in ('predictive', 'generative', 'agentic', 'general_purpose')),
  sourcing         text check (sourcing in ('built', 'bought', 'mixed')),
  vendor           text check (length(vendor) <= 200),
  intended_users   text check (length(intended_users) <= 10000),
  affected_groups  text check (length(affected_groups) <= 10000),
  data_categories  text[] not null default '{}',
  autonomy         text check (autonomy in ('informs', 'recommends', 'acts_supervised', 'acts_alone')),
  oversight        text check (length(oversight) <= 10000),
  runs_where       text check (length(runs_where) <= 10000),
  -- Derived, written by triggers only (see 0004): the tier in force, the review that is open, the last decision.
  tier             text check (tier in ('minimal', 'limited', 'high', 'critical', 'prohibited')),
  open_review_id   uuid,
  decision_id      uuid,
  -- Since when the content differs in substance from what was decided on.
  stale_since      timestamptz,
  -- Where an imported system comes from: a newer version of the same file updates it.
  source_key       text unique,
  source_hash      text,
  -- Every filled cell of the row, [[header, text], …] in the file's order: nothing of an inventory is lost.
  source_row       jsonb,
  version          integer not null default 1,
  created_at       timestamptz not null,
  created_by       uuid not null references person,
  changed_at       timestamptz not null,
  changed_by       uuid not null references person,
  search           tsvector generated always as (
    setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', coalesce(vendor, '')), 'B')
    || setweight(to_tsvector('english', purpose), 'C')
  ) stored
);
create index system_name_trgm on system using gin (lower(name) gin_trgm_ops);
create index system_search on system using gin (search);
create index system_unit on system (business_unit_id);
create index system_owner on system (owner_id);
create index system_retired on system (id) where stage = 'retired';
create index system_changed on system (changed_at desc, id desc);

create table system_model (
  system_id uuid not null references system,
  provider  text not null check (length(provider) <= 200),
  name      text not null check (length(name) between 1 and 200),
  version   text not null check (length(version) <= 200),
  primary key (system_id, provider, name, version)
);

create table system_contributor (
  system_id uuid not null references system,
  person_id uuid not null references person,
  added_at  timestamptz not null,
  primary key (system_id, person_id)
);
create index system_contributor_person on system_contributor (person_id);

-- Everybody who ever owned, contributed to, changed or submitted a system: they never vote on it. Filled by triggers.
create table involvement (
  system_id uuid not null references system,
  person_id uuid not null references person,
  primary key (system_id, person_id)
);

create table triage_result (
  id            uuid primary key,
  system_id     uuid not null references system,
  answers       jsonb not null,
  tier          text not null check (tier in ('minimal', 'limited', 'high', 'critical', 'prohibited')),
  because       text[] not null,
  rules_version integer not null,
  answered_by   uuid not null references person,
  answered_at   timestamptz not null
);
create index triage_result_system on triage_result (system_id, answered_at desc);

create table tier_override (
  id        uuid primary key,
  system_id uuid not null references system,
  -- None lifts an earlier override.
  tier      text check (tier in ('minimal', 'limited', 'high', 'critical', 'prohibited')),
  reason    text not null check (length(reason) between 1 and 10000),
  set_by    uuid not null references person,
  set_at    timestamptz not null
);
create index tier_override_system on tier_override (system_id, set_at desc);

create table risk (
  id                    uuid primary key,
  number                bigint generated always as identity unique,
  system_id             uuid not null references system,
  library_key           text,
  title                 text not null check (length(title) between 1 and 200),
  cause                 text not null check (length(cause) between 1 and 10000),
  event                 text not null check (length(event) between 1 and 10000),
  consequence           text not null check (length(consequence) between 1 and 10000),
  characteristic        text not null check (characteristic in ('valid_reliable', 'safe', 'secure_resilient',
                          'accountable_transparent', 'explainable_interpretable', 'privacy_enhanced', 'fair')),
  treatment             text check (treatment in ('mitigate', 'accept', 'transfer', 'avoid')),
  owner_id              uuid references person,
  status                text not null check (status in ('open', 'treating', 'accepted', 'closed')),
  -- Derived from the newest rating of each kind by a trigger; the program can't write them.
  inherent_likelihood   smallint, inherent_impact smallint, inherent_level smallint,
  residual_likelihood   smallint, residual_impact smallint, residual_level smallint,
  target_likelihood     smallint, target_impact smallint, target_level smallint,
  residual_above        boolean not null default false,
  residual_score        smallint generated always as (residual_likelihood * residual_impact) stored,
  inherent_score        smallint generated always as (inherent_likelihood * inherent_impact) stored,
  version               integer not null default 1,
  created_at            timestamptz not null,
  created_by            uuid not null references person,
  changed_at            timestamptz not null,
  changed_by            uuid not null references person,
  search                tsvector generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', cause || ' ' || event || ' ' || consequence), 'C')
  ) stored
);
create index risk_system on risk (system_id);
create index risk_owner on risk (owner_id);
create index risk_search on risk using gin (search);
create index risk_title_trgm on risk using gin (lower(title) gin_trgm_ops);
-- The orders of the register; unrated risks come last.
create index risk_by_residual on risk ((coalesce(residual_score, 0)) desc, number desc);
create index risk_by_inherent on risk ((coalesce(inherent_score, 0)) desc, number desc);
create index risk_by_change on risk (changed_at desc, number desc);
-- Counts of open risks, by system, appetite and cell, from the index alone.
create index risk_open on risk (system_id, residual_above, residual_likelihood, residual_impact) where status <> 'closed';
create index risk_cell on risk (residual_likelihood, residual_impact) where status <> 'closed';

create table rating (
  id             uuid primary key,
  risk_id        uuid not null references risk,
  kind           text not null check (kind in ('inherent', 'residual', 'target')),
  likelihood     smallint not null,
  impact         smallint not null,
  -- Checked by a trigger against the matrix of that version.
  level          smallint not null,
  matrix_version integer not null references matrix_version,
  rationale      text check (length(rationale) <= 10000),
  rated_by       uuid not null references person,
  rated_at       timestamptz not null
);
create index rating_risk on rating (risk_id, kind, rated_at desc);

create table mitigation (
  id             uuid primary key,
  number         bigint generated always as identity unique,
  system_id      uuid not null references system,
  title          text not null check (length(title) between 1 and 200),
  kind           text not null check (kind in ('preventive', 'detective', 'corrective')),
  description    text not null check (length(description) <= 10000),
  assignee_id    uuid references person,
  due_on         date,
  status         text not null check (status in ('planned', 'in_progress', 'implemented', 'verified', 'dropped')),
  implemented_by uuid references person,
  implemented_at timestamptz,
  verified_by    uuid references person,
  verified_at    timestamptz,
  -- The decision whose condition this is. Its text and date are the committee's.
  decision_id    uuid,
  version        integer not null default 1,
  created_at     timestamptz not null,
  -- Who wrote it; none for a condition, which the committee wrote.
  created_by     uuid references person,
  changed_at     timestamptz not null,
  changed_by     uuid references person,
  search         tsvector generated always as (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'C')
  ) stored,
  constraint verified_by_somebody_else check (
    verified_by is null or (verified_by is distinct from assignee_id and verified_by is distinct from implemented_by)
  ),
  constraint verified_has_a_verifier check ((status = 'verified') = (verified_by is not null)),
  constraint a_condition_is_not_dropped check (decision_id is null or status <> 'dropped'),
  check ((created_by is null) = (decision_id is not null))
);
create index mitigation_system on mitigation (system_id);
create index mitigation_assignee on mitigation (assignee_id);
create index mitigation_due on mitigation (due_on) where status in ('planned', 'in_progress');
create index mitigation_decision on mitigation (decision_id) where decision_id is not null;
create index mitigation_search on mitigation using gin (search);
create index mitigation_title_trgm on mitigation using gin (lower(title) gin_trgm_ops);

create table mitigation_risk (
  mitigation_id uuid not null references mitigation,
  risk_id       uuid not null references risk,
  primary key (mitigation_id, risk_id)
);
create index mitigation_risk_risk on mitigation_risk (risk_id);

-- The bytes, once, wherever they are used.
create table evidence_file (
  sha256     bytea primary key check (octet_length(sha256) = 32),
  size       bigint not null check (size > 0),
  media_type text not null,
  stored_at  timestamptz not null
);

create table evidence (
  id            uuid primary key,
  number        bigint generated always as identity unique,
  system_id     uuid not null references system,
  sha256        bytea not null references evidence_file,
  file_name     text not null check (length(file_name) between 1 and 200),
  title         text not null check (length(title) between 1 and 200),
  kind          text not null check (kind in ('test', 'evaluation', 'verification', 'validation', 'document')),
  -- The date that the file speaks of, not the upload's.
  speaks_of     date not null,
  valid_until   date,
  note          text check (length(note) <= 10000),
  uploaded_by   uuid not null references person,
  uploaded_at   timestamptz not null,
  withdrawn_at  timestamptz,
  withdrawn_by  uuid references person,
  withdrawn_why text,
  version       integer not null default 1,
  changed_at    timestamptz not null,
  changed_by    uuid not null references person,
  search        tsvector generated always as (
    setweight(to_tsvector('english', title), 'A')
    || setweight(to_tsvector('english', translate(file_name, '_-.', '   ')), 'B')
    || setweight(to_tsvector('english', coalesce(note, '')), 'C')
  ) stored,
  check (valid_until is null or valid_until >= speaks_of)
);
create index evidence_system on evidence (system_id);
create index evidence_sha256 on evidence (sha256);
create index evidence_search on evidence using gin (search);
create index evidence_title_trgm on evidence using gin (lower(title) gin_trgm_ops);

create table evidence_risk (
  evidence_id uuid not null references evidence,
  risk_id     uuid not null references risk,
  primary key (evidence_id, risk_id)
);
create index evidence_risk_risk on evidence_risk (risk_id);

create table evidence_mitigation (
  evidence_id   uuid not null references evidence,
  mitigation_id uuid not null references mitigation,
  primary key (evidence_id, mitigation_id)
);
create index evidence_mitigation_mitigation on evidence_mitigation (mitigation_id);

-- Importing inventories: the mapping kept per header row, and every run with its report.
create table import_mapping (
  header_sha256 text primary key,
  mapping       jsonb not null,
  saved_by      uuid not null references person,
  saved_at      timestamptz not null
);

create table import_run (
  id             uuid primary key,
  file_name      text not null,
  file_sha256    bytea not null check (octet_length(file_sha256) = 32),
  imported_by    uuid not null references person,
  imported_at    timestamptz not null,
  rows_created   integer not null,
  rows_updated   integer not null,
  rows_unchanged integer not null,
  rows_duplicate integer not null,
  rows_rejected  integer not null,
  -- The rejected rows with their reasons, to be mended and imported again.
  rejected_csv   text not null,
  -- What became of each row, as JSON (store::imports::report); the audit event carries its hash.
  report         text not null
);
create index import_run_at on import_run (imported_at desc, id desc);

-- A file between upload and import: survives leaving the page; dropped after the import or a day later.
create table import_stage (
  id          uuid primary key,
  person_id   uuid not null references person,
  file_name   text not null,
  content     bytea not null,
  mapping     jsonb,
  uploaded_at timestamptz not null
);
