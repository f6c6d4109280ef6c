//! A program that is killed while it submits or votes (checklist T36): after the restart the move is there whole, with its
//! audit event, or not at all, and the same form brings it about once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::env::SystemEnv;
use domain::actor::Actor;
use sqlx::postgres::PgConnectOptions;
use store::Store;

use crate::browser::{encode, typed};
use crate::scene::PASSWORD;
use crate::world::{Client, World, server};

/// The real program on this database; killed when the test lets go of it.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(db: &PgConnectOptions, folder: &Path) -> Self {
        use sqlx::ConnectOptions as _;
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(folder);
        command.env("DATABASE_URL", db.to_url_lossy().to_string()).env_remove("MIGRATION_DATABASE_URL");
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let program = Self { child, address };
        let begun = Instant::now();
        while program.send("GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", None) != Some(200) {
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
