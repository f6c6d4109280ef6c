//! One change to many records: what the preview says is what happens; each record on its own version, in its own
//! transaction, with its own audit event; what can't be changed is named and holds up nothing else.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

mod common;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "common/scene.rs"]
mod scene;

use common::{Register, register};
use domain::actor::{Actor, Role};
use domain::ids::{RiskRef, SystemRef};
use domain::mitigation;
use domain::risk::{Characteristic, RiskText, Status, Treatment};
use domain::system::{Registration, Stage};
use domain::triage::Tier;
use scene::Scene;
use sqlx::PgPool;
use store::bulk::{BULK_MAX, Change, Item, Verdict, apply, preview};
use store::mitigations::{NewMitigation, add as add_mitigation};
use store::risks::{NewRisk, add};

async fn system(register: &Register, owner: &Actor, name: &str, unit: domain::ids::UnitId) -> SystemRef {
    let new = Registration { name: name.into(), purpose: "Sorts".into(), unit, owner: owner.id, stage: Stage::Pilot };
    store::systems::register::register(&register.store, owner, &new, None).await.unwrap()
}

fn drift(n: usize) -> NewRisk {
    NewRisk {
        text: RiskText {
            title: format!("Drift {n}"),
            cause: "New data".into(),
            event: "Scores drift".into(),
            consequence: "Loss".into(),
            characteristic: Characteristic::ValidReliable,
        },
        library_key: None,
        treatment: Some(Treatment::Mitigate),
        owner: None,
        inherent: None,
    }
}

async fn risks(register: &Register, owner: &Actor, system: SystemRef, count: usize) -> Vec<i64> {
    let mut all = Vec::new();
    for batch in (0..count).collect::<Vec<_>>().chunks(50) {
        let new: Vec<NewRisk> = batch.iter().map(|n| drift(*n)).collect();
        all.extend(add(&register.store, owner, system, &new, None).await.unwrap());
    }
    all.into_iter().map(|RiskRef(n)| n).collect()
}

fn versions(items: &[Item]) -> Vec<(i64, i32)> {
    items.iter().filter(|i| i.verdict == Verdict::Changes).map(|i| (i.number, i.version)).collect()
}

async fn events(register: &Register) -> i64 {
    register.count("select count(*) from audit_event").await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn fifty_risks_change_hands_with_one_event_each(pool: PgPool) {
    let register = register(&pool);
    store::matrix::ensure_first(&register.store).await.unwrap();
    let (olga, otto) = (register.person("Olga", &[Role::Owner]).await, register.person("Otto", &[Role::Owner]).await);
    let unit = register.unit("Claims").await;
    let home = system(&register, &olga, "Claim sorter", unit).await;
    let all = risks(&register, &olga, home, 50).await;
    let change = Change::RiskOwner(Some(otto.id));
    let found = preview(&register.store, &olga, &all, &change).await.unwrap();
    assert_eq!((found.what, found.after.as_str(), found.items.len()), ("Owner", "Otto", 50));
    assert!(found.items.iter().all(|i| i.verdict == Verdict::Changes && i.before == "Nobody"));
    let before = events(&register).await;
    let done = apply(&register.store, &olga, &versions(&found.items), &change, "Otto takes over").await.unwrap();
    assert!(done.iter().all(|d| d.refused.is_none()));
    assert_eq!(events(&register).await, before + 50);
    assert_eq!(register.count("select count(*) from risk where owner_id is not null and version = 2").await, 50);
    let body: String =
        sqlx::query_scalar("select body from audit_event order by seq desc limit 1").fetch_one(&pool).await.unwrap();
    assert!(body.contains("\"reason\":\"Otto takes over\"") && body.contains("otto@example.org"), "{body}");
    // Sent again, or on versions that are no longer there, nothing happens to any.
    let again =
        apply(&register.store, &olga, &versions(&found.items), &Change::RiskOwner(None), "Twice").await.unwrap();
    assert!(again.iter().all(|d| d.refused.as_deref() == Some("Somebody changed it since the preview")));
    assert_eq!(events(&register).await, before + 50);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_can_not_change_is_named_and_holds_up_nothing(pool: PgPool) {
    let register = register(&pool);
    store::matrix::ensure_first(&register.store).await.unwrap();
    let (olga, otto) = (register.person("Olga", &[Role::Owner]).await, register.person("Otto", &[Role::Owner]).await);
    let eve = register.person("Eve", &[Role::Executive]).await;
    let unit = register.unit("Claims").await;
    let mine = risks(&register, &olga, system(&register, &olga, "Claim sorter", unit).await, 3).await;
    let theirs = risks(&register, &otto, system(&register, &otto, "Chat helper", unit).await, 1).await;
    store::risks::close(&register.store, &olga, RiskRef(mine[0]), 1, "Gone").await.unwrap();
    let all: Vec<i64> = mine.iter().chain(&theirs).copied().collect();
    let change = Change::RiskStatus(Status::Accepted);
    let found = preview(&register.store, &olga, &all, &change).await.unwrap();
    assert_eq!(found.items.len(), 3, "what one may not see is not there");
    assert!(matches!(&found.items[0].verdict, Verdict::Refused(why) if why.contains("reopen")));
    // A reader sees all, and may change none.
    let readers = preview(&register.store, &eve, &all, &change).await.unwrap();
    assert_eq!(readers.items.len(), 4);
    assert!(readers.items.iter().all(|i| matches!(&i.verdict, Verdict::Refused(_))));
    // In between, somebody changes one of them; another is not mine, however it was typed into the form.
    store::risks::close(&register.store, &olga, RiskRef(mine[1]), 1, "Gone too").await.unwrap();
    let typed: Vec<(i64, i32)> = versions(&found.items).into_iter().chain([(theirs[0], 1), (9_999, 1)]).collect();
    let done = apply(&register.store, &olga, &typed, &change, "Accepted in March").await.unwrap();
    let refused: Vec<Option<&str>> = done.iter().map(|d| d.refused.as_deref()).collect();
    assert_eq!(refused.len(), 4);
    assert!(refused[0].is_some() && refused[1].is_none(), "{refused:?}");
    assert_eq!(refused[2], refused[3], "foreign and missing look the same: {refused:?}");
    assert_eq!(register.count("select count(*) from risk where status = 'accepted'").await, 1);
    let refusal = apply(&register.store, &eve, &[(mine[2], 2)], &change, "No").await.unwrap();
    assert!(refusal[0].refused.is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_number_of_records_is_held_at_its_edge(pool: PgPool) {
    let register = register(&pool);
    store::matrix::ensure_first(&register.store).await.unwrap();
    let olga = register.person("Olga", &[Role::Owner]).await;
    let unit = register.unit("Claims").await;
    let home = system(&register, &olga, "Claim sorter", unit).await;
    let all = risks(&register, &olga, home, BULK_MAX + 1).await;
    let change = Change::RiskStatus(Status::Closed);
    assert!(preview(&register.store, &olga, &all, &change).await.is_err());
    assert!(preview(&register.store, &olga, &[], &change).await.is_err());
    let found = preview(&register.store, &olga, &all[1..], &change).await.unwrap();
    assert_eq!(found.items.len(), BULK_MAX);
    let records: Vec<(i64, i32)> = all.iter().map(|n| (*n, 1)).collect();
    assert!(apply(&register.store, &olga, &records, &change, "Gone").await.is_err());
    assert_eq!(register.count("select count(*) from risk where status = 'closed'").await, 0);
    let done = apply(&register.store, &olga, &records[1..], &change, "Gone").await.unwrap();
    assert!(done.iter().all(|d| d.refused.is_none()));
    assert_eq!(register.count("select count(*) from risk where status = 'closed'").await, BULK_MAX as i64);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn mitigations_get_dates_people_and_statuses_by_their_own_rules(pool: PgPool) {
    let register = register(&pool);
    store::matrix::ensure_first(&register.store).await.unwrap();
    let (olga, otto) = (register.person("Olga", &[Role::Owner]).await, register.person("Otto", &[Role::Owner]).await);
    let eve = register.person("Eve", &[Role::Auditor]).await;
    let unit = register.unit("Claims").await;
    let home = system(&register, &olga, "Claim sorter", unit).await;
    let risk = risks(&register, &olga, home, 1).await[0];
    let mut all = Vec::new();
    for n in 0..3 {
        let new = NewMitigation {
            title: format!("Check {n}"),
            kind: mitigation::Kind::Detective,
            description: String::new(),
            assignee: Some(otto.id),
            due_on: None,
            risks: vec![RiskRef(risk)],
            residual: Vec::new(),
        };
        all.push(add_mitigation(&register.store, &olga, home, &new, None).await.unwrap().0);
    }
    let day = "2026-09-30".parse().unwrap();
    for (change, column) in [
        (Change::Due(day), "select count(*) from mitigation where due_on = '2026-09-30'"),
        (
            Change::Assignee(Some(olga.id)),
            "select count(*) from mitigation m join person p on p.id = m.assignee_id where p.name = 'Olga'",
        ),
        (
            Change::MitigationStatus(mitigation::Status::InProgress),
            "select count(*) from mitigation where status = 'in_progress'",
        ),
    ] {
        let found = preview(&register.store, &olga, &all, &change).await.unwrap();
        let done = apply(&register.store, &olga, &versions(&found.items), &change, "Plan of March").await.unwrap();
        assert!(done.iter().all(|d| d.refused.is_none()), "{done:?}");
        assert_eq!(register.count(column).await, 3, "{change:?}");
        let same = preview(&register.store, &olga, &all, &change).await.unwrap();
        assert!(same.items.iter().all(|i| i.verdict == Verdict::Same), "{same:?}");
    }
    // No such move; and nobody is given work who changes nothing.
    let found =
        preview(&register.store, &olga, &all, &Change::MitigationStatus(mitigation::Status::Verified)).await.unwrap();
    assert!(found.items.iter().all(|i| matches!(i.verdict, Verdict::Refused(_))));
    assert!(preview(&register.store, &olga, &all, &Change::Assignee(Some(eve.id))).await.is_err());
    // An assignee reports progress on their own, and gives it to nobody.
    let found = preview(&register.store, &otto, &all, &Change::Due(day)).await.unwrap();
    assert!(found.items.is_empty(), "Otto does them no longer: {found:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn systems_change_owner_and_unit_and_stand_still_under_review(pool: PgPool) {
    let scene = Scene::new(&pool, Tier::Limited, false).await;
    let (store, owner) = (&scene.reg.store, &scene.owner);
    let otto = scene.reg.person("Otto", &[Role::Owner]).await;
    let unit = scene.reg.unit("Post").await;
    let held = scene.system;
    scene.submit().await;
    let free = system(&scene.reg, owner, "Claim sorter", unit).await;
    let unit = scene.reg.unit("Parcels").await;
    let all = [held.0, free.0];
    for change in [Change::SystemUnit(unit), Change::SystemOwner(otto.id)] {
        let found = preview(store, owner, &all, &change).await.unwrap();
        assert_eq!(found.items[1].verdict, Verdict::Changes);
        assert!(matches!(&found.items[0].verdict, Verdict::Refused(why) if why.contains("under review")), "{found:?}");
        let records = [(held.0, found.items[0].version), (free.0, found.items[1].version)];
        let done = apply(store, owner, &records, &change, "Moved").await.unwrap();
        assert!(done[0].refused.is_some() && done[1].refused.is_none(), "{done:?}");
    }
    let moved: (String, String) = sqlx::query_as("select u.name, p.name from system s join business_unit u on u.id = s.business_unit_id join person p on p.id = s.owner_id where s.number = $1")
        .bind(free.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(moved, ("Parcels".to_owned(), "Otto".to_owned()));
}
