//! The AI RMF profile on a real Postgres: who may answer, whose answer it is, who may verify it, and that nobody's is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;
#[path = "common/scene.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod scene;

use common::*;
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use domain::framework::{Draft, Level, State, Typed, nist};
use domain::ids::{EvidenceRef, MitigationRef, RiskRef};
use domain::triage::Tier;
use scene::Scene;
use sqlx::PgPool;
use store::Error;
use store::profile::{Links, Profile, Said, Whose, confirm, load, save, unverify, verify};

fn said(state: &str, text: &str) -> Said {
    let typed = Typed { state, text, ..Typed::default() };
    Said { draft: Draft::parse(typed).unwrap(), owner: None, links: Links::default() }
}

async fn profile(s: &Scene, actor: &Actor) -> Profile {
    load(&s.reg.store, actor, Whose::System(s.system)).await.unwrap()
}

const ASKED: &str = "MEASURE 2.10";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_is_kept_with_who_gave_it_and_each_change_has_one_event(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let (store, whose) = (&s.reg.store, Whose::System(s.system));
    let events = || s.reg.count("select count(*) from audit_event");
    let before = events().await;
    assert_eq!(save(store, &s.owner, whose, ASKED, 0, &said("partial", "Half of it")).await.unwrap(), 1);
    assert_eq!(save(store, &s.owner, whose, ASKED, 1, &said("partial", "Half of it")).await.unwrap(), 1, "nothing new");
    assert_eq!(save(store, &s.contributor, whose, ASKED, 1, &said("implemented", "All of it")).await.unwrap(), 2);
    assert_eq!(events().await, before + 2);
    let row = profile(&s, &s.owner).await.answers.remove(ASKED).unwrap();
    assert_eq!(
        (row.answered_by.as_str(), row.answer.state(), row.version),
        ("Carl Contributor", State::Implemented, 2)
    );
    // 2.1 is another question.
    assert_eq!(profile(&s, &s.owner).await.state("MEASURE 2.1"), State::NotStarted);
    // The trail has both texts, and the chain verifies.
    let trail: String =
        sqlx::query_scalar("select string_agg(body::text, ' ') from audit_event where action = 'profile.answer'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert!(trail.contains("Half of it") && trail.contains("All of it"));
    assert!(store::audit::verify(store, Vec::new()).await.unwrap().intact);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_answers_does_not_verify_and_a_new_answer_is_not_verified(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let (store, whose) = (&s.reg.store, Whose::System(s.system));
    save(store, &s.owner, whose, ASKED, 0, &said("implemented", "All of it")).await.unwrap();
    let own = verify(store, &s.owner, whose, ASKED, 1).await;
    assert!(matches!(own, Err(Error::Refused(Refusal::Forbidden(_)))), "{own:?}");
    let member = verify(store, &s.members[0], whose, ASKED, 1).await;
    assert!(matches!(member, Err(Error::Refused(Refusal::Forbidden(_)))), "a judge has no part: {member:?}");
    assert_eq!(verify(store, &s.contributor, whose, ASKED, 1).await.unwrap(), 2);
    assert_eq!(profile(&s, &s.owner).await.state(ASKED), State::Verified);
    // A date asks nobody to look again; other words do.
    let mut dated = said("implemented", "All of it");
    dated.draft.due = Some(store.today());
    assert_eq!(save(store, &s.owner, whose, ASKED, 2, &dated).await.unwrap(), 3);
    assert_eq!(profile(&s, &s.owner).await.state(ASKED), State::Verified);
    assert_eq!(save(store, &s.owner, whose, ASKED, 3, &said("implemented", "Nearly all")).await.unwrap(), 4);
    assert_eq!(profile(&s, &s.owner).await.state(ASKED), State::Implemented);
    verify(store, &s.contributor, whose, ASKED, 4).await.unwrap();
    assert_eq!(unverify(store, &s.owner, whose, ASKED, 5).await.unwrap(), 6);
    assert_eq!(profile(&s, &s.owner).await.state(ASKED), State::Implemented);
    // What was verified rests on what was seen behind it.
    verify(store, &s.contributor, whose, ASKED, 6).await.unwrap();
    let other = Said { links: Links::parse("E-1").unwrap(), ..said("implemented", "Nearly all") };
    assert_eq!(save(store, &s.owner, whose, ASKED, 7, &other).await.unwrap(), 8);
    assert_eq!(profile(&s, &s.owner).await.state(ASKED), State::Implemented);
    // One's own service account is oneself, here and below the program.
    let mut robot = Actor { id: uuid::Uuid::from_u128(7).into(), name: "Robot".into(), ..s.contributor.clone() };
    robot.email = "robot@example.org".into();
    let mut tx = s.reg.store.begin().await.unwrap();
    sqlx::query(
        "insert into person (id, email, name, roles, created_at, kind, answerable_id)
         values ($1, $2, 'Robot', '{owner}', now(), 'service', $3)",
    )
    .bind(robot.id.0)
    .bind(&robot.email)
    .bind(s.contributor.id.0)
    .execute(tx.conn())
    .await
    .unwrap();
    sqlx::query("insert into system_contributor (system_id, person_id, added_at) values ($1, $2, now())")
        .bind(s.id.0)
        .bind(robot.id.0)
        .execute(tx.conn())
        .await
        .unwrap();
    let entry = store::audit::Entry::new("system.transfer", "system", s.id.0, s.system);
    tx.commit(&s.owner, entry).await.unwrap();
    assert_eq!(save(store, &robot, whose, ASKED, 8, &said("implemented", "By the robot")).await.unwrap(), 9);
    let laundered = verify(store, &s.contributor, whose, ASKED, 9).await;
    assert!(matches!(laundered, Err(Error::Refused(Refusal::Forbidden(_)))), "{laundered:?}");
    let below = sqlx::query(
        "update profile_answer set version = version + 1, verified_by = $1, verified_at = now(), changed_by = $1
         where control = 'MEASURE 2.10'",
    )
    .bind(s.contributor.id.0)
    .execute(&pool)
    .await
    .unwrap_err();
    assert_eq!(below.as_database_error().unwrap().code().as_deref(), Some("CS004"));
    assert_eq!(verify(store, &s.owner, whose, ASKED, 9).await.unwrap(), 10, "somebody else may");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_people_at_once_lose_nothing(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Minimal, false).await;
    let (store, whose) = (&s.reg.store, Whose::System(s.system));
    // Different questions at once: all stand.
    let asked: Vec<&str> = nist().at(Level::System).map(|a| a.id.as_str()).collect();
    let free: Vec<&str> =
        asked.into_iter().filter(|id| domain::framework::required(Tier::Minimal).all(|a| a.id != *id)).collect();
    let writes = free.iter().enumerate().map(|(n, control)| {
        let by = if n % 2 == 0 { s.owner.clone() } else { s.contributor.clone() };
        async move { save(store, &by, whose, control, 0, &said("partial", control)).await }
    });
    for done in futures::future::join_all(writes).await {
        assert_eq!(done.unwrap(), 1);
    }
    let found = profile(&s, &s.owner).await;
    for control in &free {
        assert_eq!(found.answers[*control].answer.draft.text.as_deref(), Some(*control));
    }
    // The same question at once: one stands, the others are told.
    for (whose, by) in [(whose, &s.owner), (Whose::Organisation, &s.chair)] {
        let control = if whose == Whose::Organisation { "GOVERN 1.1" } else { free[0] };
        let version = i32::from(whose != Whose::Organisation);
        let tries = (0..10).map(|n| {
            let text = format!("Try {n}");
            async move { save(store, by, whose, control, version, &said("implemented", &text)).await }
        });
        let done = futures::future::join_all(tries).await;
        let (stands, told): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
        assert_eq!((stands.len(), told.len()), (1, 9));
        assert!(told.iter().all(|t| matches!(t, Err(Error::Stale { .. }))), "{told:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_rests_on_its_own_system_and_stands_still_under_review(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let (store, whose) = (&s.reg.store, Whose::System(s.system));
    let unit = s.reg.unit("Other").await;
    scene::ready(&s.reg, &s.contributor, &s.owner, unit.0, "Other system", Tier::Minimal, false).await;
    let theirs: i64 = sqlx::query_scalar("select max(number) from risk").fetch_one(&pool).await.unwrap();
    let with = |links: &str| Said { links: Links::parse(links).unwrap(), ..said("partial", "x") };
    let free = "MEASURE 2.10";
    let version = profile(&s, &s.owner).await.answers.get(free).map_or(0, |row| row.version);
    let foreign = save(store, &s.owner, whose, free, version, &with(&format!("R-{theirs}"))).await;
    assert!(matches!(foreign, Err(Error::Refused(Refusal::Invalid(_)))), "{foreign:?}");
    let version = save(store, &s.owner, whose, free, version, &with("r-1, M-1;E-1 R-1")).await.unwrap();
    let links = profile(&s, &s.owner).await.answers[free].links.clone();
    assert_eq!(
        (links.risks, links.mitigations, links.evidence),
        (vec![RiskRef(1)], vec![MitigationRef(1)], vec![EvidenceRef(1)])
    );
    let version = save(store, &s.owner, whose, free, version, &with("E-1")).await.unwrap();
    assert_eq!(profile(&s, &s.owner).await.answers[free].links.to_string(), "E-1");
    // Its own level only, and nothing that is not asked.
    for (whose, control) in [(whose, "GOVERN 1.1"), (whose, "MEASURE 2.99"), (Whose::Organisation, free)] {
        let wrong = save(store, &s.chair, whose, control, 0, &said("partial", "x")).await;
        assert!(matches!(wrong, Err(Error::NotFound)), "{control}: {wrong:?}");
    }
    let executive = s.reg.person("Eve Executive", &[Role::Executive]).await;
    let reads = save(store, &executive, Whose::Organisation, "GOVERN 1.1", 0, &said("partial", "x")).await;
    assert!(matches!(reads, Err(Error::Refused(Refusal::Forbidden(_)))), "{reads:?}");
    s.submit().await;
    let still = save(store, &s.owner, whose, free, version, &said("implemented", "x")).await;
    assert!(matches!(still, Err(Error::Refused(Refusal::NotNow(_)))), "{still:?}");
}

/// What the tier asks for belongs to readiness, and the committee reads it. Below critical, what nobody wrote and the register
/// shows becomes an answer of the owner who submits; a critical system needs a person's word.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_submission_needs_what_its_tier_asks_for(pool: PgPool) {
    let s = Scene::new(&pool, Tier::High, false).await;
    let needed: Vec<_> = domain::framework::required(Tier::High).map(|asked| asked.id.as_str()).collect();
    let whose = Whose::System(s.system);
    // Words without a state are nobody's answer yet, and nobody's to throw away.
    save(&s.reg.store, &s.contributor, whose, "MAP 1.1", 1, &said("not_started", "To be checked.")).await.unwrap();
    save(&s.reg.store, &s.contributor, whose, "MAP 5.1", 1, &said("partial", "Begun")).await.unwrap();
    let preview = store::reviews::submit::preview(&s.reg.store, &s.owner, s.system).await.unwrap().dossier.unwrap();
    let events = s.reg.count("select count(*) from audit_event").await;
    let review = s.submit().await;
    assert_eq!(s.reg.count("select count(*) from audit_event").await, events + 1, "one transaction, one event");
    let read = store::reviews::get::get(&s.reg.store, &s.members[0], review).await.unwrap();
    assert_eq!(read.dossier.profile, preview.profile, "what was shown is what is frozen");
    let answered: Vec<_> = read.dossier.profile.iter().map(|p| p.control.as_str()).collect();
    assert_eq!(answered, needed, "in the framework's order");
    let of = |control: &str| read.dossier.profile.iter().find(|p| p.control == control).unwrap();
    assert_eq!(of("MAP 5.1").text.as_deref(), Some("Begun"));
    let vouched = of("MAP 1.1");
    assert_eq!((vouched.state, vouched.answered_by.name.as_str()), (State::Partial, "Olga Owner"));
    assert!(vouched.text.as_deref().unwrap().starts_with("To be checked.\n\nThe registration says"), "{vouched:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_critical_system_needs_a_persons_answer_to_everything(pool: PgPool) {
    let s = Scene::new(&pool, Tier::Critical, false).await;
    let (store, whose) = (&s.reg.store, Whose::System(s.system));
    save(store, &s.owner, whose, "MAP 1.1", 1, &said("not_started", "Typed before.")).await.unwrap();
    let refused = store::reviews::submit::submit(store, &s.owner, s.system, None).await;
    assert!(matches!(&refused, Err(Error::Refused(Refusal::NotNow(why))) if why.contains("MAP 1.1")), "{refused:?}");
    assert_eq!(confirm(store, &s.owner, whose, None).await.unwrap(), 1, "one click confirms what the register shows");
    let kept = profile(&s, &s.owner).await.answers["MAP 1.1"].answer.draft.text.clone().unwrap();
    assert!(kept.starts_with("Typed before.\n\nThe registration says"), "{kept}");
    s.submit().await;
}
