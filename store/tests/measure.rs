//! Criteria, the scorecard, proposals, the report and the gate on a real Postgres.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;
#[path = "common/scene.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod scene;

use bytes::Bytes;
use chrono::Duration;
use common::*;
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::evidence::Kind;
use domain::ids::{CriterionRef, DecisionRef, EvidenceRef, RiskRef};
use domain::measure::criterion::{Criterion, Typed};
use domain::measure::gate::Check;
use domain::measure::scorecard::Verdict;
use domain::measure::vocabulary::{Term, Typed as TypedTerm};
use domain::report::to_markdown;
use domain::review::{Choice, Outcome};
use domain::triage::Tier;
use scene::{PASSWORD, Scene};
use sqlx::PgPool;
use store::Error;
use store::evidence::{self, Label};
use store::measure::proposals::{self, Answer};
use store::measure::{board, criteria, gate, report, vocabulary};
use store::reviews::decide::{self, Closing};

async fn criterion(s: &Scene, typed: Typed<'_>) -> Criterion {
    Criterion::parse(typed, &vocabulary::all(&s.reg.store).await.unwrap()).unwrap()
}

/// Accuracy of at least 90 %.
async fn accuracy(s: &Scene) -> Criterion {
    criterion(s, Typed { metric: "accuracy", fail: "90 %", ..Typed::default() }).await
}

async fn added(s: &Scene, new: &Criterion, risks: &[RiskRef]) -> CriterionRef {
    criteria::add(&s.reg.store, &s.owner, s.system, new, risks, None).await.unwrap()
}

async fn risks(s: &Scene) -> Vec<RiskRef> {
    let numbers: Vec<i64> = sqlx::query_scalar("select number from risk where system_id = $1 order by number")
        .bind(s.id.0)
        .fetch_all(&s.reg.owner)
        .await
        .unwrap();
    numbers.into_iter().map(RiskRef).collect()
}

/// As lm-evaluation-harness writes it: this share of 1,000 cases right.
fn run(right: f64) -> String {
    let stderr = (right * (1.0 - right) / 999.0).sqrt();
    serde_json::json!({
        "results": { "loans": { "alias": "loans", "acc,none": right, "acc_stderr,none": stderr } },
        "group_subtasks": { "loans": [] }, "configs": { "loans": { "task": "loans" } }, "versions": { "loans": 1.0 },
        "n-shot": { "loans": 0 }, "higher_is_better": { "loans": { "acc": true } },
        "n-samples": { "loans": { "original": 1000, "effective": 1000 } },
        "config": { "model": "dummy", "model_args": "", "limit": null }, "model_name": "gbm-3",
        "total_evaluation_time_seconds": "1.5",
    })
    .to_string()
}

async fn upload(s: &Scene, by: &Actor, body: String) -> store::Result<EvidenceRef> {
    let label = Label {
        title: "Held-out loans".to_owned(),
        kind: Kind::Evaluation,
        speaks_of: s.reg.store.today(),
        valid_until: None,
        note: None,
        risks: Vec::new(),
        mitigations: Vec::new(),
    };
    let bytes = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from(body))]);
    evidence::receive(&s.reg.store, by, s.system, &label, "results.json", bytes, None).await
}

async fn verdict(s: &Scene, of: CriterionRef) -> Verdict {
    let board = board(&s.reg.store, &s.owner, s.system).await.unwrap();
    board.scorecard.results().find(|r| r.id == of).unwrap().verdict
}

async fn approve(s: &Scene) -> DecisionRef {
    let review = s.submit().await;
    for member in &s.members {
        s.vote(review, member, Choice::Approve).await;
    }
    let dossier = s.hash(review).await;
    let closing = Closing { dossier, outcome: Outcome::Approved, statement: None, valid_until: None };
    decide::decide(&s.reg.store, &s.chair, review, &closing, PASSWORD, None).await.unwrap()
}

async fn is_stale(s: &Scene) -> bool {
    s.reg.count("select count(*) from system where stale_since is not null").await == 1
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_criterion_is_written_changed_on_its_version_and_dropped_for_good(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let (store, new, risks) = (&s.reg.store, accuracy(&s).await, risks(&s).await);
    let before = s.reg.count("select count(*) from audit_event").await;
    let reference = added(&s, &new, &risks[..1]).await;
    let row = criteria::get(store, &s.contributor, reference).await.unwrap().row;
    assert_eq!((row.criterion, row.risks, row.version), (new.clone(), risks[..1].to_vec(), 1));

    let stricter = Criterion { fail: 0.95, ..new.clone() };
    criteria::edit(store, &s.contributor, reference, 1, &stricter, &[]).await.unwrap();
    let stale = criteria::edit(store, &s.owner, reference, 1, &new, &[]).await;
    assert!(matches!(stale, Err(Error::Stale { current: 2 })), "{stale:?}");
    assert!(criteria::drop(store, &s.owner, reference, 2, " ").await.is_err(), "without a reason");
    criteria::drop(store, &s.owner, reference, 2, "Measured elsewhere").await.unwrap();
    let again = criteria::edit(store, &s.owner, reference, 3, &new, &[]).await;
    assert!(matches!(again, Err(Error::Refused(Refusal::NotNow(_)))), "{again:?}");
    assert!(board(store, &s.owner, s.system).await.unwrap().criteria.is_empty());
    assert!(criteria::get(store, &s.owner, reference).await.unwrap().row.dropped.is_some(), "it stays readable");
    assert_eq!(s.reg.count("select count(*) from audit_event").await, before + 3, "one event each");

    // A word that nobody knows, and a risk of nobody's.
    let unknown = Criterion { metric: "vibes".to_owned(), ..new.clone() };
    for (bad, risks) in [(unknown, vec![]), (new, vec![RiskRef(999)])] {
        let met = criteria::add(store, &s.owner, s.system, &bad, &risks, None).await;
        assert!(matches!(met, Err(Error::Refused(Refusal::Invalid(_)))), "{met:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_those_who_work_on_a_system_write_its_criteria(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let (store, new) = (&s.reg.store, accuracy(&s).await);
    let reference = added(&s, &new, &[]).await;
    let stranger = s.reg.person("Stan Stranger", &[Role::Owner]).await;
    let auditor = s.reg.person("Anna Auditor", &[Role::Auditor]).await;
    for (who, seen) in [(&stranger, false), (&auditor, true), (&s.members[0], true)] {
        let met = criteria::add(store, who, s.system, &new, &[], None).await.unwrap_err();
        let expected =
            if seen { matches!(met, Error::Refused(Refusal::Forbidden(_))) } else { matches!(met, Error::NotFound) };
        assert!(expected, "{met:?}");
        assert_eq!(criteria::get(store, who, reference).await.is_ok(), seen);
        assert_eq!(board(store, who, s.system).await.is_ok(), seen);
        assert_eq!(gate::ask(store, who, s.system, None).await.is_ok(), seen);
        assert_eq!(report::report(store, who, s.system).await.is_ok(), seen);
    }
    s.submit().await;
    let met = criteria::add(store, &s.owner, s.system, &new, &[], None).await;
    assert!(matches!(met, Err(Error::Refused(Refusal::NotNow(_)))), "under review: {met:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_changed_limit_makes_an_approval_stale_and_a_note_does_not(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let (store, new) = (&s.reg.store, accuracy(&s).await);
    let reference = added(&s, &new, &[]).await;
    approve(&s).await;
    let noted = Criterion { note: Some("As agreed".to_owned()), ..new.clone() };
    criteria::edit(store, &s.owner, reference, 1, &noted, &[]).await.unwrap();
    assert!(!is_stale(&s).await);
    let looser = Criterion { fail: 0.5, ..noted.clone() };
    criteria::edit(store, &s.owner, reference, 2, &looser, &[]).await.unwrap();
    assert!(is_stale(&s).await);
    criteria::edit(store, &s.owner, reference, 3, &noted, &[]).await.unwrap();
    assert!(!is_stale(&s).await, "taken back");
    criteria::drop(store, &s.owner, reference, 4, "Too hard").await.unwrap();
    assert!(is_stale(&s).await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_failing_criterion_proposes_a_higher_rating_and_a_person_decides(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let (store, risks) = (&s.reg.store, risks(&s).await);
    let reference = added(&s, &accuracy(&s).await, &risks[..2]).await;
    assert_eq!(verdict(&s, reference).await, Verdict::NotMeasured);
    s.reg.clock.advance(Duration::hours(1));
    let failing = upload(&s, &s.owner, run(0.6)).await.unwrap();
    assert_eq!(verdict(&s, reference).await, Verdict::Fail);
    let open = board(store, &s.owner, s.system).await.unwrap().proposals;
    assert_eq!(
        open.iter().map(|p| (p.risk, p.evidence)).collect::<Vec<_>>(),
        [(risks[0], failing), (risks[1], failing)]
    );
    let (now, proposed) = (open[0].now, open[0].likelihood);
    assert_eq!(proposed, now.0 + 1);

    let answer = |risk, accepted, why: Option<&str>| Answer {
        criterion: reference,
        risk,
        evidence: failing,
        accepted,
        why: why.map(str::to_owned),
    };
    s.reg.clock.advance(Duration::hours(1));
    let before = s.reg.count("select count(*) from audit_event").await;
    let by_member = proposals::answer(store, &s.members[0], s.system, &answer(risks[0], true, None), None).await;
    assert!(matches!(by_member, Err(Error::Refused(Refusal::Forbidden(_)))), "{by_member:?}");
    let silent = proposals::answer(store, &s.owner, s.system, &answer(risks[1], false, None), None).await;
    assert!(matches!(silent, Err(Error::Refused(Refusal::Invalid(_)))), "{silent:?}");
    proposals::answer(store, &s.owner, s.system, &answer(risks[0], true, None), None).await.unwrap();
    proposals::answer(store, &s.owner, s.system, &answer(risks[1], false, Some("Other data")), None).await.unwrap();
    assert_eq!(s.reg.count("select count(*) from audit_event").await, before + 2);
    let page = store::risks::get(store, &s.owner, risks[0]).await.unwrap();
    let rating = page.current(domain::risk::RatingKind::Residual).unwrap();
    assert_eq!((rating.at.likelihood, rating.at.impact), (proposed, now.1));
    assert!(rating.rationale.as_deref().unwrap().contains(&failing.to_string()), "{:?}", rating.rationale);
    assert!(board(store, &s.owner, s.system).await.unwrap().proposals.is_empty());
    let twice = proposals::answer(store, &s.owner, s.system, &answer(risks[0], true, None), None).await;
    assert!(matches!(twice, Err(Error::Refused(Refusal::NotNow(_)))), "{twice:?}");

    // A newer failure speaks again, to whom it has not been answered.
    s.reg.clock.advance(Duration::days(1));
    upload(&s, &s.owner, run(0.5)).await.unwrap();
    let open = board(store, &s.owner, s.system).await.unwrap().proposals;
    assert_eq!(open.iter().map(|p| p.risk).collect::<Vec<_>>(), [risks[0], risks[1]]);
    // And a pass takes it back.
    s.reg.clock.advance(Duration::days(1));
    upload(&s, &s.owner, run(0.99)).await.unwrap();
    assert!(board(store, &s.owner, s.system).await.unwrap().proposals.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_same_file_twice_is_one_piece_of_evidence(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let first = upload(&s, &s.owner, run(0.9)).await.unwrap();
    let events = s.reg.count("select count(*) from audit_event").await;
    let again = upload(&s, &s.contributor, run(0.9)).await;
    assert!(
        matches!(&again, Err(Error::Replayed { location }) if *location == format!("/evidence/{first}")),
        "{again:?}"
    );
    assert_eq!(s.reg.count("select count(*) from audit_event").await, events);
    // Twenty at once, as pipelines do.
    let all = futures::future::join_all((0..20).map(|_| upload(&s, &s.owner, run(0.8)))).await;
    assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 1);
    assert_eq!(s.reg.count("select count(*) from audit_event").await, events + 1);
    // What was withdrawn may come again.
    evidence::withdraw(&s.reg.store, &s.owner, first, 1, "Wrong model").await.unwrap();
    assert_ne!(upload(&s, &s.owner, run(0.9)).await.unwrap(), first);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_gate_follows_what_people_decided_and_what_was_measured(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let short = async |model: Option<&str>| {
        let answer = gate::ask(store, &s.owner, s.system, model).await.unwrap();
        let short: Vec<Check> = answer.gate.reasons.iter().filter(|r| !r.holds).map(|r| r.check).collect();
        assert_eq!(answer.gate.allow, short.is_empty());
        short
    };
    assert_eq!(short(None).await, [Check::Approval, Check::Fresh]);
    let reference = added(&s, &accuracy(&s).await, &[]).await;
    upload(&s, &s.owner, run(0.97)).await.unwrap();
    approve(&s).await;
    assert_eq!(short(None).await, []);
    assert_eq!(short(Some("3")).await, []);
    assert_eq!(short(Some("gbm@4")).await, [Check::Model]);
    // A worse run closes it without anybody's decision.
    s.reg.clock.advance(Duration::days(1));
    upload(&s, &s.owner, run(0.7)).await.unwrap();
    assert_eq!(verdict(&s, reference).await, Verdict::Fail);
    assert_eq!(short(None).await, [Check::Criteria]);
    s.reg.clock.advance(Duration::days(1));
    upload(&s, &s.owner, run(0.98)).await.unwrap();
    assert_eq!(short(None).await, []);
    // A review under way takes nothing from the approval; a change of purpose does.
    s.set_purpose("Scores mortgages").await.unwrap();
    assert_eq!(short(None).await, [Check::Fresh]);
    s.submit().await;
    assert_eq!(short(None).await, [Check::Fresh]);
    s.reg.clock.advance(Duration::days(800));
    assert_eq!(short(None).await, [Check::Approval, Check::Fresh]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_report_names_every_file_and_is_the_same_twice(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    added(&s, &accuracy(&s).await, &risks(&s).await[..1]).await;
    upload(&s, &s.owner, run(0.6)).await.unwrap();
    approve(&s).await;
    let (_, document) = report::report(store, &s.owner, s.system).await.unwrap();
    let text = to_markdown(&document);
    let hashes: Vec<String> = sqlx::query_scalar("select encode(sha256, 'hex') from evidence where system_id = $1")
        .bind(s.id.0)
        .fetch_all(&pool)
        .await
        .unwrap();
    assert_eq!(hashes.len(), 4);
    for hash in hashes {
        assert!(text.contains(&hash), "{hash}");
    }
    for said in ["Mia Member", "Chiara Chair", "gbm-3", "60 %", "Fail", "at least 90 %"] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    let (_, again) = report::report(store, &s.chair, s.system).await.unwrap();
    assert_eq!(document, again);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_administrator_adds_words_and_a_file_is_read_by_them(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let admin = s.reg.person("Ada Admin", &[Role::Admin]).await;
    let typed = TypedTerm {
        key: "loans_right",
        label: "Loans right",
        meaning: "Share of loans that were scored as they turned out",
        unit: "proportion",
        better: "higher",
        characteristic: "valid_reliable",
        aliases: "lm_eval: acc",
    };
    let term = Term::parse(typed).unwrap();
    let met = vocabulary::put(store, &s.owner, &term, None).await;
    assert!(matches!(met, Err(Error::Refused(Refusal::Forbidden(_)))), "{met:?}");
    vocabulary::put(store, &admin, &term, None).await.unwrap();
    assert!(vocabulary::put(store, &admin, &term, None).await.is_err(), "the key is taken");
    let stale = vocabulary::put(store, &admin, &term, Some(7)).await;
    assert!(matches!(stale, Err(Error::Stale { current: 1 })), "{stale:?}");
    let new = criterion(&s, Typed { metric: "loans_right", fail: "0.9", ..Typed::default() }).await;
    let reference = added(&s, &new, &[]).await;
    upload(&s, &s.owner, run(0.95)).await.unwrap();
    assert_eq!(verdict(&s, reference).await, Verdict::Pass);
    vocabulary::remove(store, &admin, "loans_right", 1).await.unwrap();
    assert_eq!(verdict(&s, reference).await, Verdict::NotMeasured, "nothing measures it any more");
    vocabulary::put(store, &admin, &term, None).await.unwrap();
    assert_eq!(verdict(&s, reference).await, Verdict::Pass);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_person_says_of_columns_holds_for_the_next_file(pool: PgPool) {
    use domain::evidence::read::table::Mapping;
    use evidence::columns;
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let new = criterion(&s, Typed { metric: "accuracy", fail: "90 %", ..Typed::default() }).await;
    let reference = added(&s, &new, &[]).await;
    let label = |title: &str| Label {
        title: title.to_owned(),
        kind: Kind::Evaluation,
        speaks_of: s.reg.store.today(),
        valid_until: None,
        note: None,
        risks: Vec::new(),
        mitigations: Vec::new(),
    };
    let send = async |title: &str, body: &'static str| {
        let bytes = futures::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(body.as_bytes()))]);
        evidence::receive(store, &s.owner, s.system, &label(title), "table.csv", bytes, None).await.unwrap()
    };
    // Nobody could guess that "richtig" is the share of right answers.
    let first = send("March", "was,richtig,faelle\naccuracy,0.95,1000\nlatency,2,1000\n").await;
    assert_eq!(verdict(&s, reference).await, Verdict::NotMeasured);
    let choices = columns::choices(store, &s.owner, first).await.unwrap();
    assert_eq!((choices.columns.join(" "), choices.said), ("was richtig faelle".to_owned(), false));
    let column = |name: &str| Some(name.to_owned());
    let mapping = Mapping::Metrics {
        metric: "was".to_owned(),
        value: "richtig".to_owned(),
        scope: None,
        slice: None,
        samples: column("faelle"),
        stderr: None,
    };
    let wrong = Mapping::Keys { metrics: vec!["richtig".to_owned()], samples: None };
    assert!(matches!(columns::say(store, &s.owner, first, &wrong).await, Err(Error::Refused(Refusal::Invalid(_)))));
    let by_member = columns::say(store, &s.members[0], first, &mapping).await;
    assert!(matches!(by_member, Err(Error::Refused(Refusal::Forbidden(_)))), "{by_member:?}");
    let events = s.reg.count("select count(*) from audit_event").await;
    columns::say(store, &s.owner, first, &mapping).await.unwrap();
    assert_eq!(s.reg.count("select count(*) from audit_event").await, events + 1);
    assert_eq!(verdict(&s, reference).await, Verdict::Pass);
    assert!(columns::choices(store, &s.owner, first).await.unwrap().said);
    // The next one is read so without a word; one with other columns is not.
    s.reg.clock.advance(Duration::days(1));
    send("April", "was,richtig,faelle\naccuracy,0.6,1000\n").await;
    assert_eq!(verdict(&s, reference).await, Verdict::Fail);
    let other = send("Other columns", "was,richtig\naccuracy,0.99\n").await;
    assert!(!columns::choices(store, &s.owner, other).await.unwrap().said);
    assert_eq!(verdict(&s, reference).await, Verdict::Fail, "not measured by it");
    // Below the program a reading stays as it was made.
    for sql in ["update mapped_reading set summary = 'x'", "delete from mapped_reading", "delete from table_mapping"] {
        let met = sqlx::raw_sql(sql).execute(&pool).await.unwrap_err();
        assert_eq!(met.as_database_error().unwrap().code().as_deref(), Some("CS002"), "{sql}");
    }
}
