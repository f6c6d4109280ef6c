-- A service account works; people answer. Who owns a system or a risk, or has a mitigation to do, is a person: CS012.
create function answers_in_person() returns trigger language plpgsql as $$
begin
  if exists (select from person where id = (to_jsonb(new) ->> tg_argv[0])::uuid and kind = 'service') then
    raise exception 'a service account answers for nothing' using errcode = 'CS012';
  end if;
  return new;
end $$;
create trigger answers_in_person before insert or update of owner_id on system
  for each row execute function answers_in_person('owner_id');
create trigger answers_in_person before insert or update of owner_id on risk
  for each row execute function answers_in_person('owner_id');
create trigger answers_in_person before insert or update of assignee_id on mitigation
  for each row execute function answers_in_person('assignee_id');
