-- What the readers of result files found in a file. Derived: the same bytes and the same readers give the same again, so
-- it has no audit event of its own. Newer readers add a row and leave the older one, which people may have decided on.
create table evidence_findings (
  sha256  bytea not null references evidence_file,
  readers integer not null check (readers > 0),
  body    jsonb check (jsonb_typeof(body) = 'object'),
  -- One line of it, for lists.
  summary text check (length(summary) between 1 and 500),
  -- Why there is nothing: no result file, or a broken one.
  unread  text check (length(unread) between 1 and 2000),
  read_at timestamptz not null,
  primary key (sha256, readers),
  check ((body is null) <> (unread is null) and (body is null) = (summary is null))
);
create trigger never_changed before update or delete on evidence_findings
  for each row execute function never_changed();
create trigger never_emptied before truncate on evidence_findings
  for each statement execute function never_changed();
grant select, insert on evidence_findings to countersign_app;
