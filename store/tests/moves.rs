//! The review's state machine stands twice, in `domain` and in Postgres: 100,000 random moves and every pair are held
//! against each other, and so is what a tier asks for.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

use chrono::{Months, NaiveDate};
use domain::review::{State, Verb, advance};
use domain::triage::Tier;
use sqlx::PgPool;

/// Whether a verb leads from one state to the other.
fn known(from: State, to: State) -> bool {
    Verb::ALL.iter().any(|verb| advance(from, *verb) == Ok(to))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_pair_of_states(pool: PgPool) {
    for from in State::ALL {
        for to in State::ALL {
            let allowed: bool = sqlx::query_scalar("select review_move_allowed($1, $2)")
                .bind(from.as_str())
                .bind(to.as_str())
                .fetch_one(&pool)
                .await
                .unwrap();
            assert_eq!(allowed, known(*from, *to), "{from} to {to}");
        }
    }
}

/// Nine reviews, with the papers of every outcome and of every ending, walk at random through the real trigger. Each try
/// is reported with whether its papers were there; what is at its end begins anew.
const WALK: &str = r#"
create function walk(seed float8, tries int) returns table (from_state text, to_state text, papers boolean, accepted boolean)
language plpgsql as $$
declare
  states text[] := array['draft', 'submitted', 'in_review', 'changes_requested', 'approved', 'approved_with_conditions',
                         'rejected', 'withdrawn', 'expired', 'revoked', 'superseded'];
  last text[] := array(select a from unnest(states) a where not exists (
                         select from unnest(states) b where review_move_allowed(a, b)));
  ids uuid[]; outcomes text[]; ends text[]; n int; o text; e text; person uuid := gen_random_uuid(); unit uuid := gen_random_uuid();
  s uuid; r uuid; d uuid; c uuid;
begin
  perform setseed(seed);
  perform set_config('session_replication_role', 'replica', true);
  insert into business_unit (id, name, created_at) values (unit, 'U', now());
  insert into person (id, email, name, created_at) values (person, 'p@example.org', 'P', now());
  foreach o in array array['approved', 'approved_with_conditions', 'rejected'] loop
    foreach e in array array['none', 'revoked', 'superseded'] loop
      s := gen_random_uuid(); r := gen_random_uuid(); d := gen_random_uuid(); c := gen_random_uuid();
      insert into system (id, name, purpose, business_unit_id, owner_id, stage, created_at, created_by, changed_at, changed_by)
        values (s, 'S', 'S', unit, person, 'pilot', now(), person, now(), person);
      insert into review (id, system_id, state, opened_by, opened_at, state_since) values (r, s, 'draft', person, now(), now());
      insert into dossier (id, review_id, revision, body, sha256, submitted_by, submitted_at)
        values (d, r, 1, '{}', sha256('{}'), person, now());
      insert into decision (id, review_id, system_id, dossier_id, dossier_sha256, outcome, tier, quorum, above_appetite,
          meaning, decided_by, decided_by_name, decided_at, valid_until)
        values (c, r, s, d, sha256('{}'), o, 'minimal', 1, false, 'x', person, 'P', now(),
          case when o <> 'rejected' then current_date end);
      if e <> 'none' then
        insert into decision_end (decision_id, kind, reason, ended_by, ended_at) values (c, e, 'x', person, now());
      end if;
      ids := ids || r; outcomes := outcomes || o; ends := ends || e;
    end loop;
  end loop;
  perform set_config('session_replication_role', 'origin', true);
  for i in 1..tries loop
    n := 1 + floor(random() * 9)::int;
    select state into from_state from review where id = ids[n];
    if from_state = any (last) then
      perform set_config('session_replication_role', 'replica', true);
      update review set state = 'draft' where id = ids[n];
      perform set_config('session_replication_role', 'origin', true);
      from_state := 'draft';
    end if;
    loop
      to_state := states[1 + floor(random() * 11)::int];
      exit when to_state <> from_state;
    end loop;
    papers := case when to_state in ('approved', 'approved_with_conditions', 'rejected') then outcomes[n] = to_state
                   when to_state in ('revoked', 'superseded') then ends[n] = to_state else true end;
    begin
      update review set state = to_state where id = ids[n];
      accepted := true;
    exception when sqlstate 'CS005' then
      accepted := false;
    end;
    return next;
  end loop;
end $$;
"#;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_hundred_thousand_random_moves(pool: PgPool) {
    // Short batches: a row that is changed over and over in one transaction gets slower with each change.
    const BATCHES: usize = 100;
    const TRIES: usize = 1_000;
    sqlx::raw_sql(WALK).execute(&pool).await.unwrap();
    let (mut tries, mut accepted_moves, mut pairs) = (0, 0, std::collections::BTreeSet::new());
    for batch in 0..BATCHES {
        // Rolled back: what is walked here never was.
        let mut tx = pool.begin().await.unwrap();
        let moves: Vec<(String, String, bool, bool)> = sqlx::query_as("select * from walk($1, $2)")
            .bind(batch as f64 / BATCHES as f64)
            .bind(TRIES as i32)
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        tx.rollback().await.unwrap();
        for (from, to, papers, accepted) in moves {
            let (from, to): (State, State) = (from.parse().unwrap(), to.parse().unwrap());
            assert_eq!(accepted, known(from, to) && papers, "{from} to {to}, papers: {papers}");
            tries += 1;
            accepted_moves += usize::from(accepted);
            if accepted {
                pairs.insert((from, to));
            }
        }
    }
    assert_eq!(tries, BATCHES * TRIES);
    // The walk went everywhere: every move that exists was made.
    let all = State::ALL.iter().flat_map(|a| State::ALL.iter().map(move |b| (*a, *b))).filter(|(a, b)| known(*a, *b));
    assert_eq!(pairs.len(), all.count(), "{accepted_moves} moves were made");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn tiers_ask_for_the_same_in_both_places(pool: PgPool) {
    for tier in Tier::ALL {
        let (quorum, months, chair): (Option<i32>, Option<i32>, bool) =
            sqlx::query_as("select tier_quorum($1), tier_validity_months($1), tier_needs_chair($1)")
                .bind(tier.as_str())
                .fetch_one(&pool)
                .await
                .unwrap();
        if *tier == Tier::Prohibited {
            assert_eq!((quorum, months), (None, None), "nothing approves a prohibited system");
            continue;
        }
        let demands = tier.demands();
        assert_eq!(quorum, Some(i32::from(demands.quorum)));
        assert_eq!(months, i32::try_from(demands.validity_months).ok());
        assert_eq!(chair, demands.chair);
        // Months are counted alike on every day of five years, ends of months and leap days among them.
        let days: Vec<(NaiveDate, NaiveDate)> = sqlx::query_as(
            "select d::date, (d + make_interval(months => $1))::date
             from generate_series(timestamp '2027-01-01', timestamp '2031-12-31', interval '1 day') d",
        )
        .bind(months)
        .fetch_all(&pool)
        .await
        .unwrap();
        for (from, until) in days {
            assert_eq!(from.checked_add_months(Months::new(demands.validity_months)), Some(until), "{from}");
        }
    }
}
