//! The whole passage of a system through the committee, and what each refusal leaves unchanged.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;
#[path = "common/scene.rs"]
mod scene;

use chrono::{Duration, Months};
use common::*;
use domain::actor::Role;
use domain::canonical::{hex, sha256};
use domain::error::Refusal;
use domain::review::{Choice, Outcome, Part, Reading, State};
use domain::triage::Tier;
use scene::{PASSWORD, Scene};
use sqlx::PgPool;
use store::Error;
use store::reviews::comment::{self, Place};
use store::reviews::decide::{self, Closing};
use store::reviews::{
    decision, expire, get, list, open, passages, recuse, request_changes, revoke, submit, viewed, vote, withdraw,
};

fn refused(result: store::Result<impl std::fmt::Debug>) -> String {
    match result {
        Err(Error::Refused(Refusal::Forbidden(why))) => format!("forbidden: {why}"),
        Err(Error::Refused(Refusal::NotNow(why))) => format!("not now: {why}"),
        Err(Error::Refused(Refusal::Invalid(fields))) => format!("fields: {:?}", fields.0.keys().collect::<Vec<_>>()),
        other => panic!("not refused: {other:?}"),
    }
}

fn closing(dossier: [u8; 32], outcome: Outcome) -> Closing {
    Closing { dossier, outcome, statement: None, valid_until: None }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_system_goes_through_the_committee_and_back(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;

    // Submitted: frozen, hashed, queued, locked.
    let review = s.submit().await;
    let seen = get::get(store, &s.members[0], review).await.unwrap();
    assert_eq!((seen.found.state, seen.found.revision), (State::Submitted, 1));
    assert_eq!(sha256(seen.text.as_bytes()), seen.found.sha256);
    assert_eq!(seen.dossier.risks.len(), 3);
    assert_eq!((seen.tally.needed, seen.tally.cast), (3, 0));
    assert_eq!(seen.awaited.len(), 5);
    assert!(seen.may.open && seen.may.vote && !seen.may.withdraw && !seen.may.decide);
    assert!(s.set_purpose("Something else").await.is_err());
    let queue = list::queue(store, &s.members[0], None, None).await.unwrap();
    assert_eq!((queue.rows[0].reference, queue.rows[0].my_turn), (review, true));

    // Started, commented, sent back.
    open::open(store, &s.members[0], review).await.unwrap();
    let thread =
        comment::write(store, &s.members[0], review, Place::Part(Part::Risks), "Why so low?", None).await.unwrap();
    s.vote(review, &s.members[0], Choice::Approve).await;
    request_changes::request_changes(store, &s.members[1], review, &seen.found.sha256, "Explain the rating")
        .await
        .unwrap();
    assert!(list::queue(store, &s.members[0], None, None).await.unwrap().rows.is_empty());

    // The comment is open: not ready. Resolved and edited: submitted again, as the next revision.
    assert!(refused(submit::submit(store, &s.owner, s.system, None).await).contains("comment is open"));
    comment::write(store, &s.owner, review, Place::Answer(thread), "Measured in May", None).await.unwrap();
    comment::resolve(store, &s.owner, review, thread, true).await.unwrap();
    s.set_purpose("Scores applications for small loans").await.unwrap();
    assert_eq!(s.submit().await, review);
    let seen = get::get(store, &s.members[0], review).await.unwrap();
    assert_eq!((seen.found.revision, seen.votes.len(), seen.void_votes.len()), (2, 0, 1));
    let changes = seen.since_revision.unwrap();
    assert_eq!((changes.len(), changes[0].field.as_str()), (1, "purpose"));
    assert_eq!(seen.threads[0].comments.len(), 2);

    // A vote on the older revision is refused; three on the new one make the quorum.
    let old = s.ballot(sha256(b"another"), Choice::Approve);
    assert!(refused(vote::vote(store, &s.members[0], review, &old, PASSWORD, None).await).starts_with("not now"));
    s.vote(review, &s.members[0], Choice::Approve).await;
    assert!(refused(s.try_vote(review, &s.members[0], Choice::Reject).await).contains("signed vote stays"));
    s.vote(review, &s.members[1], Choice::ApproveWithConditions).await;
    let hash = s.hash(review).await;
    let fitting = closing(hash, Outcome::ApprovedWithConditions);
    let early = decide::decide(store, &s.chair, review, &fitting, PASSWORD, None).await;
    assert!(refused(early).contains("2 of 3"));
    s.vote(review, &s.chair, Choice::Approve).await;

    // Closed: nobody chooses the outcome.
    let other = decide::decide(store, &s.chair, review, &closing(hash, Outcome::Approved), PASSWORD, None).await;
    assert!(refused(other).contains("approved with conditions"));
    let decided = decide::decide(store, &s.chair, review, &fitting, PASSWORD, None).await.unwrap();
    let page = decision::get(store, &s.owner, decided).await.unwrap();
    assert_eq!(page.valid_until, store.today().checked_add_months(Months::new(12)));
    assert_eq!((page.conditions.len(), page.votes.len()), (1, 3));
    assert_eq!(page.conditions[0].assignee.as_deref(), Some("Olga Owner"));
    assert!(page.differences.is_empty() && page.stale_since.is_none());
    assert!(page.votes.iter().all(|v| v.meaning.contains(&hex(&hash))));

    // The bundle verifies without us.
    let bundle = page.bundle();
    let text = bundle["dossier"]["text"].as_str().unwrap();
    assert_eq!(hex(&sha256(text.as_bytes())), bundle["decision"]["dossier_sha256"].as_str().unwrap());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ticks_are_ones_own_and_gone_with_the_next_dossier(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let review = s.submit().await;
    let first = s.hash(review).await;
    let (mia, max) = (&s.members[0], &s.members[1]);
    let events = s.reg.count("select count(*) from audit_event").await;
    for reading in [Reading::Risks, Reading::Evidence, Reading::Risks] {
        viewed::tick(store, mia, review, &first, reading, true).await.unwrap();
    }
    viewed::tick(store, mia, review, &first, Reading::Evidence, false).await.unwrap();
    let seen = get::get(store, mia, review).await.unwrap();
    assert!(seen.may.tick && seen.viewed == [Reading::Risks] && seen.readings().len() == 8);
    assert!(get::get(store, max, review).await.unwrap().viewed.is_empty());
    assert!(!get::get(store, &s.owner, review).await.unwrap().may.tick);
    assert_eq!(s.reg.count("select count(*) from audit_event").await, events);
    // Owners and readers have none; what is not under review, or is another dossier, takes none.
    let auditor = s.reg.person("Anna Auditor", &[Role::Auditor]).await;
    for who in [&s.owner, &auditor] {
        let told = refused(viewed::tick(store, who, review, &first, Reading::Risks, true).await);
        assert!(told.starts_with("forbidden"), "{told}");
    }
    open::open(store, mia, review).await.unwrap();
    request_changes::request_changes(store, mia, review, &first, "Explain").await.unwrap();
    let told = refused(viewed::tick(store, mia, review, &first, Reading::Summary, true).await);
    assert!(told.contains("does not have this dossier"), "{told}");
    s.set_purpose("Scores small loans").await.unwrap();
    s.submit().await;
    let seen = get::get(store, mia, review).await.unwrap();
    assert!(seen.viewed.is_empty() && seen.changed(Part::Summary) && !seen.changed(Part::Risks));
    assert_eq!((seen.readings().len(), seen.readings()[0]), (9, Reading::SinceRevision));
    let told = refused(viewed::tick(store, mia, review, &first, Reading::Risks, true).await);
    assert!(told.contains("Read the new one"), "{told}");
}

/// Submits, lets `voters` approve, and closes.
async fn approve(s: &Scene) -> domain::ids::DecisionRef {
    let review = s.submit().await;
    for member in &s.members {
        s.vote(review, member, Choice::Approve).await;
    }
    let hash = s.hash(review).await;
    decide::decide(&s.reg.store, &s.chair, review, &closing(hash, Outcome::Approved), PASSWORD, None).await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_approval_goes_out_of_date_by_a_new_appetite_and_comes_back_by_the_old_one(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    approve(&s).await;
    // A draft has nothing to go out of date.
    let unit: uuid::Uuid = sqlx::query_scalar("select id from business_unit").fetch_one(&pool).await.unwrap();
    scene::ready(&s.reg, &s.owner, &s.contributor, unit, "Chat helper", Tier::High, false).await;
    let admin = s.reg.person("Ada Admin", &[domain::actor::Role::Admin]).await;
    let stale = || async {
        let rows = sqlx::query_scalar::<_, i64>("select number from system where stale_since is not null order by 1");
        rows.fetch_all(&pool).await.unwrap()
    };
    let first = store::matrix::in_force(store).await.unwrap().matrix;
    // Medium, where all residual ratings lie, is no longer within appetite.
    let mut strict = first.clone();
    strict.appetite = 0;
    store::matrix::replace(store, &admin, 1, &strict).await.unwrap();
    assert_eq!(stale().await, [s.system.0]);
    let told =
        s.reg.count("select count(*) from audit_event where action = 'matrix.manage' and cardinality(related) = 1");
    assert_eq!(told.await, 1);
    // Other labels change no meaning; the old appetite makes the approval whole again.
    strict.levels[0].label = "Small".into();
    store::matrix::replace(store, &admin, 2, &strict).await.unwrap();
    assert_eq!(stale().await, [s.system.0]);
    store::matrix::replace(store, &admin, 3, &first).await.unwrap();
    assert!(stale().await.is_empty());
    // On another scale the ratings keep what they meant.
    let mut wider = first.clone();
    wider.impact.push("Ruinous".into());
    wider.cells.iter_mut().for_each(|row| row.push(3));
    wider.appetite = 0;
    store::matrix::replace(store, &admin, 4, &wider).await.unwrap();
    assert!(stale().await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_approval_goes_stale_and_whole_again_and_is_superseded(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let store = &s.reg.store;
    let first = approve(&s).await;
    s.reg.clock.advance(Duration::days(3));
    s.set_purpose("Scores everything").await.unwrap();
    let stale = decision::get(store, &s.owner, first).await.unwrap();
    assert_eq!(stale.stale_since, Some(store.now()));
    assert_eq!(stale.differences.len(), 1);
    let since = store.now();
    s.reg.clock.advance(Duration::days(1));
    s.set_purpose("Scores everything, and more").await.unwrap();
    assert_eq!(decision::get(store, &s.owner, first).await.unwrap().stale_since, Some(since));
    s.set_purpose("Scores applications for loans").await.unwrap();
    assert_eq!(decision::get(store, &s.owner, first).await.unwrap().stale_since, None);

    // Progress of a mitigation is no change of substance.
    let mut tx = store.begin().await.unwrap();
    sqlx::query("update mitigation set status = 'in_progress', changed_by = $2 where system_id = $1")
        .bind(s.id.0)
        .bind(s.owner.id.0)
        .execute(tx.conn())
        .await
        .unwrap();
    let entry = store::audit::Entry::new("mitigation.advance", "mitigation", None, "all");
    tx.commit_content(&s.owner, s.id, entry).await.unwrap();
    assert_eq!(decision::get(store, &s.owner, first).await.unwrap().stale_since, None);

    s.set_purpose("Scores everything").await.unwrap();
    let second = approve(&s).await;
    let old = decision::get(store, &s.owner, first).await.unwrap();
    assert_eq!((old.state, old.ended.unwrap().kind.as_str(), old.newest), (State::Superseded, "superseded", false));
    let new = decision::get(store, &s.owner, second).await.unwrap();
    assert_eq!((new.state, new.stale_since, new.newest), (State::Approved, None, true));
    let (_, passages) = passages::passages(store, &s.owner, s.system).await.unwrap();
    assert_eq!(passages.iter().map(|p| p.state).collect::<Vec<_>>(), [State::Approved, State::Superseded]);
    let review = get::get(store, &s.owner, new.review).await.unwrap();
    assert_eq!(review.since_decision.unwrap().0, first);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn approvals_expire_by_date_and_only_once(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Critical, false).await;
    let review = s.submit().await;
    for member in s.members.iter().chain([&s.chair]) {
        s.vote(review, member, Choice::Approve).await;
    }
    let hash = s.hash(review).await;
    let store = &s.reg.store;
    let latest = decide::latest_day(Tier::Critical, store.today());
    for wrong in [latest + Duration::days(1), store.today()] {
        let closing = Closing { valid_until: Some(wrong), ..closing(hash, Outcome::Approved) };
        assert_eq!(
            refused(decide::decide(store, &s.chair, review, &closing, PASSWORD, None).await),
            "fields: [\"valid_until\"]"
        );
    }
    let day = store.today() + Duration::days(10);
    let closing = Closing { valid_until: Some(day), ..closing(hash, Outcome::Approved) };
    let decided = decide::decide(store, &s.chair, review, &closing, PASSWORD, None).await.unwrap();
    s.reg.clock.advance(Duration::days(10));
    assert_eq!(expire::expire(store).await.unwrap(), 0, "the last day still counts");
    s.reg.clock.advance(Duration::days(1));
    let (a, b) = tokio::join!(expire::expire(store), expire::expire(store));
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    assert_eq!(decision::get(store, &s.owner, decided).await.unwrap().state, State::Expired);
    assert_eq!(expire::expire(store).await.unwrap(), 0);
    let late = revoke::revoke(store, &s.chair, decided, "Too late", PASSWORD).await;
    assert!(refused(late).starts_with("not now"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_chair_revokes_with_a_password_and_once(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let decided = approve(&s).await;
    assert_eq!(refused(revoke::revoke(store, &s.chair, decided, "Harm", "wrong").await), "fields: [\"password\"]");
    assert!(refused(revoke::revoke(store, &s.members[0], decided, "Harm", PASSWORD).await).starts_with("forbidden"));
    revoke::revoke(store, &s.chair, decided, "Harm", PASSWORD).await.unwrap();
    assert!(refused(revoke::revoke(store, &s.chair, decided, "Harm", PASSWORD).await).starts_with("not now"));
    let page = decision::get(store, &s.owner, decided).await.unwrap();
    assert_eq!((page.state, page.ended.unwrap().reason.as_str()), (State::Revoked, "Harm"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_has_a_part_never_judges_and_strangers_see_nothing(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let review = s.submit().await;
    let hash = s.hash(review).await;
    // The owner gets a committee role: still no vote, no closing, no sending back.
    let both = |mut actor: domain::actor::Actor| {
        actor.roles = vec![Role::Committee, Role::Chair];
        actor
    };
    for person in [both(s.owner.clone()), both(s.contributor.clone())] {
        assert!(refused(s.try_vote(review, &person, Choice::Approve).await).starts_with("forbidden"));
        let close = decide::decide(store, &person, review, &closing(hash, Outcome::Approved), PASSWORD, None).await;
        assert!(refused(close).starts_with("forbidden"));
        let back = request_changes::request_changes(store, &person, review, &hash, "No").await;
        assert!(refused(back).starts_with("forbidden"));
    }
    assert!(refused(submit::submit(store, &s.contributor, s.system, None).await).starts_with("forbidden"));
    let stranger = s.reg.person("Sam Stranger", &[Role::Owner]).await;
    assert!(matches!(get::get(store, &stranger, review).await, Err(Error::NotFound)));
    assert!(matches!(withdraw::withdraw(store, &stranger, review, "x").await, Err(Error::NotFound)));
    assert!(matches!(submit::preview(store, &stranger, s.system).await, Err(Error::NotFound)));
    assert!(matches!(passages::passages(store, &stranger, s.system).await, Err(Error::NotFound)));
    assert!(list::queue(store, &stranger, None, None).await.is_err());
    let executive = s.reg.person("Eva Executive", &[Role::Executive]).await;
    assert!(get::get(store, &executive, review).await.is_ok());
    let words = comment::write(store, &executive, review, Place::Part(Part::Risks), "x", None).await;
    assert!(refused(words).starts_with("forbidden"));

    // Stepping aside lasts; a signed vote stays.
    recuse::recuse(store, &s.members[0], review, "I advised the team").await.unwrap();
    assert!(refused(s.try_vote(review, &s.members[0], Choice::Approve).await).starts_with("forbidden"));
    s.vote(review, &s.members[1], Choice::Reject).await;
    assert!(refused(recuse::recuse(store, &s.members[1], review, "Changed my mind").await).starts_with("not now"));
    assert_eq!(get::get(store, &s.owner, review).await.unwrap().recusals.len(), 1);

    // Withdrawn: the next submission is a new passage.
    withdraw::withdraw(store, &s.owner, review, "Not yet").await.unwrap();
    assert!(refused(s.try_vote(review, &s.members[2], Choice::Approve).await).starts_with("not now"));
    assert_ne!(s.submit().await, review);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn risk_above_appetite_needs_a_chair_who_is_for_it(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, true).await;
    let store = &s.reg.store;
    let review = s.submit().await;
    s.vote(review, &s.members[0], Choice::Approve).await;
    s.vote(review, &s.members[1], Choice::Approve).await;
    assert!(!get::get(store, &s.chair, review).await.unwrap().tally.is_met());
    s.vote(review, &s.chair, Choice::Reject).await;
    let hash = s.hash(review).await;
    let closing = closing(hash, Outcome::Rejected);
    let decided = decide::decide(store, &s.other_chair, review, &closing, PASSWORD, None).await.unwrap();
    let page = decision::get(store, &s.owner, decided).await.unwrap();
    assert_eq!((page.outcome, page.valid_until, page.above_appetite), (Outcome::Rejected, None, true));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_chairs_close_at_once_and_one_decision_stands(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    for _ in 0..4 {
        let review = s.submit().await;
        s.vote(review, &s.members[0], Choice::Approve).await;
        let closing = closing(s.hash(review).await, Outcome::Approved);
        let (a, b) = tokio::join!(
            decide::decide(store, &s.chair, review, &closing, PASSWORD, None),
            decide::decide(store, &s.other_chair, review, &closing, PASSWORD, None)
        );
        assert_eq!([&a, &b].iter().filter(|r| r.is_ok()).count(), 1, "{a:?} {b:?}");
        assert!(refused(if a.is_ok() { b } else { a }).starts_with("not now"));
        s.reg.clock.advance(Duration::hours(1));
    }
    assert_eq!(s.reg.count("select count(*) from decision").await, 4);
    assert_eq!(s.reg.count("select count(*) from review where state = 'approved'").await, 1);
    assert_eq!(s.reg.count("select count(*) from review where state = 'superseded'").await, 3);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_vote_never_lands_on_a_dossier_that_was_not_read(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let review = s.submit().await;
    for round in 0..6 {
        let hash = s.hash(review).await;
        let ballot = s.ballot(hash, Choice::Approve);
        let resubmission = async {
            request_changes::request_changes(store, &s.members[1], review, &hash, "Once more").await.unwrap();
            s.set_purpose(&format!("Version {round}")).await.unwrap();
            s.submit().await;
        };
        let (cast, ()) = tokio::join!(vote::vote(store, &s.members[0], review, &ballot, PASSWORD, None), resubmission);
        let seen = get::get(store, &s.members[0], review).await.unwrap();
        assert_eq!(seen.votes.len(), 0, "no vote counts on the new dossier");
        assert!(seen.void_votes.iter().all(|v| v.dossier_sha256 != hex(&seen.found.sha256)));
        if cast.is_err() {
            assert!(refused(cast).starts_with("not now"));
        }
        s.reg.clock.advance(Duration::minutes(1));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_condition_falls_to_a_person_who_can_act(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let admin = s.reg.person("Ada Admin", &[Role::Admin]).await;
    let service = store::tokens::NewService::parse("Pipeline", vec![Role::Owner]).unwrap();
    let service = store::tokens::add_service(store, &admin, &service).await.unwrap();
    let executive = s.reg.person("Eva Executive", &[Role::Executive]).await;
    let review = s.submit().await;
    let mut ballot = s.ballot(s.hash(review).await, Choice::ApproveWithConditions);
    for nobody in [service, executive.id] {
        ballot.conditions[0].owner_id = nobody;
        let met = vote::vote(store, &s.members[0], review, &ballot, PASSWORD, None).await;
        assert_eq!(refused(met), "fields: [\"condition_owner_1\"]");
    }
    ballot.conditions[0].owner_id = s.owner.id;
    vote::vote(store, &s.members[0], review, &ballot, PASSWORD, None).await.unwrap();
}

/// The register of decisions pages through each once, newest first, and says what became of it.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_decision_is_listed_once_with_what_became_of_it(pool: PgPool) {
    use list::{DecidedFilter, decided};
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, approve(&s).await);
    }
    revoke::revoke(store, &s.chair, made[0], "Drift", PASSWORD).await.unwrap();
    let (mut seen, mut filter) = (Vec::new(), DecidedFilter::default());
    loop {
        let page = decided(store, &s.members[0], &filter, 2).await.unwrap();
        seen.extend(page.rows);
        let Some(next) = page.next else { break };
        filter.after = Some(next.parse().unwrap());
    }
    assert_eq!(seen.iter().map(|d| d.reference).collect::<Vec<_>>(), made);
    let states: Vec<_> = seen.iter().map(|d| d.state).collect();
    assert_eq!(states, [State::Revoked, State::Superseded, State::Superseded, State::Superseded, State::Superseded]);
    for (outcome, many) in [(Outcome::Approved, 5), (Outcome::Rejected, 0)] {
        let filter = DecidedFilter { outcome: Some(outcome), ..DecidedFilter::default() };
        assert_eq!(decided(store, &s.chair, &filter, 50).await.unwrap().rows.len(), many);
    }
    let met = decided(store, &s.owner, &DecidedFilter::default(), 50).await.map(|page| page.rows.len());
    assert!(refused(met).starts_with("forbidden"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_same_form_sent_many_times_counts_once(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let store = &s.reg.store;
    let once = Some(store.new_id().into());
    let mut sent = Vec::new();
    for _ in 0..20 {
        sent.push(submit::submit(store, &s.owner, s.system, once));
    }
    let results = futures::future::join_all(sent).await;
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    for result in results.iter().filter(|r| r.is_err()) {
        assert!(
            matches!(result, Err(Error::Replayed { location }) if location.starts_with("/reviews/RV-")),
            "{result:?}"
        );
    }
    assert_eq!(s.reg.count("select count(*) from dossier").await, 1);
}
