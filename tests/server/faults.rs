//! A program that is killed while it submits or votes (checklist T36): after the restart the move is there whole, with its
//! audit event, or not at all, and the same form brings it about once. A Postgres that goes away under load, a disk that is
//! full (T37, T38): an answer that says so, nothing half-done, and all is well again by itself.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use countersign::env::SystemEnv;
use domain::actor::Actor;
use sqlx::postgres::PgConnectOptions;
use store::Store;

use crate::browser::{encode, typed};
use crate::scene::PASSWORD;
use crate::world::{Client, World, server};

const READY: &str = "GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// The real program on this database; killed when the test lets go of it.
struct Program {
    child: Child,
    address: SocketAddr,
    /// One program at a time: a free port is nobody's until it is listened on.
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl Program {
    fn start(db: &PgConnectOptions, folder: &Path) -> Self {
        use sqlx::ConnectOptions as _;
        Self::spawn(folder, |command| command.env("DATABASE_URL", db.to_url_lossy().to_string()))
    }

    fn spawn(folder: &Path, configure: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(folder);
        command.env_remove("DATABASE_URL").env_remove("MIGRATION_DATABASE_URL");
        let child =
            configure(&mut command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let program = Self { child, address, _turn: turn };
        let begun = Instant::now();
        while program.send(READY, None) != Some(200) {
            assert!(begun.elapsed() < Duration::from_secs(60), "not ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        program
    }

    /// Sends a request and reads its status, or kills the program so much later.
    fn send(&self, request: &str, kill: Option<Duration>) -> Option<u16> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).ok()?;
        if let Some(after) = kill {
            std::thread::sleep(after);
            let pid = self.child.id().to_string();
            assert!(Command::new("kill").args(["-s", "KILL", &pid]).status().unwrap().success());
        }
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).ok()?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

/// Status and head of an answer; none where the connection broke.
fn ask(address: SocketAddr, request: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request).ok()?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text).to_lowercase();
    let head = text.split("\r\n\r\n").next()?.to_owned();
    Some((head.split_whitespace().nth(1)?.parse().ok()?, head))
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What is sent, and what counts the rows and the audit events that it makes.
struct Move {
    request: String,
    rows: &'static str,
    events: &'static str,
    before: i64,
}

async fn request(client: &Client, who: &Actor, path: &str, body: &str) -> String {
    let cookie = client.cookie(who).await;
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\nconnection: close\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_killed_program_leaves_no_half_vote_and_no_half_submission(pool: sqlx::PgPool) {
    let db = pool.connect_options().as_ref().clone();
    store::migrate(&db).await.unwrap();
    let world = World::new(&pool).await;
    let folder = Folder(std::env::temp_dir().join(format!("countersign-kill-{}", db.get_database().unwrap())));
    std::fs::create_dir_all(&folder.0).unwrap();
    // Sessions of the real clock, which the program has.
    let files = Arc::new(object_store::memory::InMemory::new());
    let store = Store::connect(db.clone(), 2, Arc::new(SystemEnv), files);
    let client = Client::new(server(&store, Arc::new(SystemEnv)));

    let member = &world.scene.members[0];
    let vote = format!("/reviews/{}/vote", world.review);
    let ballot = [("choice", "approve"), ("reason", "As the dossier says"), ("password", PASSWORD)];
    let ballot = world.filled(member, &vote, &vote, &ballot).await;
    let submit = format!("/systems/{}/submit", world.draft);
    let declared = typed(world.filled(&world.scene.owner, &submit, &submit, &[]).await, &[("declared", "yes")]);
    let moves = [
        Move {
            request: request(&client, member, &vote, &encode(&ballot)).await,
            rows: "select count(*) from vote",
            events: "select count(*) from audit_event where action = 'review.vote'",
            before: world.scene.reg.count("select count(*) from vote").await,
        },
        Move {
            request: request(&client, &world.scene.owner, &submit, &encode(&declared)).await,
            rows: "select count(*) from dossier",
            events: "select count(*) from audit_event where action = 'review.submit'",
            before: world.scene.reg.count("select count(*) from dossier").await,
        },
    ];
    let count = |sql| world.scene.reg.count(sql);
    for one in &moves {
        for milliseconds in [0, 5, 20, 60, 120] {
            let program = Program::start(&db, &folder.0);
            let told = program.send(&one.request, Some(Duration::from_millis(milliseconds)));
            drop(program);
            let made = count(one.rows).await - one.before;
            assert!((0..=1).contains(&made), "{made} after {milliseconds} ms");
            assert_eq!(count(one.events).await, count(one.rows).await, "half done after {milliseconds} ms");
            assert!(made == 1 || told != Some(303), "acknowledged and lost after {milliseconds} ms");
        }
        let program = Program::start(&db, &folder.0);
        assert_eq!(program.send(&one.request, None), Some(303), "the same form, sent again");
        assert_eq!(count(one.rows).await - one.before, 1);
        assert_eq!(count(one.events).await, count(one.rows).await);
    }
    assert!(store::audit::verify(&store, vec![]).await.unwrap().intact);
}

#[test]
fn a_postgres_that_goes_away_under_load_is_a_503_and_nothing_worse() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder(std::env::temp_dir().join(format!("countersign-load-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut program = Program::spawn(&folder.0, |command| command);
    let address = program.address;
    // A page behind a session: one statement, then the way to the sign-in page.
    let page =
        "GET /work HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: session=AAAAAAAAAAAAAAAAAAAAAA\r\n\r\n";
    let begun = Instant::now();
    let load: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(move || {
                let mut answers = Vec::new();
                while begun.elapsed() < Duration::from_secs(12) {
                    answers.push((begun.elapsed(), ask(address, page.as_bytes())));
                }
                answers
            })
        })
        .collect();
    std::thread::sleep(Duration::from_secs(1));
    let pid = std::fs::read_to_string(folder.0.join("postgres/data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().trim().to_owned();
    assert!(Command::new("kill").args(["-s", "KILL", &pid]).status().unwrap().success());
    let answers: Vec<_> = load.into_iter().flat_map(|load| load.join().unwrap()).collect();
    let (mut away, mut last) = (0, Duration::ZERO);
    for (at, answer) in &answers {
        let (status, head) = answer.as_ref().expect("a connection broke");
        match status {
            303 => {}
            503 => {
                assert!(head.contains("retry-after:"), "{head}");
                (away, last) = (away + 1, last.max(*at));
            }
            other => panic!("{other} at {at:?}"),
        }
    }
    assert!(away > 0 && last < Duration::from_secs(11), "{away} times away, the last time at {last:?}");
    assert_eq!(program.send(READY, None), Some(200));
    assert!(program.child.try_wait().unwrap().is_none(), "the same process");
}

/// A small disk; unmounted when the test lets go of it.
struct Disk(PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_full_disk_refuses_the_file_and_nothing_else(pool: sqlx::PgPool) {
    let db = pool.connect_options().as_ref().clone();
    store::migrate(&db).await.unwrap();
    let world = World::new(&pool).await;
    let folder = Folder(std::env::temp_dir().join(format!("countersign-full-{}", db.get_database().unwrap())));
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
    let cookie = client.cookie(&world.scene.owner).await;
    let upload = |size: usize| {
        let field = |name: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let once = store.new_id().to_string();
        let mut body = [field("once", &once), field("kind", "test"), field("speaks_of", "2026-03-01")].concat();
        body += "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
        body += &format!("{}\r\n--b--\r\n", "x".repeat(size));
        format!(
            "POST /systems/{}/evidence/new HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\
             cookie: {cookie}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n{body}",
            world.draft,
            body.len()
        )
    };
    let rows = async || world.scene.reg.count("select count(*) from evidence").await;
    let before = (rows().await, world.events().await);
    let program = Program::start(&db, &folder.0);
    let (status, _) = ask(program.address, upload(6_000_000).as_bytes()).expect("an answer");
    assert_eq!(status, 507, "there is no room");
    assert_eq!((rows().await, world.events().await), before);
    assert_eq!(program.send(READY, None), Some(200));
    let (status, _) = ask(program.address, upload(200_000).as_bytes()).expect("an answer");
    assert_eq!(status, 303, "what was half written made room again");
    assert_eq!(rows().await, before.0 + 1);
}
