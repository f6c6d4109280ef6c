//! The program as processes: wrong settings, starts, signals, kills (checklist T36, T37, T40, T41).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn countersign() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env_remove("DATABASE_URL").env_remove("MIGRATION_DATABASE_URL").stdin(Stdio::null());
    command
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("countersign-process-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server; killed when the test lets go of it.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn spawn(configure: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = countersign();
        command.args(["serve", "--listen", &address.to_string()]).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = configure(&mut command).spawn().unwrap();
        Self { child, address }
    }

    fn on_folder(folder: &Path) -> Self {
        Self::spawn(|command| command.arg("--data").arg(folder))
    }

    fn get(&self, path: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").ok()?;
        status(&mut BufReader::new(stream))
    }

    fn wait_for(&mut self, path: &str, expected: u16, limit: Duration) -> Duration {
        let begun = Instant::now();
        while self.get(path) != Some(expected) {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("ended with {status}: {}", self.said());
            }
            assert!(begun.elapsed() < limit, "{path} is not {expected} after {limit:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }

    fn ready(&mut self) -> Duration {
        self.wait_for("/readyz", 200, Duration::from_secs(60))
    }

    fn signal(&self, name: &str) {
        signal(name, &self.child.id().to_string());
    }

    /// Exit code and how long it took.
    fn end(&mut self, limit: Duration) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), begun.elapsed());
            }
            assert!(begun.elapsed() < limit, "still running after {limit:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn said(&mut self) -> String {
        let mut text = String::new();
        let _ = self.child.stderr.take().unwrap().read_to_string(&mut text);
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn status(reader: &mut impl std::io::BufRead) -> Option<u16> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn signal(name: &str, pid: &str) {
    assert!(Command::new("kill").args(["-s", name, pid]).status().unwrap().success());
}

fn postmaster(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("postgres/data/postmaster.pid")).ok()?;
    text.lines().next().map(|line| line.trim().to_owned())
}

#[test]
fn a_wrong_setting_is_one_line_and_nothing_starts() {
    let folder = Folder::new("wrong");
    for (flag, value, variable) in [
        ("--listen", "nowhere", "COUNTERSIGN_LISTEN"),
        ("--session-idle", "soon", "COUNTERSIGN_SESSION_IDLE"),
        ("--database-url", "sqlite://x", "DATABASE_URL"),
    ] {
        for by_flag in [true, false] {
            let mut command = countersign();
            command.arg("serve").env("COUNTERSIGN_DATA", &folder.0);
            if by_flag {
                command.args([flag, value])
            } else {
                command.env(variable, value)
            };
            let output = command.output().unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(said.contains(flag) && said.contains(variable), "{said}");
        }
    }
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0, "nothing was made");
}

#[test]
fn help_names_every_setting_with_its_variable_and_default() {
    let help = String::from_utf8(countersign().args(["serve", "--help"]).output().unwrap().stdout).unwrap();
    let settings: Vec<&str> = help.split("--").skip(1).filter(|part| !part.starts_with(['h', 'v'])).collect();
    for name in ["COUNTERSIGN_LISTEN", "COUNTERSIGN_DATA", "DATABASE_URL", "COUNTERSIGN_EVIDENCE", "COUNTERSIGN_LOG"] {
        assert!(help.contains(&format!("env: {name}")), "{name}: {help}");
    }
    let documented = help.matches("[env: ").count();
    assert_eq!(help.matches("[default").count(), documented, "{documented} settings: {settings:?}");
}

#[test]
fn it_answers_at_once_survives_a_kill_and_ends_in_order() {
    let folder = Folder::new("serve");
    let mut server = Server::on_folder(&folder.0);
    // Alive long before the cluster is made.
    server.wait_for("/healthz", 200, Duration::from_secs(5));
    server.ready();

    let second = countersign().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&folder.0).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains("in use by another countersign") && said.lines().count() == 1, "{said}");
    let beside = countersign().args(["migrate", "--data"]).arg(&folder.0).output().unwrap();
    assert!(beside.status.success(), "a command works beside the server");

    let orphan = postmaster(&folder.0).unwrap();
    server.signal("KILL");
    server.end(Duration::from_secs(5));
    assert_eq!(postmaster(&folder.0).as_ref(), Some(&orphan), "Postgres was left behind");
    let mut server = Server::on_folder(&folder.0);
    server.ready();
    assert_ne!(postmaster(&folder.0), Some(orphan));

    server.signal("TERM");
    let (code, took) = server.end(Duration::from_secs(15));
    assert_eq!(code, Some(0), "{}", server.said());
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(postmaster(&folder.0), None, "Postgres ends with the program");
}

#[test]
fn a_killed_postgres_is_at_most_a_503_and_comes_back_by_itself() {
    let folder = Folder::new("recover");
    let mut server = Server::on_folder(&folder.0);
    server.ready();
    let killed = postmaster(&folder.0).unwrap();
    signal("KILL", &killed);
    let begun = Instant::now();
    // A quick recovery may be over before anybody is told 503: what counts is another Postgres that answers.
    let mut back = false;
    while !back && begun.elapsed() < Duration::from_secs(20) {
        let status = server.get("/readyz");
        assert!(matches!(status, Some(200 | 503)), "{status:?}");
        back = status == Some(200) && postmaster(&folder.0).is_some_and(|now| now != killed);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(back, "another Postgres answers");
    // Five seconds on a quiet machine (checklist T37); most of it is the disk's.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    server.signal("TERM");
    server.end(Duration::from_secs(15));
    assert!(!server.said().contains("panicked"));
}

#[sqlx::test(migrations = false)]
async fn three_programs_on_one_empty_database_all_come_up(_: PgPoolOptions, db: PgConnectOptions) {
    let url = db.to_url_lossy().to_string();
    let folder = Folder::new("three");
    let start = || Server::spawn(|command| command.env("DATABASE_URL", &url).arg("--data").arg(&folder.0));
    let mut servers = [start(), start(), start()];
    for server in &mut servers {
        server.ready();
    }
    let mut connection = db.connect().await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations").fetch_one(&mut connection).await.unwrap();
    assert_eq!(rows, store::MIGRATOR.iter().count() as i64);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_schema_of_a_newer_program_is_refused(_: PgPoolOptions, db: PgConnectOptions) {
    let mut connection = db.connect().await.unwrap();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (999999, 'from tomorrow', true, '', 0)";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    let folder = Folder::new("newer");
    let mut server = Server::spawn(|command| {
        command.env("DATABASE_URL", db.to_url_lossy().to_string()).arg("--data").arg(&folder.0)
    });
    let (code, _) = server.end(Duration::from_secs(20));
    let said = server.said();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.lines().last().unwrap().contains("999999"), "{said}");
}

#[sqlx::test(migrations = false)]
async fn a_request_under_way_is_finished_before_the_end(_: PgPoolOptions, db: PgConnectOptions) {
    let folder = Folder::new("drain");
    let mut server = Server::spawn(|command| {
        command.env("DATABASE_URL", db.to_url_lossy().to_string()).arg("--data").arg(&folder.0)
    });
    server.ready();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = "POST /theme HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 17\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(300));
    assert!(TcpStream::connect(server.address).is_err(), "nobody new is let in");
    stream.write_all(b"theme=dark&next=/").unwrap();
    let mut reader = BufReader::new(stream);
    assert_eq!(status(&mut reader), Some(303));
    let mut line = String::new();
    while reader.read_line(&mut line).unwrap_or(0) > 0 {}
    assert!(line.contains("theme=dark"), "{line}");
    let (code, took) = server.end(Duration::from_secs(12));
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// A command on a database: exit code, stdout, stderr.
fn on(db: &PgConnectOptions, folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = countersign();
    command.args(args).env("DATABASE_URL", db.to_url_lossy().to_string()).env("COUNTERSIGN_DATA", folder);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[sqlx::test(migrations = false)]
async fn people_are_managed_at_the_command_line_and_it_is_audited(_: PgPoolOptions, db: PgConnectOptions) {
    let folder = Folder::new("users");
    let run = |args: &[&str]| on(&db, &folder.0, args);
    let (code, _, said) = run(&["user", "list"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("countersign migrate"), "{said}");
    assert_eq!(run(&["migrate"]).0, Some(0));

    for (email, roles) in [("ada@example.org", "admin"), ("maya@example.org", "owner,committee")] {
        let (code, link, said) =
            run(&["user", "invite", email, "--roles", roles, "--public-url", "https://risk.example.org"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(link.starts_with("https://risk.example.org/invite/") && link.trim().len() > 60, "{link}");
    }
    assert_eq!(run(&["user", "roles", "maya@example.org", "auditor"]).0, Some(0));
    let mixed = run(&["user", "roles", "maya@example.org", "auditor,chair"]);
    assert_eq!(mixed.0, Some(1), "who reads everything changes nothing: {}", mixed.2);
    assert_eq!(run(&["user", "deactivate", "maya@example.org"]).0, Some(0));
    let (_, list, _) = run(&["user", "list"]);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines, ["ada@example.org\tada\tadmin\tinvited", "maya@example.org\tmaya\tauditor\tdeactivated"]);
    let (code, _, said) = run(&["user", "deactivate", "nobody@example.org"]);
    assert_eq!((code, said.as_str()), (Some(1), "countersign: nobody has the address nobody@example.org\n"));

    let (code, said, _) = run(&["audit", "verify"]);
    assert_eq!(code, Some(0));
    assert!(said.starts_with("Intact: 4 events"), "{said}");
}

#[sqlx::test(migrations = false)]
async fn a_broken_chain_fails_the_command_and_names_the_event(_: PgPoolOptions, db: PgConnectOptions) {
    let folder = Folder::new("chain");
    let run = |args: &[&str]| on(&db, &folder.0, args);
    assert_eq!(run(&["migrate"]).0, Some(0));
    for email in ["a@example.org", "b@example.org", "c@example.org"] {
        assert_eq!(run(&["user", "invite", email]).0, Some(0));
    }
    let head = folder.0.join("head.json");
    std::fs::write(&head, run(&["audit", "head"]).1).unwrap();
    let compared = ["audit", "verify", "--format", "json", "--head", head.to_str().unwrap()];
    assert_eq!(run(&compared).0, Some(0));

    let mut connection = db.connect().await.unwrap();
    let tamper = "set session_replication_role = replica;
                  delete from audit_event where seq = 3; update audit_head set seq = 2, hash = (select hash from audit_event where seq = 2)";
    sqlx::raw_sql(tamper).execute(&mut connection).await.unwrap();
    assert_eq!(run(&["audit", "verify"]).0, Some(0), "a cut tail does not show by itself");
    let (code, said, _) = run(&compared);
    assert_eq!(code, Some(1), "but against an earlier head: {said}");

    let tamper = "update audit_event set body = replace(body::text, 'b@example.org', 'x@example.org') where seq = 2";
    sqlx::raw_sql(tamper).execute(&mut connection).await.unwrap();
    let (code, said, _) = run(&["audit", "verify"]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("BROKEN at event 2"), "{said}");
}
