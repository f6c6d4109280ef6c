//! People: invitations, the first administrator, roles, deactivation, passwords and sessions, attacked.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use chrono::Duration;
use common::{Register, register};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use sqlx::PgPool;
use store::people::accept::{Answer, accept};
use store::people::invite::{self, Newcomer, Purpose};
use store::people::{bootstrap, deactivate, get, list, operator, password, roles, sessions as own, sign_in};
use store::sessions::{self, Begin};
use store::tx::Who;
use store::{Error, units};
use uuid::Uuid;

const RIGHT: &str = "walnut ferry oblique";
const OTHER: &str = "teapots argue at noon";
const IDLE: Duration = Duration::minutes(30);
const LIFETIME: Duration = Duration::hours(12);

async fn member(r: &Register, key: &str, roles: &[Role]) -> Actor {
    let new = Newcomer { email: format!("{key}@example.org"), name: format!("Member {key}"), roles: roles.to_vec() };
    let id = operator::add(&r.store, Who::Program("test"), &new, RIGHT).await.unwrap();
    Actor { id, name: new.name, email: new.email, roles: new.roles, address: None, token: None }
}

fn newcomer(email: &str, roles: &[Role]) -> Newcomer {
    Newcomer { email: email.into(), name: "Grace Hopper".into(), roles: roles.to_vec() }
}

fn answer(email: &str, password: &str) -> Answer {
    Answer { email: email.into(), name: "Grace Hopper".into(), password: password.into() }
}

async fn session(r: &Register, of: &Actor, secret: u8) -> (sessions::Hash, Uuid) {
    let hash = [secret; 32];
    let begin = Begin {
        hash,
        person: of.id,
        lifetime: LIFETIME,
        address: Some("192.0.2.1".into()),
        user_agent: Some("test".into()),
        data: serde_json::json!({}),
    };
    assert!(sessions::begin(&r.store, &begin).await.unwrap());
    (hash, sessions::load(&r.store, &hash, IDLE).await.unwrap().unwrap().id)
}

async fn in_force(r: &Register, hash: &sessions::Hash) -> bool {
    sessions::load(&r.store, hash, IDLE).await.unwrap().is_some()
}

fn forbidden<T: std::fmt::Debug>(result: store::Result<T>) -> bool {
    matches!(result, Err(Error::Refused(Refusal::Forbidden(_))))
}

fn not_now<T: std::fmt::Debug>(result: store::Result<T>) -> bool {
    matches!(result, Err(Error::Refused(Refusal::NotNow(_))))
}

fn wrong<T: std::fmt::Debug>(result: store::Result<T>, field: &str) -> bool {
    matches!(result, Err(Error::Refused(Refusal::Invalid(errors))) if errors.0.contains_key(field))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_invitation_works_once(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let link = invite::invite(&r.store, &admin, &newcomer("Grace@Example.org", &[Role::Committee])).await.unwrap();
    let secret = link.secret;
    assert_eq!(r.count("select count(*) from invite where octet_length(secret_sha256) = 32").await, 1);
    let opened = invite::open(&r.store, &secret).await.unwrap();
    assert_eq!(opened.purpose, Purpose::Invite);
    assert_eq!(opened.invited.unwrap().email, "grace@example.org");
    // A password that everybody tries does not use the link up.
    assert!(wrong(accept(&r.store, &secret, &answer("", "qwertyuiopasdfghjkl"), None).await, "password"));
    let grace = accept(&r.store, &secret, &answer("other@example.org", RIGHT), None).await.unwrap();
    assert_eq!((grace.email.as_str(), grace.roles.as_slice()), ("grace@example.org", &[Role::Committee][..]));
    assert!(sign_in::sign_in(&r.store, "grace@example.org", RIGHT, None).await.is_ok());
    assert!(matches!(accept(&r.store, &secret, &answer("", OTHER), None).await, Err(Error::NotFound)));
    for nonsense in ["", "x", &"0".repeat(64), &"g".repeat(64)] {
        assert!(matches!(invite::open(&r.store, nonsense).await, Err(Error::NotFound)), "{nonsense}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_ends_after_an_hour_by_a_newer_one_and_with_its_person(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let first = invite::invite(&r.store, &admin, &newcomer("grace@example.org", &[])).await.unwrap();
    r.clock.advance(Duration::hours(1) - Duration::seconds(1));
    assert!(invite::open(&r.store, &first.secret).await.is_ok());
    r.clock.advance(Duration::seconds(1));
    assert!(invite::open(&r.store, &first.secret).await.is_err());

    let grace = first.person.unwrap();
    let second = invite::renew(&r.store, &admin, grace).await.unwrap();
    let third = invite::renew(&r.store, &admin, grace).await.unwrap();
    assert!(invite::open(&r.store, &second.secret).await.is_err());
    assert!(invite::open(&r.store, &third.secret).await.is_ok());
    deactivate::deactivate(&r.store, &admin, grace, 1).await.unwrap();
    assert!(matches!(accept(&r.store, &third.secret, &answer("", RIGHT), None).await, Err(Error::NotFound)));
    assert!(not_now(invite::renew(&r.store, &admin, grace).await));
    deactivate::reactivate(&r.store, &admin, grace, 2).await.unwrap();
    assert!(invite::open(&r.store, &third.secret).await.is_err(), "an old link comes back to life");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_many_who_use_one_link_at_once_one_gets_it(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let link = invite::invite(&r.store, &admin, &newcomer("grace@example.org", &[])).await.unwrap();
    let tries: Vec<_> = (0..6)
        .map(|_| {
            let (store, secret) = (r.store.clone(), link.secret.clone());
            tokio::spawn(async move { accept(&store, &secret, &answer("", RIGHT), None).await.is_ok() })
        })
        .collect();
    let mut got = 0;
    for one in tries {
        got += usize::from(one.await.unwrap());
    }
    assert_eq!(got, 1);
    assert_eq!(r.count("select count(*) from audit_event where action = 'person.join'").await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn there_is_one_first_administrator_whoever_races(pool: PgPool) {
    let r = register(&pool);
    let older = bootstrap::link(&r.store).await.unwrap().unwrap();
    let link = bootstrap::link(&r.store).await.unwrap().unwrap();
    assert!(invite::open(&r.store, &older.secret).await.is_err());
    // A second link in force, as if two programs had made theirs at the same moment.
    let twin = [9_u8; 32];
    sqlx::query(
        "insert into invite (secret_sha256, purpose, created_at, expires_at)
         select $1, 'bootstrap', created_at, expires_at from invite where expires_at > created_at limit 1",
    )
    .bind(&domain::canonical::sha256(&twin)[..])
    .execute(&r.owner)
    .await
    .unwrap();
    let tries: Vec<_> = (0..6)
        .map(|n| {
            let secret = if n % 2 == 0 { link.secret.clone() } else { domain::canonical::hex(&twin) };
            let store = r.store.clone();
            tokio::spawn(async move {
                accept(&store, &secret, &answer(&format!("first{n}@example.org"), RIGHT), None).await.is_ok()
            })
        })
        .collect();
    let mut got = 0;
    for one in tries {
        got += usize::from(one.await.unwrap());
    }
    assert_eq!((got, r.count("select count(*) from person where roles = '{admin}'").await), (1, 1));
    assert!(bootstrap::link(&r.store).await.unwrap().is_none());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_administrators_invite_and_only_sound_roles(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    for role in [Role::Owner, Role::Committee, Role::Chair, Role::Executive, Role::Auditor] {
        let somebody = member(&r, role.as_str(), &[role]).await;
        assert!(forbidden(invite::invite(&r.store, &somebody, &newcomer("x@example.org", &[])).await), "{role}");
        assert!(forbidden(invite::renew(&r.store, &somebody, admin.id).await), "{role}");
        assert!(forbidden(list::list(&r.store, &somebody, &list::Filter::default(), None).await), "{role}");
        assert!(forbidden(get::get(&r.store, &somebody, admin.id).await), "{role}");
    }
    let mixed = newcomer("x@example.org", &[Role::Executive, Role::Owner]);
    assert!(wrong(invite::invite(&r.store, &admin, &mixed).await, "roles"));
    assert!(wrong(invite::invite(&r.store, &admin, &newcomer("admin@example.org", &[])).await, "email"));
    assert!(wrong(invite::invite(&r.store, &admin, &newcomer("no address", &[])).await, "email"));
    assert_eq!(r.count("select count(*) from invite").await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_changes_their_own_roles_and_a_change_ends_sessions(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let ada = member(&r, "ada", &[Role::Owner]).await;
    assert!(forbidden(roles::change(&r.store, &ada, ada.id, 1, &[Role::Owner, Role::Admin]).await));
    assert!(forbidden(roles::change(&r.store, &admin, admin.id, 1, &[Role::Admin, Role::Chair]).await));
    let (hash, _) = session(&r, &ada, 1).await;
    roles::change(&r.store, &admin, ada.id, 1, &[Role::Committee]).await.unwrap();
    assert!(!in_force(&r, &hash).await);
    assert!(matches!(
        roles::change(&r.store, &admin, ada.id, 1, &[Role::Owner]).await,
        Err(Error::Stale { current: 2 })
    ));
    let actor = sign_in::sign_in(&r.store, "ada@example.org", RIGHT, None).await.unwrap();
    assert_eq!(actor.roles, [Role::Committee]);
    assert!(wrong(roles::change(&r.store, &admin, ada.id, 2, &[Role::Auditor, Role::Chair]).await, "roles"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_administrator_is_always_left(pool: PgPool) {
    let r = register(&pool);
    let (a, b) = (member(&r, "a", &[Role::Admin]).await, member(&r, "b", &[Role::Admin]).await);
    // Both take the other's place away at the same moment.
    let both = [(a.clone(), b.id), (b.clone(), a.id)].map(|(actor, other)| {
        let store = r.store.clone();
        tokio::spawn(async move { roles::change(&store, &actor, other, 1, &[Role::Owner]).await.is_ok() })
    });
    for one in both {
        one.await.unwrap();
    }
    let left = "select count(*) from person where 'admin' = any (roles) and deactivated_at is null";
    assert_eq!(r.count(left).await, 1);
    // Whoever writes: not by roles, not by deactivation, not by losing the password.
    for attack in [
        "update person set roles = '{}'",
        "update person set deactivated_at = now()",
        "update person set password_hash = null",
    ] {
        let error = sqlx::query(attack).execute(&r.owner).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("CS010"), "{attack}");
    }
    assert!(not_now(
        operator::set_roles(&r.store, "a@example.org", &[])
            .await
            .and(operator::set_roles(&r.store, "b@example.org", &[]).await)
    ));
    assert_eq!(r.count(left).await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn deactivation_ends_everything_at_once_and_keeps_the_name(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let ada = member(&r, "ada", &[Role::Owner]).await;
    assert!(forbidden(deactivate::deactivate(&r.store, &admin, admin.id, 1).await));
    assert!(forbidden(deactivate::deactivate(&r.store, &ada, admin.id, 1).await));
    let (hash, _) = session(&r, &ada, 1).await;
    deactivate::deactivate(&r.store, &admin, ada.id, 1).await.unwrap();
    assert!(!in_force(&r, &hash).await);
    assert!(sign_in::sign_in(&r.store, "ada@example.org", RIGHT, None).await.is_err());
    let begin = Begin {
        hash: [2; 32],
        person: ada.id,
        lifetime: LIFETIME,
        address: None,
        user_agent: None,
        data: serde_json::json!({}),
    };
    assert!(!sessions::begin(&r.store, &begin).await.unwrap());
    assert!(store::people::choices(&r.store).await.unwrap().iter().all(|c| c.id != ada.id));
    deactivate::reactivate(&r.store, &admin, ada.id, 2).await.unwrap();
    assert!(!in_force(&r, &hash).await, "an ended session comes back");
    assert!(sign_in::sign_in(&r.store, "ada@example.org", RIGHT, None).await.is_ok());
    assert!(sqlx::query("delete from person").execute(&r.owner).await.is_err());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_new_password_ends_the_other_sessions(pool: PgPool) {
    let r = register(&pool);
    let ada = member(&r, "ada", &[Role::Owner]).await;
    let (here, id) = session(&r, &ada, 1).await;
    let (elsewhere, _) = session(&r, &ada, 2).await;
    assert!(wrong(password::change(&r.store, &ada, Some(id), "not the password", OTHER).await, "password"));
    assert!(wrong(password::change(&r.store, &ada, Some(id), RIGHT, "too short").await, "new"));
    assert!(wrong(password::change(&r.store, &ada, Some(id), RIGHT, "ada@example.org ada").await, "new"));
    assert!(wrong(password::change(&r.store, &ada, Some(id), RIGHT, RIGHT).await, "new"));
    assert!(in_force(&r, &elsewhere).await);
    password::change(&r.store, &ada, Some(id), RIGHT, OTHER).await.unwrap();
    assert!(in_force(&r, &here).await);
    assert!(!in_force(&r, &elsewhere).await);
    assert!(sign_in::sign_in(&r.store, "ada@example.org", RIGHT, None).await.is_err());
    assert!(sign_in::sign_in(&r.store, "ada@example.org", OTHER, None).await.is_ok());
    assert!(sign_in::verify_password(&r.store, &ada, OTHER).await.is_ok());
    // No hash and no password in the audit trail.
    assert_eq!(
        r.count("select count(*) from audit_event where body like '%argon2%' or body like '%teapots%'").await,
        0
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_reset_link_ends_sessions_and_the_old_password(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let ada = member(&r, "ada", &[Role::Owner]).await;
    let (hash, _) = session(&r, &ada, 1).await;
    let link = invite::renew(&r.store, &admin, ada.id).await.unwrap();
    assert!(in_force(&r, &hash).await, "until the link is used, nothing changes");
    assert_eq!(invite::open(&r.store, &link.secret).await.unwrap().purpose, Purpose::Reset);
    let actor = accept(&r.store, &link.secret, &answer("", OTHER), None).await.unwrap();
    assert_eq!(actor.name, ada.name, "a reset does not rename");
    assert!(!in_force(&r, &hash).await);
    assert!(sign_in::sign_in(&r.store, "ada@example.org", RIGHT, None).await.is_err());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn sessions_are_listed_and_ended_by_their_person_and_administrators_only(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let (ada, eve) = (member(&r, "ada", &[]).await, member(&r, "eve", &[Role::Chair]).await);
    let (one, one_id) = session(&r, &ada, 1).await;
    let (two, two_id) = session(&r, &ada, 2).await;
    assert_eq!(own::list(&r.store, &ada, ada.id, IDLE).await.unwrap().len(), 2);
    assert!(forbidden(own::list(&r.store, &eve, ada.id, IDLE).await));
    assert!(forbidden(own::end(&r.store, &eve, ada.id, one_id).await));
    assert!(matches!(own::end(&r.store, &eve, eve.id, one_id).await, Err(Error::NotFound)));
    own::end(&r.store, &ada, ada.id, two_id).await.unwrap();
    assert!(!in_force(&r, &two).await);
    // A slow request that saves after the end brings nothing back.
    sessions::save(&r.store, &two, &serde_json::json!({ "x": 1 })).await.unwrap();
    assert!(!in_force(&r, &two).await);
    assert_eq!(own::end_others(&r.store, &admin, ada.id, None).await.unwrap(), 1);
    assert!(!in_force(&r, &one).await);
    assert_eq!(own::end_others(&r.store, &ada, ada.id, None).await.unwrap(), 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn sessions_end_without_use_and_after_their_lifetime(pool: PgPool) {
    let r = register(&pool);
    let ada = member(&r, "ada", &[]).await;
    let (unused, _) = session(&r, &ada, 1).await;
    r.clock.advance(IDLE - Duration::seconds(1));
    let (used, _) = session(&r, &ada, 2).await;
    r.clock.advance(Duration::seconds(1));
    assert!(!in_force(&r, &unused).await);
    for _ in 0..35 {
        r.clock.advance(Duration::minutes(20));
        assert!(in_force(&r, &used).await);
    }
    assert_eq!(own::list(&r.store, &ada, ada.id, IDLE).await.unwrap().len(), 1);
    r.clock.advance(Duration::minutes(20));
    assert!(!in_force(&r, &used).await, "twelve hours are over");
    assert!(own::list(&r.store, &ada, ada.id, IDLE).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn lists_find_page_and_tell_namesakes_apart(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    for n in 0..51 {
        r.person(&format!("Person {n:02}"), if n == 7 { &[Role::Chair] } else { &[] }).await;
    }
    let first = list::list(&r.store, &admin, &list::Filter::default(), None).await.unwrap();
    assert_eq!(first.rows.len(), 50);
    let after = first.next.unwrap().parse().unwrap();
    let second = list::list(&r.store, &admin, &list::Filter::default(), Some(after)).await.unwrap();
    assert_eq!((second.rows.len(), second.next), (2, None));
    let chairs = list::Filter { role: Some(Role::Chair), ..Default::default() };
    assert_eq!(list::list(&r.store, &admin, &chairs, None).await.unwrap().rows[0].person.name, "Person 07");
    // Signs that mean something to LIKE mean nothing here.
    let odd = list::Filter { text: Some("%".into()), ..Default::default() };
    assert!(list::list(&r.store, &admin, &odd, None).await.unwrap().rows.is_empty());
    operator::invite(&r.store, &Newcomer { email: "p@x.org".into(), name: "PERSON 07".into(), roles: vec![] })
        .await
        .unwrap();
    let choices = store::people::choices(&r.store).await.unwrap();
    assert!(choices.iter().any(|c| c.name == "PERSON 07 (p@x.org)"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn units_are_renamed_and_archived_by_administrators(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin", &[Role::Admin]).await;
    let chair = member(&r, "chair", &[Role::Chair]).await;
    let unit = units::add(&r.store, &admin, " Retail  banking ").await.unwrap();
    units::add(&r.store, &admin, "Treasury").await.unwrap();
    assert!(wrong(units::rename(&r.store, &admin, unit, "TREASURY").await, "name"));
    assert!(forbidden(units::rename(&r.store, &chair, unit, "Mine").await));
    assert!(forbidden(units::manage(&r.store, &chair).await));
    units::rename(&r.store, &admin, unit, "Retail").await.unwrap();
    units::archive(&r.store, &admin, unit, true).await.unwrap();
    let names: Vec<_> = units::list(&r.store).await.unwrap().into_iter().map(|u| u.name).collect();
    assert_eq!(names, ["Treasury"]);
    let rows = units::manage(&r.store, &admin).await.unwrap();
    assert_eq!(
        rows.iter().map(|u| (u.name.as_str(), u.in_use)).collect::<Vec<_>>(),
        [("Treasury", true), ("Retail", false)]
    );
    units::archive(&r.store, &admin, unit, false).await.unwrap();
    assert_eq!(units::list(&r.store).await.unwrap().len(), 2);
}
