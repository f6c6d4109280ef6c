-- Screening against the EU AI Act: the interview as far as it got, and every result with the version of the law that it was
-- made on.

create table screening (
  system_id  uuid primary key references system,
  -- domain::eu_ai_act::Answers: what the interview exports.
  answers    jsonb not null check (jsonb_typeof(answers) = 'object'),
  version    integer not null default 1,
  changed_at timestamptz not null,
  changed_by uuid not null references person
);

create table screening_result (
  id        uuid primary key,
  system_id uuid not null references system,
  answers   jsonb not null check (jsonb_typeof(answers) = 'object'),
  -- The version of the law, and the day that the result speaks of.
  law       text not null check (length(law) between 1 and 60),
  made_on   date not null,
  class     text not null check (class ~ '^[a-z_]{1,40}$'),
  -- domain::eu_ai_act::Outcome
  body      jsonb not null check (jsonb_typeof(body) = 'object'),
  made_by   uuid not null references person,
  made_at   timestamptz not null
);
create index screening_result_system on screening_result (system_id, made_at desc, id desc);

create function note_screening() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
  if tg_table_name = 'screening' then
    if tg_op = 'UPDATE' and (new.system_id is distinct from old.system_id or new.version <> old.version + 1) then
      raise exception 'an interview stays with its system, and its versions follow each other' using errcode = 'CS002';
    end if;
    perform involve(new.system_id, new.changed_by);
  else
    perform involve(new.system_id, new.made_by);
  end if;
  return new;
end $$;
create trigger note_screening before insert or update on screening for each row execute function note_screening();
create trigger note_screening before insert on screening_result for each row execute function note_screening();
create trigger never_changed before update or delete on screening_result
  for each row execute function never_changed();
create trigger never_deleted before delete on screening for each row execute function never_changed();
do $$
declare t text;
begin
  foreach t in array array['screening', 'screening_result'] loop
    execute format('create trigger locked_under_review before insert or update on %I
                    for each row execute function locked_under_review()', t);
    execute format('create trigger retired_stands_still before insert or update on %I
                    for each row execute function retired_stands_still()', t);
    execute format('create constraint trigger must_be_audited after insert or update or delete on %I
                    deferrable initially deferred for each row execute function must_be_audited()', t);
    execute format('create trigger never_emptied before truncate on %I
                    for each statement execute function never_changed()', t);
  end loop;
end $$;

grant select, insert on screening, screening_result to countersign_app;
grant update (answers, version, changed_at, changed_by) on screening to countersign_app;
