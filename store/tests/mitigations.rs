//! Mitigations: what they leave of a risk, who reports them done, and who may verify it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;
#[allow(dead_code, reason = "each test binary uses a part")]
#[path = "common/scene.rs"]
mod scene;

use chrono::{Days, NaiveDate};
use common::*;
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::{MitigationRef, RiskRef};
use domain::mitigation::{Kind, Status};
use domain::risk::RatingKind;
use domain::risk::matrix::Point;
use domain::triage::Tier;
use scene::Scene;
use sqlx::PgPool;
use store::Error;
use store::mitigations::{self, Due, MitigationFilter, MitigationSort, MitigationText, NewMitigation, NewResidual};
use store::risks;

const BY_DATE: (MitigationSort, bool) = (MitigationSort::Due, false);

async fn risks_of(s: &Scene) -> Vec<RiskRef> {
    let filter = risks::RiskFilter { system: Some(s.system), ..Default::default() };
    let sort = (risks::RiskSort::Reference, false);
    let list = risks::list(&s.reg.store, &s.owner, &filter, sort, None, 50).await.unwrap();
    list.page.rows.into_iter().map(|r| r.reference).collect()
}

fn new(risks: Vec<RiskRef>, assignee: &Actor, due_on: NaiveDate) -> NewMitigation {
    NewMitigation {
        title: "Check every refusal".into(),
        kind: Kind::Detective,
        description: String::new(),
        assignee: Some(assignee.id),
        due_on: Some(due_on),
        risks,
        residual: Vec::new(),
    }
}

async fn added(s: &Scene, assignee: &Actor) -> MitigationRef {
    let due = s.reg.store.today() + Days::new(10);
    let risk = risks_of(s).await[0];
    mitigations::add(&s.reg.store, &s.owner, s.system, &new(vec![risk], assignee, due), None).await.unwrap()
}

async fn version(s: &Scene, m: MitigationRef) -> i32 {
    mitigations::get(&s.reg.store, &s.owner, m).await.unwrap().version
}

async fn advance(s: &Scene, by: &Actor, m: MitigationRef, to: Status) -> store::Result<()> {
    mitigations::advance(&s.reg.store, by, m, version(s, m).await, to, Some("Done")).await
}

fn forbidden(result: store::Result<()>) -> bool {
    matches!(result, Err(Error::Refused(Refusal::Forbidden(_))))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_mitigation_acts_on_several_risks_and_says_what_it_leaves(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let risks = risks_of(&s).await;
    s.reg.clock.advance(chrono::Duration::hours(1));
    let mut mitigation = new(risks[..2].to_vec(), &s.contributor, store.today() + Days::new(10));
    let left = Point { likelihood: 1, impact: 2 };
    mitigation.residual = vec![NewResidual { risk: risks[0], at: left }];
    let once = Some(store.new_id().into());
    let before = s.reg.count("select count(*) from audit_event").await;
    let reference = mitigations::add(store, &s.owner, s.system, &mitigation, once).await.unwrap();
    assert_eq!(s.reg.count("select count(*) from audit_event").await, before + 1);

    let page = mitigations::get(store, &s.owner, reference).await.unwrap();
    assert_eq!(page.risks.iter().map(|k| k.reference).collect::<Vec<_>>(), risks[..2]);
    let risk = risks::get(store, &s.owner, risks[0]).await.unwrap();
    assert_eq!(risk.current(RatingKind::Residual).unwrap().at, left);
    assert!(risk.mitigations.iter().any(|m| m.reference == reference));

    // The same form counts once; a rating of a risk that it does not act on takes everything back.
    let again = mitigations::add(store, &s.owner, s.system, &mitigation, once).await;
    assert!(matches!(again, Err(Error::Replayed { location }) if location == format!("/mitigations/{reference}")));
    let count = s.reg.count("select count(*) from mitigation").await;
    mitigation.residual = vec![NewResidual { risk: risks[2], at: left }];
    assert!(mitigations::add(store, &s.owner, s.system, &mitigation, None).await.is_err());
    mitigation.residual.clear();
    mitigation.risks = vec![RiskRef(4711)];
    assert!(mitigations::add(store, &s.owner, s.system, &mitigation, None).await.is_err());
    assert_eq!(s.reg.count("select count(*) from mitigation").await, count);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebody_else_verifies_and_does_not_become_involved(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let assignee = s.reg.person("Anna Assignee", &[]).await;
    let m = added(&s, &assignee).await;
    let member = &s.members[0];

    // The committee reports no progress; the assignee does.
    assert!(forbidden(advance(&s, member, m, Status::Implemented).await));
    advance(&s, &assignee, m, Status::InProgress).await.unwrap();
    advance(&s, &s.contributor, m, Status::Implemented).await.unwrap();
    // Neither who did it nor the assignee verifies.
    assert!(forbidden(advance(&s, &s.contributor, m, Status::Verified).await));
    assert!(forbidden(advance(&s, &assignee, m, Status::Verified).await));
    advance(&s, member, m, Status::Verified).await.unwrap();
    let page = mitigations::get(&s.reg.store, &s.owner, m).await.unwrap();
    assert_eq!(page.status, Status::Verified);
    assert_eq!(page.implemented.map(|(who, ..)| who), Some(s.contributor.id));
    assert_eq!(page.verified.map(|(who, ..)| who), Some(member.id));

    // Who verified can still vote; a report in between was not lost.
    let review = s.submit().await;
    store::reviews::open::open(&s.reg.store, &s.members[1], review).await.unwrap();
    s.vote(review, member, domain::review::Choice::Approve).await;

    // Back to work forgets both.
    advance(&s, member, m, Status::InProgress).await.unwrap();
    let page = mitigations::get(&s.reg.store, &s.owner, m).await.unwrap();
    assert!(page.implemented.is_none() && page.verified.is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn under_review_content_stands_still_and_progress_goes_on(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let m = added(&s, &s.contributor).await;
    let risk = risks_of(&s).await[0];
    let page = mitigations::get(store, &s.owner, m).await.unwrap();
    s.submit().await;
    let locked = |result: store::Result<()>| matches!(result, Err(Error::Refused(Refusal::NotNow(_))));
    let text = MitigationText {
        title: "Another".into(),
        kind: page.kind,
        description: String::new(),
        assignee: Some(s.contributor.id),
        due_on: page.due_on,
        risks: vec![risk],
    };
    assert!(locked(mitigations::edit(store, &s.owner, m, page.version, &text).await));
    assert!(locked(advance(&s, &s.owner, m, Status::Dropped).await));
    let rating = risks::NewRating { kind: RatingKind::Target, at: Point { likelihood: 1, impact: 1 }, rationale: None };
    assert!(locked(risks::rate(store, &s.owner, risk, &[rating], None).await));
    let read = risks::get(store, &s.owner, risk).await.unwrap();
    assert!(locked(risks::edit(store, &s.owner, risk, read.version, &read.text).await));
    assert!(locked(risks::close(store, &s.owner, risk, read.version, "Gone").await));
    advance(&s, &s.contributor, m, Status::Implemented).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_retired_system_takes_neither_content_nor_progress(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let m = added(&s, &s.contributor).await;
    let risk = risks_of(&s).await[0];
    let page = mitigations::get(store, &s.owner, m).await.unwrap();
    store::systems::retire::retire(store, &s.owner, s.system, "Replaced").await.unwrap();
    let said = |result: store::Result<()>| match result {
        Err(Error::Refused(Refusal::NotNow(why))) => assert!(why.contains("retired: reopen it"), "{why}"),
        other => panic!("{other:?}"),
    };
    said(advance(&s, &s.contributor, m, Status::InProgress).await);
    said(advance(&s, &s.owner, m, Status::Dropped).await);
    let text = MitigationText {
        title: "Another".into(),
        kind: page.kind,
        description: String::new(),
        assignee: Some(s.contributor.id),
        due_on: page.due_on,
        risks: vec![risk],
    };
    said(mitigations::edit(store, &s.owner, m, page.version, &text).await);
    let rating = risks::NewRating { kind: RatingKind::Target, at: Point { likelihood: 1, impact: 1 }, rationale: None };
    said(risks::rate(store, &s.owner, risk, &[rating], None).await);
    let read = risks::get(store, &s.owner, risk).await.unwrap();
    said(risks::edit(store, &s.owner, risk, read.version, &read.text).await);
    said(risks::close(store, &s.owner, risk, read.version, "Gone").await);
    said(store::evidence::choices(store, &s.owner, s.system).await.map(drop));
    let tier = store::systems::override_tier::override_tier;
    said(tier(store, &s.chair, s.system, Some(Tier::Critical), "Harm", None).await);
    store::systems::retire::reopen(store, &s.owner, s.system, domain::system::Stage::Pilot).await.unwrap();
    advance(&s, &s.contributor, m, Status::InProgress).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_assignee_sees_the_mitigation_and_nothing_more(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let assignee = s.reg.person("Anna Assignee", &[]).await;
    let stranger = s.reg.person("Stan Stranger", &[Role::Owner]).await;
    let mine = added(&s, &assignee).await;
    let theirs = added(&s, &s.contributor).await;
    let risks = risks_of(&s).await;
    assert!(mitigations::get(store, &assignee, mine).await.is_ok());
    assert!(matches!(mitigations::get(store, &assignee, theirs).await, Err(Error::NotFound)));
    assert!(matches!(mitigations::get(store, &stranger, mine).await, Err(Error::NotFound)));
    assert!(matches!(
        mitigations::advance(store, &stranger, mine, 1, Status::InProgress, None).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        mitigations::advance(store, &assignee, theirs, 1, Status::InProgress, None).await,
        Err(Error::NotFound)
    ));
    // The risk that it acts on may be read, another of the same system may not.
    assert!(risks::get(store, &assignee, risks[0]).await.is_ok());
    assert!(matches!(risks::get(store, &assignee, risks[1]).await, Err(Error::NotFound)));
    // Nor do the risks that weigh most show on the system's overview.
    let heaviest = async |actor: &Actor| {
        let system = store::systems::header(store, actor, s.system).await.unwrap().located;
        store::systems::residual::top(store, actor, &system).await.unwrap()
    };
    assert!(heaviest(&assignee).await.is_none());
    assert_eq!(heaviest(&s.owner).await.unwrap().0.len(), 3);
    let rows = |actor: Actor| {
        let store = store.clone();
        async move {
            let filter = MitigationFilter::default();
            mitigations::list(&store, &actor, &filter, BY_DATE, None, 50).await.unwrap().page.rows
        }
    };
    let refs: Vec<_> = rows(assignee).await.into_iter().map(|r| r.reference).collect();
    assert_eq!(refs, [mine]);
    assert!(rows(stranger).await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_outdated_edit_and_an_outdated_report_are_refused(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let m = added(&s, &s.contributor).await;
    let read = version(&s, m).await;
    advance(&s, &s.contributor, m, Status::InProgress).await.unwrap();
    let late = mitigations::advance(&s.reg.store, &s.owner, m, read, Status::Implemented, None).await;
    assert!(matches!(late, Err(Error::Stale { current }) if current == read + 1));
    let page = mitigations::get(&s.reg.store, &s.owner, m).await.unwrap();
    let text = MitigationText {
        title: "Another".into(),
        kind: page.kind,
        description: page.description,
        assignee: Some(s.owner.id),
        due_on: page.due_on,
        risks: page.risks.iter().map(|k| k.reference).collect(),
    };
    assert!(matches!(mitigations::edit(&s.reg.store, &s.owner, m, read, &text).await, Err(Error::Stale { .. })));
    mitigations::edit(&s.reg.store, &s.owner, m, read + 1, &text).await.unwrap();
    let page = mitigations::get(&s.reg.store, &s.owner, m).await.unwrap();
    assert_eq!((page.title.as_str(), page.assignee.map(|a| a.0)), ("Another", Some(s.owner.id)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn overdue_ones_stand_on_top(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let risk = risks_of(&s).await[0];
    let today = store.today();
    let existing = s.reg.count("select count(*) from mitigation where status <> 'dropped'").await as usize;
    let mut refs = Vec::new();
    for days in [40, 1, 3] {
        let m = new(vec![risk], &s.owner, today + Days::new(days));
        refs.push(mitigations::add(store, &s.owner, s.system, &m, None).await.unwrap());
    }
    s.reg.clock.advance(chrono::Duration::days(2));
    let overdue = MitigationFilter { due: Some(Due::Overdue), text: Some("refusal".into()), ..Default::default() };
    let list = mitigations::list(store, &s.owner, &overdue, BY_DATE, None, 50).await.unwrap();
    assert_eq!(list.page.rows.iter().map(|r| r.reference).collect::<Vec<_>>(), [refs[1]]);
    advance(&s, &s.owner, refs[1], Status::Implemented).await.unwrap();
    let list = mitigations::list(store, &s.owner, &overdue, BY_DATE, None, 50).await.unwrap();
    assert_eq!((list.page.rows.len(), list.total), (0, 0));

    for sort in [BY_DATE, (MitigationSort::Due, true), (MitigationSort::Reference, true)] {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let filter = MitigationFilter::default();
            let list = mitigations::list(store, &s.owner, &filter, sort, after.as_deref(), 2).await.unwrap();
            seen.extend(list.page.rows.into_iter().map(|r| r.reference));
            after = list.page.next;
            if after.is_none() {
                break;
            }
        }
        let mut unique = seen.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!((unique.len(), seen.len()), (existing + 3, existing + 3), "{sort:?}");
    }
}
