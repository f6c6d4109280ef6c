-- Workbooks in imports, imports of risks and mitigations, and saved views of lists.

-- Which part of a workbook is the table; none where the program is to find it.
alter table import_stage
  add column sheet      text check (length(sheet) between 1 and 200),
  add column header_row bigint check (header_row between 1 and 1048576),
  add column kind       text not null default 'systems' check (kind in ('systems', 'risks', 'mitigations'));
alter table import_run
  add column kind text not null default 'systems' check (kind in ('systems', 'risks', 'mitigations'));

-- The filters and order of a list under a name, for oneself or for everybody. What it shows is what the reader may see.
create table saved_view (
  id         uuid primary key,
  person_id  uuid not null references person,
  list       text not null check (list in ('systems', 'risks', 'mitigations', 'evidence')),
  name       text not null check (length(name) between 1 and 80),
  -- The query of the list's address, without the question mark.
  query      text not null check (length(query) between 1 and 2000),
  shared     boolean not null,
  created_at timestamptz not null
);
create unique index saved_view_name on saved_view (person_id, list, lower(name));
create index saved_view_shared on saved_view (list) where shared;
create constraint trigger must_be_audited after insert or update or delete on saved_view
  deferrable initially deferred for each row execute function must_be_audited();
create trigger never_changed before update on saved_view for each row execute function never_changed();
create trigger never_emptied before truncate on saved_view for each statement execute function never_changed();
grant select, insert, delete on saved_view to countersign_app;
