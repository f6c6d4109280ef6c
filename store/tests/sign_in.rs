//! Signing in: limits at their edges, the same answer for every wrong guess, hashes that keep up with the times.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use chrono::Duration;
use common::{Register, register};
use domain::actor::{Actor, Role};
use domain::error::Refusal;
use sqlx::PgPool;
use std::net::IpAddr;
use store::Error;
use store::people::accept::{Answer, accept};
use store::people::invite::Newcomer;
use store::people::sign_in::{WRONG, sign_in, verify_password};
use store::people::{deactivate, operator};
use store::tx::Who;

const RIGHT: &str = "walnut ferry oblique";

fn from(address: &str) -> Option<IpAddr> {
    Some(address.parse().unwrap())
}

async fn member(r: &Register, email: &str, roles: &[Role]) -> Actor {
    let new = Newcomer { email: email.into(), name: "Ada Lovelace".into(), roles: roles.to_vec() };
    let id = operator::add(&r.store, Who::Program("test"), &new, RIGHT).await.unwrap();
    Actor { id, name: new.name, email: new.email, roles: new.roles, address: from("192.0.2.1"), token: None }
}

fn is_wrong(result: &store::Result<Actor>) -> bool {
    matches!(result, Err(Error::Refused(Refusal::Invalid(errors))) if errors.0.get("").is_some_and(|m| m == WRONG))
}

async fn guess(r: &Register, email: &str, address: &str) -> bool {
    is_wrong(&sign_in(&r.store, email, "not the password", from(address)).await)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_right_password_lets_in_and_every_wrong_guess_gets_one_answer(pool: PgPool) {
    let r = register(&pool);
    let admin = member(&r, "admin@example.org", &[Role::Admin]).await;
    let ada = member(&r, "ada@example.org", &[Role::Owner]).await;
    let gone = member(&r, "gone@example.org", &[]).await;
    deactivate::deactivate(&r.store, &admin, gone.id, 1).await.unwrap();
    r.person("Invited Only", &[]).await;

    let actor = sign_in(&r.store, "  ADA@example.org ", RIGHT, from("192.0.2.1")).await.unwrap();
    assert_eq!((actor.id, actor.roles, actor.address), (ada.id, vec![Role::Owner], from("192.0.2.1")));
    assert_eq!(r.count("select count(*) from audit_event where action = 'session.sign_in'").await, 1);

    assert!(guess(&r, "ada@example.org", "192.0.2.1").await);
    assert!(guess(&r, "nobody@example.org", "192.0.2.1").await);
    for email in ["gone@example.org", "invited.only@example.org"] {
        assert!(is_wrong(&sign_in(&r.store, email, RIGHT, from("192.0.2.1")).await), "{email}");
    }
    // Nothing about a failure reaches the audit trail, and no address is kept in words.
    assert_eq!(r.count("select count(*) from audit_event where action = 'session.sign_in'").await, 1);
    assert_eq!(r.count("select count(*) from sign_in_attempt where octet_length(account_sha256) = 32").await, 5);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn five_failures_lock_one_account_at_one_address_for_a_quarter_of_an_hour(pool: PgPool) {
    let r = register(&pool);
    let ada = member(&r, "ada@example.org", &[Role::Admin]).await;
    for _ in 0..5 {
        assert!(guess(&r, "ada@example.org", "192.0.2.1").await);
    }
    let locked = sign_in(&r.store, "ada@example.org", RIGHT, from("192.0.2.1")).await;
    assert!(matches!(locked, Err(Error::TooMany { retry_after: 900 })), "{locked:?}");
    assert!(matches!(verify_password(&r.store, &ada, RIGHT).await, Err(Error::TooMany { .. })));
    // Not from elsewhere: nobody locks somebody else out.
    assert!(sign_in(&r.store, "ada@example.org", RIGHT, from("198.51.100.7")).await.is_ok());
    // A restart does not help.
    let again = register(&pool);
    assert!(matches!(
        sign_in(&again.store, "ada@example.org", RIGHT, from("192.0.2.1")).await,
        Err(Error::TooMany { .. })
    ));
    r.clock.advance(Duration::minutes(15) - Duration::seconds(1));
    assert!(matches!(
        sign_in(&r.store, "ada@example.org", RIGHT, from("192.0.2.1")).await,
        Err(Error::TooMany { retry_after: 1 })
    ));
    r.clock.advance(Duration::seconds(1));
    assert!(sign_in(&r.store, "ada@example.org", RIGHT, from("192.0.2.1")).await.is_ok());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn four_failures_and_a_success_begin_anew(pool: PgPool) {
    let r = register(&pool);
    member(&r, "ada@example.org", &[]).await;
    for _ in 0..2 {
        for _ in 0..4 {
            assert!(guess(&r, "ada@example.org", "192.0.2.1").await);
        }
        assert!(sign_in(&r.store, "ada@example.org", RIGHT, from("192.0.2.1")).await.is_ok());
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn twenty_failures_lock_an_address_whatever_the_accounts(pool: PgPool) {
    let r = register(&pool);
    member(&r, "ada@example.org", &[]).await;
    for n in 0..20 {
        // An address of IPv6 counts with its whole network.
        assert!(guess(&r, &format!("guess{n}@example.org"), &format!("2001:db8::{n:x}")).await, "{n}");
    }
    let locked = sign_in(&r.store, "ada@example.org", RIGHT, from("2001:db8::ffff")).await;
    assert!(matches!(locked, Err(Error::TooMany { .. })), "{locked:?}");
    assert!(sign_in(&r.store, "ada@example.org", RIGHT, from("2001:db8:0:1::1")).await.is_ok());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn parallel_guesses_count_each_other(pool: PgPool) {
    let r = register(&pool);
    member(&r, "ada@example.org", &[]).await;
    let tries = (0..16).map(|_| {
        let store = r.store.clone();
        tokio::spawn(async move { sign_in(&store, "ada@example.org", "not the password", from("192.0.2.1")).await })
    });
    let tries: Vec<_> = tries.collect();
    let (mut looked_at, mut refused) = (0, 0);
    for one in tries {
        match one.await.unwrap() {
            Err(Error::TooMany { .. }) => refused += 1,
            other if is_wrong(&other) => looked_at += 1,
            _ => panic!("neither wrong nor refused"),
        }
    }
    assert_eq!((looked_at, refused), (5, 11));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_attack_from_everywhere_slows_an_account_down_but_locks_nobody_out(pool: PgPool) {
    let r = register(&pool);
    member(&r, "admin@example.org", &[Role::Admin]).await;
    let quick = std::time::Duration::from_millis(1_800);
    for n in 0..20 {
        assert!(guess(&r, "admin@example.org", &format!("198.51.100.{n}")).await);
    }
    let (tx, rx) = tokio::sync::oneshot::channel();
    let store = r.store.clone();
    tokio::spawn(async move {
        let result = sign_in(&store, "admin@example.org", RIGHT, from("192.0.2.200")).await;
        let _ = tx.send(result.is_ok());
    });
    let mut rx = rx;
    assert!(tokio::time::timeout(quick, &mut rx).await.is_err(), "answered at once");
    assert!(rx.await.unwrap());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_older_hash_is_renewed_at_sign_in(pool: PgPool) {
    use argon2::password_hash::{PasswordHasher, SaltString};
    let r = register(&pool);
    member(&r, "ada@example.org", &[]).await;
    let params = argon2::Params::new(8 * 1024, 1, 1, None).unwrap();
    let weak = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let salt = SaltString::encode_b64(b"sixteen bytes ok").unwrap();
    let weak = weak.hash_password(RIGHT.as_bytes(), &salt).unwrap().to_string();
    let mut tx = r.store.begin().await.unwrap();
    sqlx::query("update person set password_hash = $1").bind(weak).execute(tx.conn()).await.unwrap();
    tx.commit(Who::Program("test"), store::audit::Entry::new("test", "person", None, "all")).await.unwrap();

    assert!(sign_in(&r.store, "ada@example.org", RIGHT, None).await.is_ok());
    let today = "select count(*) from person where password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(r.count(today).await, 1);
    assert!(sign_in(&r.store, "ada@example.org", RIGHT, None).await.is_ok());
    assert_eq!(r.count("select count(*) from audit_event where action = 'person.rehash'").await, 1);
}

/// In the middle of all.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Seconds.
async fn timed<T>(work: impl Future<Output = T>) -> (T, f64) {
    let begun = std::time::Instant::now();
    (work.await, begun.elapsed().as_secs_f64())
}

/// Checklist T10. Pairs, each in turn the other way round, so that whatever else the machine does slows both alike.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t10_a_name_that_nobody_has_takes_as_long_as_a_wrong_password(pool: PgPool) {
    const TRIES: usize = 200;
    let r = register(&pool);
    member(&r, "ada@example.org", &[]).await;
    let (mut known, mut gaps) = (Vec::new(), Vec::new());
    for n in 0..TRIES {
        // Before the account is slowed down for the many failures, those are forgotten.
        if n % 15 == 0 {
            r.clock.advance(Duration::minutes(16));
        }
        let unknown = format!("nobody{n}@example.org");
        let (one, other) = (format!("10.1.{}.{}", n / 100, n % 100), format!("10.2.{}.{}", n / 100, n % 100));
        let ((a, ada), (b, nobody)) = if n % 2 == 0 {
            let ada = timed(guess(&r, "ada@example.org", &one)).await;
            (ada, timed(guess(&r, &unknown, &other)).await)
        } else {
            let nobody = timed(guess(&r, &unknown, &other)).await;
            (timed(guess(&r, "ada@example.org", &one)).await, nobody)
        };
        assert!(a && b, "{n}");
        known.push(ada);
        gaps.push(ada - nobody);
    }
    let (whole, gap) = (median(known), median(gaps));
    println!("a wrong password takes {:.1} ms, the gap is {:.2} ms (medians of {TRIES})", whole * 1e3, gap * 1e3);
    assert!(gap.abs() < whole / 5.0, "{gap} of {whole} s");
}

/// A link that never was, one that was used, one that is too old: a hundredth of a sign-in tells nobody anything.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t10_links_that_do_not_work_are_told_apart_by_nothing(pool: PgPool) {
    const TRIES: usize = 200;
    let r = register(&pool);
    let admin = member(&r, "admin@example.org", &[Role::Admin]).await;
    let link = async |key: &str| {
        let new = Newcomer { email: format!("{key}@example.org"), name: key.into(), roles: vec![] };
        store::people::invite::invite(&r.store, &admin, &new).await.unwrap().secret
    };
    let (used, old) = (link("used").await, link("old").await);
    let answer = Answer { name: "Used".into(), password: RIGHT.into(), ..Answer::default() };
    accept(&r.store, &used, &answer, None).await.unwrap();
    r.clock.advance(Duration::hours(2));
    let mut took = [const { Vec::new() }; 3];
    for n in 0..TRIES {
        let never = domain::canonical::hex(&domain::canonical::sha256(&n.to_be_bytes()));
        for at in 0..3 {
            let kind = (n + at) % 3;
            let secret = [&never, &used, &old][kind];
            let (opened, seconds) = timed(accept(&r.store, secret, &answer, None)).await;
            assert!(matches!(opened, Err(Error::NotFound)), "{opened:?}");
            took[kind].push(seconds);
        }
    }
    let hash = timed(guess(&r, "admin@example.org", "192.0.2.1")).await.1;
    let [never, used, old] = took.map(median);
    println!(
        "never was {:.2} ms, used {:.2} ms, old {:.2} ms; a hash {:.1} ms",
        never * 1e3,
        used * 1e3,
        old * 1e3,
        hash * 1e3
    );
    for other in [used, old] {
        assert!((never - other).abs() < hash / 20.0, "{never} {other} {hash}");
    }
}
