-- What a retired system says stands still until it is reopened, whoever writes: CS011. Not its people (somebody has to be
-- able to reopen it), not the end of its decisions, not what triggers derive.

create function retired_stands_still() returns trigger language plpgsql security definer set search_path = public as $$
declare the_system uuid;
begin
  case tg_table_name
    when 'rating' then the_system := (select system_id from risk where id = new.risk_id);
    when 'dossier' then the_system := (select system_id from review where id = new.review_id);
    when 'mitigation_risk' then
      the_system := (select system_id from mitigation where id = coalesce(new.mitigation_id, old.mitigation_id));
    when 'evidence_risk', 'evidence_mitigation' then
      the_system := (select system_id from evidence where id = coalesce(new.evidence_id, old.evidence_id));
    else the_system := coalesce(new.system_id, old.system_id);
  end case;
  if exists (select from system where id = the_system and stage = 'retired') then
    raise exception 'the system is retired' using errcode = 'CS011';
  end if;
  return coalesce(new, old);
end $$;

-- Retiring and reopening pass: the stage itself moves.
create function retired_system_stands_still() returns trigger language plpgsql as $$
begin
  raise exception 'the system is retired' using errcode = 'CS011';
end $$;
create trigger retired_stands_still before update on system for each row
  when (old.stage = 'retired' and new.stage = 'retired' and
    (new.name, new.purpose, new.business_unit_id, new.kind, new.sourcing, new.vendor, new.intended_users,
     new.affected_groups, new.data_categories, new.autonomy, new.oversight, new.runs_where)
    is distinct from
    (old.name, old.purpose, old.business_unit_id, old.kind, old.sourcing, old.vendor, old.intended_users,
     old.affected_groups, old.data_categories, old.autonomy, old.oversight, old.runs_where))
  execute function retired_system_stands_still();

-- Ratings and appetite write derived columns, which are not named here.
create trigger retired_stands_still before insert or update of system_id, title, cause, event, consequence,
  characteristic, treatment, owner_id, status on risk for each row execute function retired_stands_still();
create trigger retired_stands_still before insert or update of system_id, title, kind, description, assignee_id, due_on,
  status, implemented_by, verified_by, decision_id on mitigation
  for each row execute function retired_stands_still();
create trigger retired_stands_still before insert or update of system_id, title, kind, speaks_of, valid_until, note,
  withdrawn_at on evidence for each row execute function retired_stands_still();
do $$
declare t text;
begin
  foreach t in array array['rating', 'triage_result', 'tier_override', 'dossier'] loop
    execute format('create trigger retired_stands_still before insert on %I
                    for each row execute function retired_stands_still()', t);
  end loop;
  foreach t in array array['system_model', 'mitigation_risk', 'evidence_risk', 'evidence_mitigation'] loop
    execute format('create trigger retired_stands_still before insert or update or delete on %I
                    for each row execute function retired_stands_still()', t);
  end loop;
end $$;

-- What a member ticked as viewed on the page of a review, per dossier: a newer one begins without ticks. A reading aid of
-- that person alone, which nothing is decided on and nobody else sees; so it needs no audit event, and may be taken back.
create table dossier_viewed (
  dossier_id uuid not null references dossier,
  person_id  uuid not null references person,
  reading    text not null check (reading in ('since-revision', 'since-decision', 'summary', 'triage', 'context', 'risks',
               'mitigations', 'evidence')),
  at         timestamptz not null,
  primary key (dossier_id, person_id, reading)
);
grant select, insert, delete on dossier_viewed to countersign_app;
