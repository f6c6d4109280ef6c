//! More than it can do at once, and an end in the middle of it (checklist T7, T39, T40): whoever is turned away is told so
//! and when to come back, everybody else is served, and nobody waits for somebody slow.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use countersign::env::SystemEnv;
use domain::actor::Role;
use sqlx::{Connection as _, PgConnection, PgPool};
use store::Store;
use store::people::{invite::Newcomer, operator};
use store::tx::Who;

use crate::browser::encode;
use crate::program::{self, Answer, Folder, Program, ask, connect, get, until};
use crate::way::{Guest, Way};
use crate::world::{Client, World, server};

/// The register, and cookies that hold for the program's clock.
struct Site {
    world: World,
    client: Client,
    store: Store,
}

impl Site {
    async fn new(pool: &PgPool) -> Self {
        store::migrate(&pool.connect_options()).await.unwrap();
        let world = World::new(pool).await;
        let files = Arc::new(object_store::memory::InMemory::new());
        let store = Store::connect(pool.connect_options().as_ref().clone(), 2, Arc::new(SystemEnv), files);
        let client = Client::new(server(&store, Arc::new(SystemEnv)));
        Self { world, client, store }
    }

    /// The owner.
    async fn guest(&self, way: Way) -> Guest {
        way.guest(&self.store, &self.client, &self.world.scene.owner).await
    }

    /// A registration under this name.
    fn registration(&self, guest: &Guest, name: &str) -> Vec<u8> {
        guest.registration(&self.world, &self.store, name)
    }

    /// A file for the draft.
    fn evidence(&self, guest: &Guest, size: usize) -> Vec<u8> {
        guest.evidence(self.world.draft, &self.store, size)
    }
}

fn asked(address: SocketAddr, request: Vec<u8>) -> JoinHandle<(Option<Answer>, Duration)> {
    std::thread::spawn(move || {
        let begun = Instant::now();
        (ask(address, &request), begun.elapsed())
    })
}

/// Most memory that the program ever held, in KiB; none where the system does not tell.
fn memory(program: &Program) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.pid())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t07_two_hundred_at_the_door_cost_two_hashes_of_memory_and_no_answer_elsewhere(pool: PgPool) {
    const CROWD: usize = 200;
    /// Two hashes are 38 MiB; two hundred would be 3.8 GiB.
    const MORE: u64 = 64 * 1024;
    let site = Site::new(&pool).await;
    for n in 0..10 {
        let new =
            Newcomer { email: format!("crowd{n}@example.org"), name: format!("Crowd {n}"), roles: vec![Role::Owner] };
        operator::add(&site.store, Who::Program("test"), &new, "walnut ferry oblique").await.unwrap();
    }
    let folder = Folder::new("crowd");
    let program = Program::on(&pool.connect_options(), &folder.0, &["--trusted-proxies", "127.0.0.1"]);
    let address = program.address;
    // Everybody from an address of their own: it is the crowd that is turned away, not somebody who guesses.
    let sign_in = |n: usize| {
        let (key, password) =
            if n.is_multiple_of(2) { ("crowd", "walnut ferry oblique") } else { ("nobody", "not the password") };
        let form =
            [("email", format!("{key}{}@example.org", n % 10)), ("password", password.into()), ("next", String::new())];
        let form: Vec<_> = form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        program::post("/sign-in", &format!("x-forwarded-for: 198.51.{}.{}\r\n", n / 200, n % 200), &encode(&form))
    };
    // What two at once take is taken before.
    for one in (1_000..1_004).map(|n| asked(address, sign_in(n))).collect::<Vec<_>>() {
        one.join().unwrap().0.unwrap();
    }
    let before = memory(&program);
    let over = Arc::new(AtomicBool::new(false));
    let health = std::thread::spawn({
        let over = over.clone();
        move || {
            let mut took = Vec::new();
            while !over.load(Ordering::SeqCst) {
                let begun = Instant::now();
                assert_eq!(ask(address, &get("/healthz", None)).expect("a sign of life").status, 200);
                took.push(begun.elapsed());
            }
            took
        }
    });
    let begun = Instant::now();
    let crowd: Vec<_> = (0..CROWD).map(|n| asked(address, sign_in(n))).collect();
    let mut statuses = std::collections::BTreeMap::new();
    for (n, one) in crowd.into_iter().enumerate() {
        let answer = one.join().unwrap().0.expect("an answer");
        let expected = if n.is_multiple_of(2) { 303 } else { 422 };
        let turned_away = matches!(answer.status, 429 | 503);
        assert!(answer.status == expected || turned_away, "{n}: {}", answer.head);
        assert!(!turned_away || answer.header("retry-after").is_some(), "{}", answer.head);
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    let lasted = begun.elapsed();
    over.store(true, Ordering::SeqCst);
    let health = health.join().unwrap();
    let after = memory(&program);
    println!(
        "{statuses:?} in {lasted:?}; {} times alive, the slowest {:?}; memory {before:?} → {after:?} KiB",
        health.len(),
        health.iter().max()
    );
    assert!(statuses.contains_key(&303) && statuses.contains_key(&422) && statuses.contains_key(&503), "{statuses:?}");
    assert!(health.len() >= 10, "alive {} times in {lasted:?}", health.len());
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after - before < MORE, "{before} → {after} KiB");
    }
    assert_eq!(program.ask(&sign_in(2_000)).unwrap().status, 303, "and afterwards everybody comes in");
}

/// A transaction that holds a table until it is let go.
async fn hold(pool: &PgPool, table: &'static str) -> PgConnection {
    let mut held = pool.acquire().await.unwrap().detach();
    let lock = match table {
        "session" => "begin; lock table session in access exclusive mode",
        "api_token" => "begin; lock table api_token in access exclusive mode",
        _ => "begin; lock table evidence in access exclusive mode",
    };
    sqlx::raw_sql(lock).execute(&mut held).await.unwrap();
    held
}

/// Waits until so many requests wait for it. Not by its own connection: a transaction goes on seeing what it saw.
async fn waiting(pool: &PgPool, many: i64) {
    let sql = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    let begun = Instant::now();
    while sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.unwrap() < many {
        assert!(begun.elapsed() < program::LONG, "{many} requests do not wait");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t39_when_every_connection_is_taken_the_others_are_told_to_come_back(pool: PgPool) {
    exhausted(pool, Way::Pages).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t39_when_every_connection_is_taken_pipelines_are_told_to_come_back(pool: PgPool) {
    exhausted(pool, Way::Api).await;
}

async fn exhausted(pool: PgPool, way: Way) {
    let site = Site::new(&pool).await;
    let page = site.guest(way).await.read("/work", "/api/v1/systems");
    let folder = Folder::new(&format!("exhausted-{way:?}"));
    let program = Program::on(&pool.connect_options(), &folder.0, &["--pool-size", "2"]);
    let address = program.address;
    assert_eq!(program.ask(&page).unwrap().status, 200);

    let mut held = hold(&pool, way.table()).await;
    let all: Vec<_> = (0..12).map(|_| asked(address, page.clone())).collect();
    waiting(&pool, 2).await;
    // Two wait in Postgres, and go on waiting: all others are answered meanwhile.
    until("ten are answered", || all.iter().filter(|one| one.is_finished()).count() >= 10);
    assert_eq!(program.status("/healthz"), Some(200));
    assert_eq!(program.status("/readyz"), Some(503));
    assert!(store::ACQUIRE_TIMEOUT < Duration::from_secs(2));
    waiting(&pool, 2).await;
    sqlx::raw_sql("rollback").execute(&mut held).await.unwrap();
    held.close().await.unwrap();
    let (mut served, mut slowest) = (0, Duration::ZERO);
    for one in all {
        let (answer, took) = one.join().unwrap();
        let answer = answer.expect("an answer");
        match answer.status {
            200 => served += 1,
            503 => {
                assert!(answer.header("retry-after").is_some(), "{}", answer.head);
                slowest = slowest.max(took);
            }
            other => panic!("{other}"),
        }
    }
    println!("the last of those turned away after {slowest:?}");
    assert_eq!(served, 2);
    assert_eq!(program.ask(&page).unwrap().status, 200);
}

/// A connection that has sent a part.
fn begun(address: SocketAddr, part: &[u8]) -> TcpStream {
    let mut stream = connect(address).unwrap();
    stream.write_all(part).unwrap();
    stream
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t39_a_hundred_slow_clients_keep_nobody_waiting(pool: PgPool) {
    slow(pool, Way::Pages).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t39_a_hundred_slow_pipelines_keep_nobody_waiting(pool: PgPool) {
    slow(pool, Way::Api).await;
}

async fn slow(pool: PgPool, way: Way) {
    const ASKED: usize = 40;
    let site = Site::new(&pool).await;
    let guest = site.guest(way).await;
    let page = guest.list("systems");
    let folder = Folder::new(&format!("slow-{way:?}"));
    // Fewer connections to the database than slow clients of any kind.
    let program = Program::on(&pool.connect_options(), &folder.0, &["--pool-size", "2"]);
    let address = program.address;
    let stored = program.ask(&site.evidence(&guest, 20_000_000)).unwrap();
    assert!(stored.done(), "{}", stored.head);
    let file = guest.file(&stored);
    let timed = || {
        let mut took: Vec<_> = (0..ASKED)
            .map(|_| {
                let begun = Instant::now();
                let status = ask(address, &page).expect("an answer").status;
                assert!(matches!(status, 200 | 503), "{status}");
                // A machine that stands still for a while sends people away: counted as the slowest of all.
                if status == 200 { begun.elapsed() } else { program::LONG }
            })
            .collect();
        took.sort();
        took[ASKED / 2]
    };
    let alone = timed();

    let form = site.registration(&guest, "Slow");
    let file = guest.read(&file, &file);
    let evidence = site.evidence(&guest, 1_000_000);
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..25 {
        slow.push(begun(address, &page[..20]));
        slow.push(begun(address, &form[..form.len() - 1]));
        slow.push(begun(address, &evidence[..evidence.len() / 2]));
        slow.push(begun(address, &file));
    }
    // One byte now and then, as they do: to and fro.
    let over = Arc::new(AtomicBool::new(false));
    let dripping = std::thread::spawn({
        let (over, page, evidence) = (over.clone(), page.clone(), evidence.clone());
        move || {
            let mut at = 0;
            while !over.load(Ordering::SeqCst) {
                for four in slow.chunks_mut(4) {
                    let _ = four[0].write(&page[20 + at % 20..][..1]);
                    let _ = four[2].write(&evidence[evidence.len() / 2 + at..][..1]);
                    let _ = four[3].read(&mut [0]);
                }
                at += 1;
                std::thread::sleep(Duration::from_millis(200));
            }
            slow
        }
    });
    let among = timed();
    println!("alone {alone:?}, among a hundred slow ones {among:?} (median of {ASKED})");
    assert!(alone < program::LONG, "it does not answer at all");
    assert!(among < 20 * alone + Duration::from_millis(100), "{alone:?} → {among:?}");
    over.store(true, Ordering::SeqCst);
    let mut slow = dripping.join().unwrap();
    // Those who send the rest in time are served too.
    let mut late = slow.swap_remove(1);
    late.write_all(&form[form.len() - 1..]).unwrap();
    let answer = program::read(&mut late).expect("an answer");
    assert!(answer.done() || answer.status == 408, "{}", answer.head);
}

/// Sends the head of a request, waits until the program asks for its body, and sends the first half of that.
fn under_way(address: SocketAddr, request: &[u8]) -> (TcpStream, Vec<u8>) {
    let at = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let mut head = request[..at].to_vec();
    head.extend_from_slice(b"\r\nexpect: 100-continue\r\n\r\n");
    let body = &request[at + 4..];
    let mut stream = begun(address, &head);
    let mut reader = BufReader::with_capacity(64, stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.contains(" 100 "), "{line}");
    reader.read_line(&mut line).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    (stream, body[body.len() / 2..].to_vec())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t40_told_to_stop_under_load_it_ends_what_is_under_way_and_nothing_fails(pool: PgPool) {
    stopped(pool, Way::Pages).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t40_told_to_stop_it_ends_what_pipelines_have_under_way(pool: PgPool) {
    stopped(pool, Way::Api).await;
}

async fn stopped(pool: PgPool, way: Way) {
    let site = Site::new(&pool).await;
    let guest = site.guest(way).await;
    let folder = Folder::new(&format!("stop-{way:?}"));
    let mut program = Program::on(&pool.connect_options(), &folder.0, &["--pool-size", "20"]);
    let address = program.address;

    // Under way: forms and uploads that are half sent, pages that wait for Postgres.
    let mut half: Vec<_> =
        (0..15).map(|n| under_way(address, &site.registration(&guest, &format!("Half {n}")))).collect();
    half.extend((0..3).map(|_| under_way(address, &site.evidence(&guest, 3_000_000))));
    let mut held = hold(&pool, "evidence").await;
    let pages: Vec<_> = (0..6).map(|_| asked(address, guest.list("evidence"))).collect();
    waiting(&pool, 6).await;

    // And a crowd that goes on as long as it is let in.
    let crowd: Vec<_> = (0..6)
        .map(|n| {
            let forms: Vec<_> = (0..2_000).map(|m| site.registration(&guest, &format!("Crowd {n} {m}"))).collect();
            std::thread::spawn(move || {
                let mut done = 0;
                for form in forms {
                    let Some(mut stream) = connect(address) else { return done };
                    let sent = stream.write_all(&form);
                    match program::read(&mut stream) {
                        Some(answer) => {
                            assert!(answer.done() && answer.whole, "{}", answer.head);
                            done += 1;
                        }
                        // The system had let it in, the program not yet: see below.
                        None => drop(sent),
                    }
                }
                done
            })
        })
        .collect();
    let rows = async |sql| sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool).await.unwrap();
    let crowded = "select count(*) from system where name like 'Crowd %'";
    while rows(crowded).await < 30 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    program.signal("TERM");
    until("nobody new is let in", || TcpStream::connect(address).is_err());
    assert!(!program.has_ended());
    let begun = Instant::now();
    sqlx::raw_sql("rollback").execute(&mut held).await.unwrap();
    held.close().await.unwrap();
    for (mut stream, rest) in half {
        stream.write_all(&rest).unwrap();
        let answer = program::read(&mut stream).expect("an answer");
        assert!(answer.done() && answer.whole, "{}", answer.head);
    }
    for page in pages {
        let answer = page.join().unwrap().0.expect("an answer");
        assert!(answer.status == 200 && answer.whole, "{}", answer.head);
    }
    let done: i64 = crowd.into_iter().map(|one| one.join().unwrap()).sum();
    assert_eq!(program.end(), Some(0), "{}", program.said());
    println!("{done} of the crowd were served, the end came {:?} after the word", begun.elapsed());
    // Nothing was done without its answer.
    assert_eq!(rows(crowded).await, done);
    assert_eq!(rows("select count(*) from system where name like 'Half %'").await, 15);
    assert!(!program.said().contains("did not finish in time"));
}
