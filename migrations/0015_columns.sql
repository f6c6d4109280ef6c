-- What the columns of a table mean where nobody but a person can say: kept for the next file with the same columns of the
-- same system, and with each reading that was made by it.

create table table_mapping (
  system_id      uuid not null references system,
  -- SHA-256 of the columns' names, in their order.
  columns_sha256 bytea not null check (length(columns_sha256) = 32),
  -- domain::evidence::read::table::Mapping
  body           jsonb not null check (jsonb_typeof(body) = 'object'),
  version        integer not null default 1,
  changed_at     timestamptz not null,
  changed_by     uuid not null references person,
  primary key (system_id, columns_sha256)
);

-- A piece of evidence as it is read by a mapping. The newest counts, before what the readers made of the file alone.
create table mapped_reading (
  id          uuid primary key,
  evidence_id uuid not null references evidence,
  mapping     jsonb not null check (jsonb_typeof(mapping) = 'object'),
  body        jsonb not null check (jsonb_typeof(body) = 'object'),
  summary     text not null check (length(summary) between 1 and 500),
  read_at     timestamptz not null,
  read_by     uuid not null references person
);
create index mapped_reading_evidence on mapped_reading (evidence_id, read_at desc);

create function check_mapped_reading() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare the_system uuid;
begin
  select system_id into the_system from evidence where id = new.evidence_id;
  perform refuse_under_review(the_system);
  if exists (select from system where id = the_system and stage = 'retired') then
    raise exception 'the system is retired' using errcode = 'CS011';
  end if;
  perform involve(the_system, new.read_by);
  return new;
end $$;
create trigger check_mapped_reading before insert on mapped_reading
  for each row execute function check_mapped_reading();
create trigger locked_under_review before insert or update on table_mapping
  for each row execute function locked_under_review();
create trigger retired_stands_still before insert or update on table_mapping
  for each row execute function retired_stands_still();
create trigger never_changed before update or delete on mapped_reading
  for each row execute function never_changed();
create trigger never_deleted before delete on table_mapping
  for each row execute function never_changed();
do $$
declare t text;
begin
  foreach t in array array['table_mapping', 'mapped_reading'] loop
    execute format('create constraint trigger must_be_audited after insert or update or delete on %I
                    deferrable initially deferred for each row execute function must_be_audited()', t);
    execute format('create trigger never_emptied before truncate on %I
                    for each statement execute function never_changed()', t);
  end loop;
end $$;

-- What each piece of evidence says: by a person's mapping, or else by the newest readers.
create view evidence_reading with (security_invoker = true) as
select e.id as evidence_id, m.mapping, coalesce(m.body, f.body) as body, coalesce(m.summary, f.summary) as summary,
  case when m.body is null then f.unread end as unread
from evidence e
left join lateral (select body, summary, unread from evidence_findings x where x.sha256 = e.sha256
                   order by x.readers desc limit 1) f on true
left join lateral (select mapping, body, summary from mapped_reading x where x.evidence_id = e.id
                   order by x.read_at desc, x.id desc limit 1) m on true;

grant select, insert on table_mapping, mapped_reading to countersign_app;
grant update (body, version, changed_at, changed_by) on table_mapping to countersign_app;
grant select on evidence_reading to countersign_app;
