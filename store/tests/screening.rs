//! Screening against the EU AI Act on a real Postgres: answers on the version that was read, results that stay.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;
#[path = "common/scene.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod scene;

use common::*;
use domain::error::Refusal;
use domain::eu_ai_act::{Answers, Class, law};
use domain::triage::Tier;
use scene::Scene;
use sqlx::PgPool;
use store::Error;
use store::screening::{answer, conclude, load};

/// Software that only follows rules is no AI system (Art. 3(1)).
const NOT_AI: &str = r#"{"subject": "neither"}"#;

fn answers(json: &str) -> Answers {
    Answers::from_json(json).unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_result_stays_as_it_was_made(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let early = conclude(store, &s.owner, s.system, 0).await;
    assert!(matches!(early, Err(Error::Refused(Refusal::NotNow(_)))), "{early:?}");
    let begun = answers(r#"{"subject": "system"}"#);
    assert_eq!(answer(store, &s.owner, s.system, 0, &begun).await.unwrap(), 1);
    let open = conclude(store, &s.owner, s.system, 1).await;
    assert!(matches!(open, Err(Error::Refused(Refusal::NotNow(_)))), "{open:?}");
    // Somebody with an older page is told, and nothing is overwritten.
    let stale = answer(store, &s.contributor, s.system, 0, &answers(NOT_AI)).await;
    assert!(matches!(stale, Err(Error::Stale { current: 1 })), "{stale:?}");
    assert_eq!(answer(store, &s.contributor, s.system, 1, &answers(NOT_AI)).await.unwrap(), 2);
    let before = s.reg.count("select count(*) from audit_event").await;
    conclude(store, &s.owner, s.system, 2).await.unwrap();
    assert_eq!(s.reg.count("select count(*) from audit_event").await, before + 1);
    conclude(store, &s.owner, s.system, 2).await.unwrap();
    assert_eq!(s.reg.count("select count(*) from audit_event").await, before + 1, "the same result stands already");
    let found = load(store, &s.members[0], s.system).await.unwrap();
    let result = &found.results[0];
    assert_eq!((result.kept.class, result.kept.law.version.as_str()), (Class::NotAiSystem, law().version.as_str()));
    assert_eq!((result.made_by.as_str(), found.may_write), ("Olga Owner", false));
    // Other answers later make another result; the first one keeps what it rests on.
    answer(store, &s.owner, s.system, 2, &begun).await.unwrap();
    let found = load(store, &s.owner, s.system).await.unwrap();
    assert_eq!((found.results.len(), found.results[0].answers == answers(NOT_AI)), (1, true));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn screening_keeps_its_rules_below_the_program(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let by_member = answer(store, &s.members[0], s.system, 0, &answers(NOT_AI)).await;
    assert!(matches!(by_member, Err(Error::Refused(Refusal::Forbidden(_)))), "{by_member:?}");
    answer(store, &s.owner, s.system, 0, &answers(NOT_AI)).await.unwrap();
    conclude(store, &s.owner, s.system, 1).await.unwrap();
    let attacks = [
        ("update screening_result set class = 'minimal'", "CS002"),
        ("delete from screening_result", "CS002"),
        ("delete from screening", "CS002"),
        ("truncate screening, screening_result", "CS002"),
        ("update screening set answers = '{}'", "CS002"),
        ("update screening set answers = '{}', version = version + 1", "CS003"),
        (
            "insert into screening_result (id, system_id, answers, law, made_on, class, body, made_by, made_at)
             select gen_random_uuid(), system_id, answers, law, made_on, 'minimal', body, made_by, now() from screening_result",
            "CS003",
        ),
    ];
    for (sql, code) in attacks {
        let met = sqlx::raw_sql(sql).execute(&pool).await.unwrap_err();
        assert_eq!(met.as_database_error().unwrap().code().as_deref(), Some(code), "{sql}");
    }
    s.submit().await;
    let still = answer(store, &s.owner, s.system, 1, &answers(r#"{"subject": "system"}"#)).await;
    assert!(matches!(still, Err(Error::Refused(Refusal::NotNow(_)))), "{still:?}");
    let met =
        sqlx::raw_sql("update screening set answers = '{}', version = version + 1").execute(&pool).await.unwrap_err();
    assert_eq!(met.as_database_error().unwrap().code().as_deref(), Some("CS001"));
}
