//! Risks and their ratings: added, never overwritten, on the version that was read, and only seen by who may see them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use common::*;
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::ids::{RiskRef, SystemRef};
use domain::risk::hints::Hint;
use domain::risk::matrix::Point;
use domain::risk::{Characteristic, Handling, RatingKind, RiskText, Status, Treatment, library};
use domain::system::{Registration, Stage};
use sqlx::PgPool;
use store::Error;
use store::risks::{self, NewRating, NewRisk, RiskFilter, RiskSort};

const HIGHEST: (RiskSort, bool) = (RiskSort::Residual, true);

struct Scene {
    reg: Register,
    owner: Actor,
    other: Actor,
    system: SystemRef,
}

async fn scene(pool: &PgPool) -> Scene {
    let reg = register(pool);
    store::matrix::ensure_first(&reg.store).await.unwrap();
    let owner = reg.person("Olga Owner", &[Role::Owner]).await;
    let other = reg.person("Otto Other", &[Role::Owner]).await;
    let unit = reg.unit("Lending").await;
    let new = Registration {
        name: "Credit scoring".into(),
        purpose: "Scores applications for loans".into(),
        unit,
        owner: owner.id,
        stage: Stage::Development,
    };
    let system = store::systems::register::register(&reg.store, &owner, &new, None).await.unwrap();
    Scene { reg, owner, other, system }
}

fn at(likelihood: i16, impact: i16) -> Point {
    Point { likelihood, impact }
}

fn text(title: &str) -> RiskText {
    RiskText {
        title: title.into(),
        cause: "Old data".into(),
        event: "Wrong scores".into(),
        consequence: "People are refused without reason".into(),
        characteristic: Characteristic::Fair,
    }
}

impl Scene {
    fn new_risk(&self, title: &str, inherent: Option<Point>) -> NewRisk {
        let owner = Some(self.owner.id);
        NewRisk { text: text(title), library_key: None, treatment: Some(Treatment::Mitigate), owner, inherent }
    }

    async fn risk(&self, title: &str, inherent: Option<Point>) -> RiskRef {
        let new = [self.new_risk(title, inherent)];
        risks::add(&self.reg.store, &self.owner, self.system, &new, None).await.unwrap()[0]
    }

    async fn rate(&self, risk: RiskRef, kind: RatingKind, at: Point) -> store::Result<()> {
        let rating = NewRating { kind, at, rationale: Some("Measured".into()) };
        risks::rate(&self.reg.store, &self.owner, risk, &[rating], None).await
    }

    async fn titles(&self, actor: &Actor, filter: RiskFilter) -> Vec<String> {
        let list = risks::list(&self.reg.store, actor, &filter, HIGHEST, None, 50).await.unwrap();
        assert_eq!(list.total, list.page.rows.len() as i64);
        list.page.rows.into_iter().map(|row| row.title).collect()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn several_library_risks_are_added_at_once_and_their_texts_copied(pool: PgPool) {
    let s = scene(&pool).await;
    let keys: Vec<_> = library::all().iter().take(3).map(|r| r.key.clone()).collect();
    let new: Vec<_> = keys
        .iter()
        .map(|key| NewRisk { inherent: Some(at(3, 4)), owner: Some(s.owner.id), ..NewRisk::from_library(key).unwrap() })
        .collect();
    let once = Some(s.reg.store.new_id().into());
    let added = risks::add(&s.reg.store, &s.owner, s.system, &new, once).await.unwrap();
    assert_eq!(added.len(), 3);
    // In the order given, each rated, residual as inherent while nothing is in place.
    for (reference, key) in added.iter().zip(&keys) {
        let page = risks::get(&s.reg.store, &s.owner, *reference).await.unwrap();
        let entry = library::get(key).unwrap();
        assert_eq!((page.text.title, page.text.cause), (entry.title.clone(), entry.cause.clone()));
        assert_eq!(page.ratings.len(), 2);
        assert!(page.ratings.iter().all(|r| r.at == at(3, 4)));
    }
    // One event; the same form again leads to the same place and adds nothing.
    assert_eq!(s.reg.count("select count(*) from audit_event where action = 'risk.add'").await, 1);
    let again = risks::add(&s.reg.store, &s.owner, s.system, &new, once).await;
    assert!(matches!(again, Err(Error::Replayed { location }) if location == format!("/systems/{}/risks", s.system)));
    assert_eq!(s.reg.count("select count(*) from risk").await, 3);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ratings_are_only_added_and_their_level_is_the_matrixs(pool: PgPool) {
    let s = scene(&pool).await;
    let risk = s.risk("Unfair scores", Some(at(5, 5))).await;
    s.reg.clock.advance(chrono::Duration::days(1));
    s.rate(risk, RatingKind::Residual, at(2, 2)).await.unwrap();
    let page = risks::get(&s.reg.store, &s.owner, risk).await.unwrap();
    assert_eq!(page.ratings.len(), 3);
    assert_eq!(page.current(RatingKind::Residual).unwrap().at, at(2, 2));
    assert_eq!(page.level(RatingKind::Inherent), Some(3));
    assert!(!page.above);

    // Outside the matrix: refused by field, nothing written.
    for wrong in [at(0, 3), at(6, 3), at(3, -1)] {
        let refused = s.rate(risk, RatingKind::Residual, wrong).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid(_)))), "{refused:?}");
    }
    let twice = [RatingKind::Target, RatingKind::Target].map(|kind| NewRating { kind, at: at(1, 1), rationale: None });
    assert!(risks::rate(&s.reg.store, &s.owner, risk, &twice, None).await.is_err());
    assert_eq!(s.reg.count("select count(*) from rating").await, 3);

    // Nobody changes one, and nobody claims another level: not even the database's owner.
    for attack in ["update rating set likelihood = 1", "delete from rating", "truncate rating cascade"] {
        assert!(sqlx::raw_sql(attack).execute(&s.reg.owner).await.is_err(), "{attack}");
    }
    let wrong_level = "insert into rating select gen_random_uuid(), risk_id, kind, 5, 5, 0, matrix_version, null, rated_by, rated_at from rating limit 1";
    let error = sqlx::raw_sql(wrong_level).execute(&s.reg.owner).await.unwrap_err();
    assert_eq!(error.as_database_error().and_then(|e| e.code()).as_deref(), Some("CS008"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_second_of_two_editors_is_told_and_nothing_is_overwritten(pool: PgPool) {
    let s = scene(&pool).await;
    let risk = s.risk("Unfair scores", None).await;
    let read = risks::get(&s.reg.store, &s.owner, risk).await.unwrap().version;
    risks::edit(&s.reg.store, &s.owner, risk, read, &text("Unequal scores")).await.unwrap();
    let stale = risks::edit(&s.reg.store, &s.owner, risk, read, &text("Wrong scores")).await;
    assert!(matches!(stale, Err(Error::Stale { current }) if current == read + 1));
    let new = Handling { treatment: None, owner: None, status: Status::Accepted };
    assert!(matches!(risks::handle(&s.reg.store, &s.owner, risk, read, new).await, Err(Error::Stale { .. })));
    let page = risks::get(&s.reg.store, &s.owner, risk).await.unwrap();
    assert_eq!((page.text.title.as_str(), page.handling.status), ("Unequal scores", Status::Treating));
    assert_eq!(s.reg.count("select count(*) from audit_event where action like 'risk.%'").await, 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_closed_risk_stands_still_until_it_is_reopened(pool: PgPool) {
    let s = scene(&pool).await;
    let risk = s.risk("Unfair scores", Some(at(3, 3))).await;
    risks::close(&s.reg.store, &s.owner, risk, 1, "The model is gone").await.unwrap();
    assert!(s.titles(&s.owner, RiskFilter::default()).await.is_empty());
    let closed = RiskFilter { status: Some(Status::Closed), ..RiskFilter::default() };
    assert_eq!(s.titles(&s.owner, closed).await, ["Unfair scores"]);
    let edit = risks::edit(&s.reg.store, &s.owner, risk, 2, &text("Other")).await;
    assert!(matches!(edit, Err(Error::Refused(Refusal::NotNow(_)))));
    assert!(s.rate(risk, RatingKind::Target, at(1, 1)).await.is_err());
    assert!(risks::close(&s.reg.store, &s.owner, risk, 2, "Again").await.is_err());
    risks::reopen(&s.reg.store, &s.owner, risk, 2).await.unwrap();
    s.rate(risk, RatingKind::Target, at(1, 1)).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_somebody_may_not_see_does_not_exist_for_them(pool: PgPool) {
    let s = scene(&pool).await;
    let risk = s.risk("Unfair scores", Some(at(3, 3))).await;
    let store = &s.reg.store;
    assert!(matches!(risks::get(store, &s.other, risk).await, Err(Error::NotFound)));
    assert!(matches!(risks::edit(store, &s.other, risk, 1, &text("X")).await, Err(Error::NotFound)));
    assert!(matches!(risks::close(store, &s.other, risk, 1, "X").await, Err(Error::NotFound)));
    let rating = NewRating { kind: RatingKind::Target, at: at(1, 1), rationale: None };
    assert!(matches!(
        risks::rate(store, &s.other, risk, std::slice::from_ref(&rating), None).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(risks::get(store, &s.other, RiskRef(4711)).await, Err(Error::NotFound)));
    let new = [s.new_risk("Mine", None)];
    assert!(matches!(risks::add(store, &s.other, s.system, &new, None).await, Err(Error::NotFound)));
    assert!(s.titles(&s.other, RiskFilter::default()).await.is_empty());
    let named = RiskFilter { text: Some(risk.to_string()), ..RiskFilter::default() };
    assert!(s.titles(&s.other, named).await.is_empty());

    // An auditor reads and changes nothing; a member of the committee neither.
    for role in [Role::Auditor, Role::Executive, Role::Committee] {
        let reader = s.reg.person(&format!("Reader {role}"), &[role]).await;
        assert_eq!(s.titles(&reader, RiskFilter::default()).await, ["Unfair scores"]);
        assert!(risks::get(store, &reader, risk).await.is_ok());
        let refused = risks::rate(store, &reader, risk, std::slice::from_ref(&rating), None).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Forbidden(_)))));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn hints_speak_of_what_looks_wrong(pool: PgPool) {
    let s = scene(&pool).await;
    let risk = s.risk("Unfair scores", Some(at(2, 2))).await;
    let hints = |page: risks::RiskPage| page.hints;
    let page = risks::get(&s.reg.store, &s.owner, risk).await.unwrap();
    assert_eq!(hints(page), [Hint::MitigateWithoutMitigation]);
    s.reg.clock.advance(chrono::Duration::hours(1));
    s.rate(risk, RatingKind::Residual, at(5, 5)).await.unwrap();
    let new = Handling { treatment: None, owner: None, status: Status::Accepted };
    risks::handle(&s.reg.store, &s.owner, risk, 1, new).await.unwrap();
    let page = risks::get(&s.reg.store, &s.owner, risk).await.unwrap();
    let expected =
        [Hint::ResidualAboveInherent, Hint::AcceptedWithoutReview, Hint::AboveAppetiteUntreated, Hint::NoOwner];
    assert_eq!(hints(page), expected);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_list_filters_sorts_and_pages(pool: PgPool) {
    let s = scene(&pool).await;
    for (i, point) in [at(1, 1), at(5, 5), at(3, 3), at(5, 5), at(2, 4)].into_iter().enumerate() {
        s.risk(&format!("Risk {i}"), Some(point)).await;
    }
    s.risk("Not 100% rated_yet", None).await;
    let all = ["Risk 3", "Risk 1", "Risk 2", "Risk 4", "Risk 0", "Not 100% rated_yet"];
    assert_eq!(s.titles(&s.owner, RiskFilter::default()).await[..2], all[..2]);

    // Page by page, in every order, up and down: each row once, in the same order as in one go.
    for sort in RiskSort::ALL.iter().flat_map(|sort| [(*sort, true), (*sort, false)]) {
        let whole = risks::list(&s.reg.store, &s.owner, &RiskFilter::default(), sort, None, 50).await.unwrap();
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let list =
                risks::list(&s.reg.store, &s.owner, &RiskFilter::default(), sort, after.as_deref(), 2).await.unwrap();
            assert_eq!(list.total, 6);
            seen.extend(list.page.rows.into_iter().map(|r| r.reference));
            after = list.page.next;
            if after.is_none() {
                break;
            }
        }
        let expected: Vec<_> = whole.page.rows.iter().map(|r| r.reference).collect();
        assert_eq!(seen, expected, "{sort:?}");
    }
    let garbage = risks::list(&s.reg.store, &s.owner, &RiskFilter::default(), HIGHEST, Some("x"), 2).await;
    assert!(matches!(garbage, Err(Error::NotFound)));

    let cases = [
        (RiskFilter { cell: Some(at(5, 5)), ..RiskFilter::default() }, 2),
        (RiskFilter { above_appetite: true, ..RiskFilter::default() }, 2),
        (RiskFilter { level: Some(None), ..RiskFilter::default() }, 1),
        (RiskFilter { level: Some(Some(3)), kind: Some(RatingKind::Inherent), ..RiskFilter::default() }, 2),
        (RiskFilter { text: Some("100% rated_".into()), ..RiskFilter::default() }, 1),
        (RiskFilter { text: Some("refuse reasons".into()), ..RiskFilter::default() }, 6),
        (RiskFilter { owner: Some(Some(s.owner.id)), ..RiskFilter::default() }, 6),
        (RiskFilter { owner: Some(None), ..RiskFilter::default() }, 0),
        (RiskFilter { treatment: Some(None), ..RiskFilter::default() }, 0),
        (RiskFilter { system: Some(s.system), characteristic: Some(Characteristic::Fair), ..RiskFilter::default() }, 6),
    ];
    for (filter, expected) in cases {
        assert_eq!(s.titles(&s.owner, filter.clone()).await.len(), expected, "{filter:?}");
    }
}
