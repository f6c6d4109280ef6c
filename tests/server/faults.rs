//! A Postgres that goes away or stands still under load, a disk that is full (checklist T37, T38): an answer that says so,
//! nothing half-done, and all is well again by itself.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use countersign::env::SystemEnv;
use sqlx::{Connection as _, PgPool};
use store::Store;

use crate::program::{self, Answer, Folder, Program, ask, get, postmaster, signal, try_signal, until};
use crate::scene::Scene;
use crate::way::{Guest, Way};
use crate::world::{Client, World, server};

/// Asks for a page until told to stop; every answer, and when.
fn load(
    program: &Program,
    page: &[u8],
    stop: &Arc<AtomicBool>,
) -> std::thread::JoinHandle<Vec<(Instant, Option<Answer>)>> {
    let (address, page, stop) = (program.address, page.to_vec(), stop.clone());
    std::thread::spawn(move || {
        let mut answers = Vec::new();
        while !stop.load(Ordering::SeqCst) {
            let answer = ask(address, &page);
            answers.push((Instant::now(), answer));
        }
        answers
    })
}

/// Somebody who is let in on a program's own Postgres.
async fn signed_in(program: &Folder, way: Way) -> (PgPool, Guest) {
    let pool = PgPool::connect_with(program::private_database(&program.0)).await.unwrap();
    let owner = Scene::new(&pool, domain::triage::Tier::High, false).await.owner;
    let store = Store::connect(
        pool.connect_options().as_ref().clone(),
        2,
        Arc::new(SystemEnv),
        Arc::new(object_store::memory::InMemory::new()),
    );
    let client = Client::new(server(&store, Arc::new(SystemEnv)));
    let guest = way.guest(&store, &client, &owner).await;
    store.pool().close().await;
    (pool, guest)
}

#[test]
fn t37_a_postgres_that_goes_away_under_load_is_a_503_and_nothing_worse() {
    // A page behind a session: one statement, then the way to the sign-in page.
    gone(Folder::new("away"), &get("/work", Some("session=AAAAAAAAAAAAAAAAAAAAAA")), 303);
}

#[test]
fn t37_a_postgres_that_goes_away_under_the_api_is_a_503_and_nothing_worse() {
    // A token that nobody has: one statement, then 401.
    let token = domain::token::secret(&[7; 32]);
    let call = format!(
        "GET /api/v1/systems HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    gone(Folder::new("away-api"), call.as_bytes(), 401);
}

fn gone(folder: Folder, page: &[u8], served: u16) {
    let mut program = Program::private(&folder.0, &[]);
    let stop = Arc::new(AtomicBool::new(false));
    let loads: Vec<_> = (0..8).map(|_| load(&program, page, &stop)).collect();
    std::thread::sleep(Duration::from_millis(500));
    let killed = postmaster(&folder.0).unwrap();
    signal("KILL", std::slice::from_ref(&killed));
    let begun = Instant::now();
    until("another Postgres answers", || {
        postmaster(&folder.0).is_some_and(|now| now != killed) && program.status("/readyz") == Some(200)
    });
    let back = Instant::now();
    std::thread::sleep(Duration::from_secs(2));
    let settled = Instant::now();
    std::thread::sleep(Duration::from_millis(500));
    stop.store(true, Ordering::SeqCst);
    let answers: Vec<_> = loads.into_iter().flat_map(|load| load.join().unwrap()).collect();
    let mut away = 0;
    for (at, answer) in &answers {
        let answer = answer.as_ref().expect("a connection broke");
        assert!(answer.whole, "{answer:?}");
        match answer.status {
            status if status == served => {}
            503 => {
                assert!(answer.header("retry-after").is_some(), "{}", answer.head);
                assert!(*at < settled, "away {:?} after another Postgres answered", *at - back);
                away += 1;
            }
            other => panic!("{other}"),
        }
    }
    println!("{} answers, {away} of them 503; another Postgres after {:?}", answers.len(), back - begun);
    // A Postgres that is back soon enough keeps nobody waiting for more than a moment: then there is no 503 at all.
    assert!(
        answers.iter().any(|(at, answer)| *at > back && answer.as_ref().is_some_and(|answer| answer.status == served))
    );
    assert_eq!(program.status("/readyz"), Some(200));
    assert!(!program.has_ended(), "the same process");
}

/// Processes that stand still until the test lets go of them.
struct Frozen(Vec<String>);

impl Frozen {
    fn new(pids: Vec<String>) -> Self {
        signal("STOP", &pids);
        Self(pids)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        try_signal("CONT", &self.0);
    }
}

#[tokio::test]
async fn t37_a_postgres_that_stands_still_is_a_503_and_all_goes_on_when_it_does() {
    stands_still(Folder::new("frozen"), Way::Pages).await;
}

#[tokio::test]
async fn t37_a_postgres_that_stands_still_is_a_503_of_the_api_too() {
    stands_still(Folder::new("frozen-api"), Way::Api).await;
}

async fn stands_still(folder: Folder, way: Way) {
    const CONNECTIONS: usize = 4;
    let program = Program::private(&folder.0, &["--pool-size", "4"]);
    let (pool, guest) = signed_in(&folder, way).await;
    let (address, page) = (program.address, guest.list("systems"));
    assert_eq!(ask(address, &page).unwrap().status, 200);

    // Two requests are waiting for a row of theirs when everything stands still.
    let mut lock = pool.acquire().await.unwrap().detach();
    sqlx::raw_sql("begin; lock table system in access exclusive mode").execute(&mut lock).await.unwrap();
    let under_way: Vec<_> = (0..2)
        .map(|_| {
            let page = page.clone();
            std::thread::spawn(move || ask(address, &page))
        })
        .collect();
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&pool).await.unwrap() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let frozen = Frozen::new(program.postgres());
    let begun = Instant::now();
    let new: Vec<_> = (0..8)
        .map(|_| {
            let page = page.clone();
            std::thread::spawn(move || ask(address, &page))
        })
        .collect();
    assert_eq!(program.status("/healthz"), Some(200));
    assert_eq!(program.status("/readyz"), Some(503));
    for (name, asked) in [("new", new), ("under way", under_way)] {
        for asked in asked {
            let answer = asked.join().unwrap().expect("an answer");
            assert_eq!(answer.status, 503, "{name}");
            assert!(answer.header("retry-after").is_some() && answer.whole, "{}", answer.head);
        }
        println!("{name}: answered {:?} after Postgres stood still", begun.elapsed());
    }
    // Postgres' own limit for a statement, which it can't keep, and the program's for a page are 30 and 45 seconds.
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());

    drop(frozen);
    sqlx::raw_sql("rollback").execute(&mut lock).await.unwrap();
    lock.close().await.unwrap();
    println!("ready again {:?} after it went on", program.ready());
    // Every place of the pool is there again: as many at once as it has, again and again.
    for _ in 0..5 {
        let all: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let page = page.clone();
                std::thread::spawn(move || ask(address, &page))
            })
            .collect();
        for one in all {
            assert_eq!(one.join().unwrap().unwrap().status, 200);
        }
    }
}

/// A small disk; unmounted when the test lets go of it.
struct Disk(PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t38_a_full_disk_refuses_the_file_and_nothing_else(pool: PgPool) {
    full(pool, Folder::new("full"), Way::Pages).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t38_a_full_disk_refuses_the_file_of_a_pipeline_and_nothing_else(pool: PgPool) {
    full(pool, Folder::new("full-api"), Way::Api).await;
}

async fn full(pool: PgPool, folder: Folder, way: Way) {
    let db = pool.connect_options().as_ref().clone();
    store::migrate(&db).await.unwrap();
    let world = World::new(&pool).await;
    let evidence = folder.0.join("evidence");
    std::fs::create_dir_all(&evidence).unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&evidence).output();
    if !mount.is_ok_and(|mount| mount.status.success()) {
        println!("skipped: this machine does not let the test mount a small disk");
        return;
    }
    let _disk = Disk(evidence);
    let store = Store::connect(db.clone(), 2, Arc::new(SystemEnv), Arc::new(object_store::memory::InMemory::new()));
    let client = Client::new(server(&store, Arc::new(SystemEnv)));
    let guest = way.guest(&store, &client, &world.scene.owner).await;
    let add = |size: usize| guest.evidence(world.draft, &store, size);
    let rows = async || world.scene.reg.count("select count(*) from evidence").await;
    let program = Program::on(&db, &folder.0, &[]);
    // Its first start notes the key that it signs with.
    let before = (rows().await, world.events().await);
    assert_eq!(program.ask(&add(6_000_000)).expect("an answer").status, 507, "there is no room");
    assert_eq!((rows().await, world.events().await), before);
    assert_eq!(program.status("/readyz"), Some(200));
    let answer = program.ask(&add(200_000)).expect("an answer");
    assert!(answer.done(), "what was half written made room again: {}", answer.head);
    assert_eq!(rows().await, before.0 + 1);
}
