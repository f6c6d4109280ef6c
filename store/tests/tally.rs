//! Figures that triggers keep are what counting everything gives: after any changes, in any order, by several at once.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod common;

use common::*;
use domain::actor::Role;
use sqlx::{Connection, PgPool};
use std::collections::BTreeMap;

/// One random change in a transaction of its own, with its audit event. What needs a committee is laid in without one.
const CHANGES: &str = r#"
alter table review disable trigger check_review;
alter table review disable trigger submitted_has_dossier;
alter table decision disable trigger check_decision;
alter table decision_end disable trigger check_decision_end;
alter table dossier disable trigger check_dossier;

create function noted(what text) returns void language plpgsql as $$
declare head record; body text;
begin
  select * into head from audit_lock_head();
  body := json_build_object('seq', head.seq + 1, 'at', now(), 'actor_id', null, 'actor', 'test', 'action', what,
    'subject_kind', 'x', 'subject_id', null, 'subject', 'x', 'related', '[]'::json)::text;
  insert into audit_event (seq, at, actor, action, subject_kind, subject, related, body, previous, hash)
  values (head.seq + 1, now(), 'test', what, 'x', 'x', '{}', body, head.hash, sha256(head.hash || convert_to(body, 'UTF8')));
end $$;

create function level_at(l int, i int) returns smallint language sql as $$
  select (body #>> array['cells', (l - 1)::text, (i - 1)::text])::smallint from matrix_version order by version desc limit 1
$$;

create function one_change(me uuid) returns text language plpgsql as $$
declare
  what int := floor(random() * 16); s uuid; r uuid; m uuid; d uuid; unit uuid; fresh uuid := gen_random_uuid();
  l int := 1 + floor(random() * 5); i int := 1 + floor(random() * 5); at timestamptz; done text;
begin
  at := '2026-03-02'::timestamptz - random() * interval '700 days';
  select u.id into unit from business_unit u order by random() limit 1;
  -- The system first, then what belongs to it: as the register does.
  select x.id into s from system x order by random() limit 1 for update;
  select k.id into r from risk k where k.system_id = s order by random() limit 1;
  select k.id into m from mitigation k where k.system_id = s order by random() limit 1;
  if s is null or what = 0 then
    done := 'register';
    insert into system (id, name, purpose, business_unit_id, owner_id, stage, created_at, created_by, changed_at, changed_by)
    values (fresh, 'S ' || fresh, 'P', unit, me, 'pilot', at, me, at, me);
  elsif what = 1 then
    done := 'move to another unit';
    update system set business_unit_id = unit where system.id = s;
  elsif what = 2 then
    done := 'retire or bring back';
    update system set stage = case stage when 'retired' then 'pilot' else 'retired' end where system.id = s;
  elsif r is null or what in (3, 4) then
    done := 'write a risk';
    insert into risk (id, system_id, title, cause, event, consequence, characteristic, status, created_at, created_by,
      changed_at, changed_by)
    values (fresh, s, 'R', 'C', 'E', 'Q', 'fair', (array['open', 'treating', 'closed'])[1 + floor(random() * 3)], at, me, at, me);
  elsif what in (5, 6, 7) then
    done := 'rate';
    insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rated_by, rated_at)
    values (fresh, r, (array['inherent', 'residual', 'residual', 'target'])[1 + floor(random() * 4)], l, i, level_at(l, i),
      (select max(version) from matrix_version), me, at);
  elsif what = 8 then
    done := 'close or open a risk';
    update risk set status = case status when 'closed' then 'open' else 'closed' end where risk.id = r;
  elsif what = 9 then
    done := 'write a mitigation';
    insert into mitigation (id, system_id, title, kind, description, due_on, status, created_at, created_by, changed_at)
    values (fresh, s, 'M', 'preventive', '', case when random() < 0.8 then at::date end, 'planned', at, me, at);
  elsif m is not null and what in (10, 11) then
    done := 'report on a mitigation';
    update mitigation set status = case when decision_id is null then n.status else 'implemented' end,
      implemented_at = case when n.status = 'implemented' then at end
    from (select (array['planned', 'in_progress', 'implemented', 'dropped'])[1 + floor(random() * 4)] as status) n
    where mitigation.id = m;
  elsif what = 12 then
    done := 'triage';
    insert into triage_result (id, system_id, answers, tier, because, rules_version, answered_by, answered_at)
    values (fresh, s, '{}', (array['minimal', 'limited', 'high', 'critical', 'prohibited'])[l], '{}', 1, me, clock_timestamp());
  elsif what = 13 then
    done := 'review';
    update review set state = (array['submitted', 'in_review', 'changes_requested', 'withdrawn'])[1 + floor(random() * 4)]
      where system_id = s and state in ('draft', 'submitted', 'in_review', 'changes_requested');
    if not found then
      insert into review (id, system_id, opened_by, opened_at, state_since) values (fresh, s, me, at, at);
    end if;
  elsif what = 14 then
    done := 'decide';
    insert into review (id, system_id, opened_by, opened_at, state_since, state) values (fresh, s, me, at, at, 'approved');
    insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
    values (fresh, fresh, 1, '{}', sha256('{}'), me, at);
    insert into decision (id, review_id, system_id, dossier_id, dossier_sha256, outcome, tier, quorum, above_appetite,
      meaning, decided_by, decided_by_name, decided_at, valid_until)
    select fresh, fresh, s, fresh, sha256('{}'), o.outcome, 'minimal', 1, false, 'x', me, 'P', clock_timestamp(),
      case when o.outcome <> 'rejected' then '2026-03-02'::date - 100 + floor(random() * 300)::int end
    from (select (array['approved', 'approved_with_conditions', 'approved_with_conditions', 'rejected'])
            [1 + floor(random() * 4)] as outcome) o;
    insert into mitigation (id, system_id, title, kind, description, due_on, status, decision_id, created_at, changed_at)
    select gen_random_uuid(), s, 'Condition', 'preventive', '', at::date, 'planned', fresh, at, at
    from decision where decision.id = fresh and outcome = 'approved_with_conditions';
  else
    done := 'revoke, or an approval out of date';
    select decision_id into d from system where system.id = s;
    if d is not null and random() < 0.5 then
      insert into decision_end values (d, 'revoked', 'x', me, at) on conflict do nothing;
    else
      update system set stale_since = case when stale_since is null then at end where system.id = s;
    end if;
  end if;
  perform noted(done);
  return done;
end $$;
"#;

/// Several at once, each change in a transaction of its own; what was refused (a system under review, a deadlock of the
/// test's own making) leaves nothing.
async fn churn(pool: &PgPool, me: uuid::Uuid, tasks: u32, each: u32) -> BTreeMap<String, u32> {
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..tasks {
        let pool = pool.clone();
        running.spawn(async move {
            let (mut done, mut conn) = (Vec::new(), pool.acquire().await.unwrap());
            for _ in 0..each {
                let mut tx = conn.begin().await.unwrap();
                let changed = sqlx::query_scalar("select one_change($1)").bind(me).fetch_one(&mut *tx).await;
                match changed {
                    Ok(what) => {
                        tx.commit().await.unwrap();
                        done.push(what);
                    }
                    Err(sqlx::Error::Database(e)) if e.code().is_some_and(|c| c.starts_with("CS0")) => {
                        tx.rollback().await.unwrap();
                    }
                    Err(e) => panic!("{e}"),
                }
            }
            done
        });
    }
    let mut counts = BTreeMap::new();
    for done in running.join_all().await {
        done.into_iter().for_each(|what: String| *counts.entry(what).or_default() += 1);
    }
    counts
}

async fn drift(pool: &PgPool) -> Vec<(String, String)> {
    sqlx::query_as("select tally, what from tally_drift limit 20").fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_triggers_keep_is_what_counting_gives(pool: PgPool) {
    let register = register(&pool);
    store::matrix::ensure_first(&register.store).await.unwrap();
    let me = register.person("Olga Owner", &[Role::Owner]).await.id.0;
    for unit in ["Lending", "Claims", "People"] {
        register.unit(unit).await;
    }
    register.sql(CHANGES).await;
    let done = churn(&pool, me, 4, 120).await;
    assert_eq!(drift(&pool).await, [], "after {done:?}");
    // Enough to have folded the tallies once.
    assert!(done.len() >= 12 && register.count("select max(seq) from audit_event").await > 256, "{done:?}");

    // A new appetite on the same scale moves what was rated before.
    let above = "select count(*) from risk where residual_above";
    let before = register.count(above).await;
    register
        .sql(
            "begin;
             insert into matrix_version (version, body, created_at)
               select 2, jsonb_set(body, '{appetite}', '0'), now() from matrix_version;
             select noted('appetite');
             commit",
        )
        .await;
    assert!(register.count(above).await > before);
    assert_eq!(drift(&pool).await, []);
    let done = churn(&pool, me, 2, 60).await;
    assert_eq!(drift(&pool).await, [], "after {done:?}");

    // Folded twice over, and still the same; and counting everything anew changes nothing.
    let rows = "select count(*) from tally_risk";
    let before = register.count(rows).await;
    register
        .sql(
            "create trigger fold_now after insert on audit_event for each row execute function fold_tallies();
                  begin; select noted('fold'); commit; drop trigger fold_now on audit_event",
        )
        .await;
    assert!(register.count(rows).await < before);
    assert_eq!(drift(&pool).await, []);
    let before = register.count("select count(*) from tally_month").await;
    register.sql("begin; set local session_replication_role = replica; select count_again(); commit").await;
    assert_eq!(register.count("select count(*) from tally_month").await, before);
    assert_eq!(drift(&pool).await, []);

    // The view would show it.
    for (sql, shown) in [
        ("delete from tally_due where ctid = (select ctid from tally_due limit 1)", "due"),
        ("update tally_month set n = n + 1 where ctid = (select ctid from tally_month limit 1)", "month"),
        ("update tally_risk set above = not above where ctid = (select ctid from tally_risk limit 1)", "risk"),
        (
            "update tally_system set status = 'stale' where ctid = (select ctid from tally_system where status <> 'stale' limit 1)",
            "system",
        ),
        ("set session_replication_role = replica; update risk set live = not live", "place of a risk"),
        ("set session_replication_role = replica; update mitigation set unit_id = null", "place of a mitigation"),
        ("set session_replication_role = replica; update system set risks_above = risks_above + 1", "risks above"),
        ("set session_replication_role = replica; update system set standing_until = '2020-02-02'", "standing"),
    ] {
        let mut conn = pool.acquire().await.unwrap();
        let mut tx = conn.begin().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap();
        let found: Vec<String> =
            sqlx::query_scalar("select distinct tally from tally_drift").fetch_all(&mut *tx).await.unwrap();
        assert!(found.iter().any(|tally| tally == shown), "{sql}: {found:?}");
        tx.rollback().await.unwrap();
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_program_cannot_write_figures(pool: PgPool) {
    let register = register(&pool);
    let mut conn = register.store.pool().acquire().await.unwrap();
    for sql in [
        "insert into tally_due values (gen_random_uuid(), current_date, 1)",
        "delete from tally_risk",
        "update tally_month set n = 0",
        "truncate tally_system",
        "update system set risks_above = 0",
        "update system set standing_until = current_date",
        "update risk set live = true",
        "update risk set rose = '{}'",
        "select count_again()",
    ] {
        let refused = sqlx::raw_sql(sql).execute(&mut *conn).await.unwrap_err();
        let code = refused.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned();
        assert_eq!(code, "42501", "{sql}");
    }
}
