-- A day that somebody meant lies between 1900 and 2199: a slip of the keyboard is refused here too (domain::text). Rows
-- that an earlier version took keep theirs.
alter table mitigation add constraint mitigation_due_plausible
  check (due_on between '1900-01-01' and '2199-12-31') not valid;
alter table evidence add constraint evidence_days_plausible
  check (speaks_of between '1900-01-01' and '2199-12-31' and valid_until between '1900-01-01' and '2199-12-31') not valid;
alter table decision add constraint decision_until_plausible
  check (valid_until between '1900-01-01' and '2199-12-31') not valid;
