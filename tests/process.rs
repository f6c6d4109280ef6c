//! The program as processes: wrong settings, starts, signals, kills (checklist T37, T41).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

#[path = "common/program.rs"]
mod program;

use std::path::Path;
use std::time::{Duration, Instant};

use program::{Folder, LONG, Program, countersign, postmaster, signal};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

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
    let mut program = Program::spawn(&folder.0, |command| command);
    assert_eq!(program.status("/healthz"), Some(200));
    program.ready();
    let said = program.said();
    assert!(
        said.find("listening") < said.find("making a private Postgres"),
        "alive before the cluster is made: {said}"
    );

    let second = countersign().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&folder.0).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(1), "{said}");
    // The log may have a last word after it: that it stops listening.
    assert!(said.contains("in use by another countersign"), "{said}");
    let beside = countersign().args(["migrate", "--data"]).arg(&folder.0).output().unwrap();
    assert!(beside.status.success(), "a command works beside the server");

    let orphan = postmaster(&folder.0).unwrap();
    program.kill();
    assert_eq!(postmaster(&folder.0).as_ref(), Some(&orphan), "Postgres was left behind");
    let mut program = Program::private(&folder.0, &[]);
    assert_ne!(postmaster(&folder.0), Some(orphan));

    program.signal("TERM");
    assert_eq!(program.end(), Some(0), "{}", program.said());
    assert_eq!(postmaster(&folder.0), None, "Postgres ends with the program");
}

#[test]
fn a_killed_postgres_is_at_most_a_503_and_comes_back_by_itself() {
    let folder = Folder::new("recover");
    let mut program = Program::private(&folder.0, &[]);
    let killed = postmaster(&folder.0).unwrap();
    signal("KILL", std::slice::from_ref(&killed));
    let begun = Instant::now();
    // A quick recovery may be over before anybody is told 503: what counts is another Postgres that answers.
    let mut back = false;
    while !back {
        let status = program.status("/readyz");
        assert!(matches!(status, Some(200 | 503)), "{status:?}");
        back = status == Some(200) && postmaster(&folder.0).is_some_and(|now| now != killed);
        assert!(begun.elapsed() < LONG, "no other Postgres answers: {}", program.said());
        std::thread::sleep(Duration::from_millis(20));
    }
    // Five seconds on a quiet machine (checklist T37); most of it is the disk's.
    println!("back after {:?}", begun.elapsed());
    program.signal("TERM");
    program.end();
    assert!(!program.said().contains("panicked"));
}

#[sqlx::test(migrations = false)]
async fn t41_three_programs_on_one_empty_database_all_come_up(_: PgPoolOptions, db: PgConnectOptions) {
    let url = db.to_url_lossy().to_string();
    let folder = Folder::new("three");
    let start = || Program::spawn(&folder.0, |command| command.env("DATABASE_URL", &url));
    let programs = [start(), start(), start()];
    for program in &programs {
        program.ready();
    }
    let mut connection = db.connect().await.unwrap();
    let rows: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations").fetch_one(&mut connection).await.unwrap();
    assert_eq!(rows, store::MIGRATOR.iter().count() as i64);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t41_a_schema_of_a_newer_program_is_refused(_: PgPoolOptions, db: PgConnectOptions) {
    let mut connection = db.connect().await.unwrap();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (999999, 'from tomorrow', true, '', 0)";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    let folder = Folder::new("newer");
    let mut program = Program::spawn(&folder.0, |command| command.env("DATABASE_URL", db.to_url_lossy().to_string()));
    assert_eq!(program.end(), Some(1), "{}", program.said());
    let said = program.said();
    assert!(said.lines().last().unwrap().contains("999999"), "{said}");
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
