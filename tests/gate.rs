//! `countersign gate` and `countersign statement` as a pipeline runs them, against the real program.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

#[path = "../store/tests/common/mod.rs"]
mod common;
#[path = "common/program.rs"]
mod program;
#[path = "../store/tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests of the store use the rest")]
mod scene;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

// `scene` finds them beside it.
use common::{Register, register};
use countersign::env::SystemEnv;
use domain::ids::SystemRef;
use domain::review::{Choice, Outcome};
use domain::token::{NewToken, Scope};
use domain::triage::Tier;
use program::{Folder, Program, countersign};
use scene::{PASSWORD, Scene};
use serde_json::{Value, json};
use sqlx::PgPool;
use store::Env as _;
use store::measure::criteria;
use store::reviews::decide::{Closing, decide};

/// A register with an approved system and a draft, and the program on it.
struct Pipeline {
    program: Program,
    token: String,
    approved: SystemRef,
    draft: SystemRef,
    folder: Folder,
    scene: Scene,
}

/// How a command ended.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Pipeline {
    async fn new(pool: &PgPool, name: &str) -> Self {
        let scene = Scene::new(pool, Tier::High, false).await;
        // The program has the machine's clock.
        scene.reg.clock.advance(SystemEnv.now() - scene.reg.store.now());
        let store = &scene.reg.store;
        let unit = scene.reg.unit("Claims").await;
        let (owner, contributor) = (&scene.owner, &scene.contributor);
        let (draft, _) = scene::ready(&scene.reg, owner, contributor, unit.0, "Draft", Tier::High, false).await;
        let vocabulary = store::measure::vocabulary::all(store).await.unwrap();
        let accuracy = domain::measure::criterion::Criterion::new(vocabulary.get("accuracy").unwrap(), 0.9);
        criteria::add(store, owner, draft, &accuracy, &[], None).await.unwrap();
        let review = scene.submit().await;
        for member in &scene.members {
            scene.vote(review, member, Choice::Approve).await;
        }
        let dossier = scene.hash(review).await;
        let closing = Closing { dossier, outcome: Outcome::Approved, statement: None, valid_until: None };
        decide(store, &scene.chair, review, &closing, PASSWORD, None).await.unwrap();
        let scopes = vec![Scope::CriteriaRead, Scope::EvidenceWrite];
        let token = NewToken::parse("pipeline", scopes, None).unwrap();
        let token = store::tokens::make(store, owner, &token, PASSWORD).await.unwrap().secret;
        let folder = Folder::new(name);
        let program = Program::on(&pool.connect_options(), &folder.0, &[]);
        Self { program, token, approved: scene.system, draft, folder, scene }
    }

    /// Runs the gate with the token in the environment.
    fn gate(&self, system: SystemRef, args: &[&str]) -> Ended {
        let url = format!("http://{}", self.program.address);
        let mut command = countersign();
        command.args(["gate", &system.to_string(), "--url", &url]).args(args).env("COUNTERSIGN_TOKEN", &self.token);
        command.output().unwrap().into()
    }

    /// A file of results in the test's folder.
    fn results(&self, name: &str, accuracy: f64) -> String {
        let path = self.folder.0.join(name);
        let today = SystemEnv.now().timestamp() as f64;
        let text = json!({
            "results": { "arc_easy": { "alias": "arc_easy", "acc,none": accuracy, "acc_stderr,none": 0.008 } },
            "versions": { "arc_easy": 1.0 },
            "n-samples": { "arc_easy": { "original": 1000, "effective": 1000 } },
            "higher_is_better": { "arc_easy": { "acc": true } },
            "config": { "model": "hf" }, "date": today, "lm_eval_version": "0.4.9",
        });
        std::fs::write(&path, text.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.scene.reg.owner).await.unwrap()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_exit_code_is_the_answer_in_every_format(pool: PgPool) {
    let pipeline = Pipeline::new(&pool, "gate-formats").await;
    for (format, open, shut) in [
        ("table", "may go on", "may NOT go on"),
        ("json", "\"allow\": true", "\"allow\": false"),
        ("junit", "failures=\"0\"", "<failure type=\"approval\""),
        ("github", "::notice title=", "::error title="),
    ] {
        let good = pipeline.gate(pipeline.approved, &["--format", format]);
        assert_eq!(good.code, 0, "{format}: {} {}", good.out, good.err);
        assert!(good.out.contains(open) && !good.out.contains(shut), "{format}: {}", good.out);
        let bad = pipeline.gate(pipeline.draft, &["--format", format]);
        assert_eq!(bad.code, 1, "{format}: {} {}", bad.out, bad.err);
        assert!(bad.out.contains(shut) && !bad.out.contains(open), "{format}: {}", bad.out);
        assert_eq!((good.err, bad.err), (String::new(), String::new()), "{format}");
    }
    assert_eq!(pipeline.gate(pipeline.approved, &["--model", "gbm@3"]).code, 0);
    let other = pipeline.gate(pipeline.approved, &["--model", "gbm@4"]);
    assert_eq!(other.code, 1);
    assert!(other.out.contains("“gbm@4” was not approved"), "{}", other.out);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_no_answer_ends_with_2_and_says_why(pool: PgPool) {
    let pipeline = Pipeline::new(&pool, "gate-errors").await;
    let system = pipeline.approved;
    let file = pipeline.results("r.json", 0.95);
    let empty = pipeline.folder.0.join("empty.json");
    std::fs::write(&empty, "").unwrap();
    let certificate = pipeline.folder.0.join("ca.pem");
    std::fs::write(&certificate, "nothing").unwrap();
    for (args, said) in [
        (vec!["--evidence", "/nowhere/r.json"], "--evidence /nowhere/r.json"),
        (vec!["--evidence", empty.to_str().unwrap()], "the file is empty"),
        (vec!["--title", "Without a file"], "give --evidence too"),
        (vec!["--evidence", &file, "--title", "a", "--title", "b"], "--title is given 2 times for 1 files"),
        (vec!["--evidence", &file, "--kind", "guess"], "--kind"),
        (vec!["--evidence", &file, "--speaks-of", "2999-01-01"], "speaks_of"),
        (vec!["--token", &pipeline.token], "--token"),
        (vec!["--format", "yaml"], "--format"),
        (vec!["--ca", certificate.to_str().unwrap()], "no certificate"),
        (vec!["--token-file", "/nowhere/token"], "--token-file"),
        (vec!["--statement", "/nowhere/statement.json"], "--statement"),
        (vec!["--url", "http://127.0.0.1:1"], "127.0.0.1:1"),
        (vec!["--url", "risk.example.org"], "--url (COUNTERSIGN_URL)"),
    ] {
        let mut command = countersign();
        command.args(["gate", &system.to_string()]).args(&args).env("COUNTERSIGN_TOKEN", &pipeline.token);
        command.env("COUNTERSIGN_URL", format!("http://{}", pipeline.program.address));
        let ended: Ended = command.output().unwrap().into();
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{args:?}: {}", ended.err);
        assert!(ended.err.contains(said), "{args:?}: {}", ended.err);
        assert!(!ended.err.contains(&pipeline.token) || args[0] == "--token", "{}", ended.err);
    }
    let never = pipeline.gate("AIS-9999".parse().unwrap(), &[]);
    assert!(never.code == 2 && never.err.contains("404"), "{}", never.err);
    for (token, said) in [
        (Some(format!("countersign_{}", "0".repeat(64))), "401"),
        (Some("abc".into()), "no token of Countersign"),
        (None, "no token: set"),
    ] {
        let mut command = countersign();
        command.args(["gate", &system.to_string(), "--url", &format!("http://{}", pipeline.program.address)]);
        if let Some(token) = &token {
            command.env("COUNTERSIGN_TOKEN", token);
        }
        let ended: Ended = command.output().unwrap().into();
        assert!(ended.code == 2 && ended.err.contains(said), "{token:?}: {} {}", ended.code, ended.err);
    }
    for args in [&["gate"][..], &["gate", "system"], &["gate", "AIS-1"], &["statement"], &["statement", "verify"]] {
        let ended: Ended = countersign().args(args).output().unwrap().into();
        assert_eq!(ended.code, 2, "{args:?}: {}", ended.err);
    }
    assert_eq!(pipeline.count("select count(*) from evidence where title = 'r.json'").await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn results_are_brought_once_and_judged_at_once(pool: PgPool) {
    let pipeline = Pipeline::new(&pool, "gate-upload").await;
    let before = pipeline.count("select count(*) from evidence").await;
    let good = pipeline.results("good.json", 0.95);
    let first = pipeline.gate(pipeline.draft, &["--evidence", &good, "--title", "Nightly benchmark"]);
    assert_eq!(first.code, 1, "it is no more than a draft: {}", first.err);
    assert!(
        first.out.starts_with("good.json is E-") && first.out.lines().next().unwrap().ends_with("C-1 pass"),
        "{}",
        first.out
    );
    assert!(first.out.contains("holds  Criteria hold"), "{}", first.out);
    // Again, and as another job would: another name, another label, another token file.
    let copy = pipeline.results("copy.json", 0.95);
    std::fs::copy(&good, &copy).unwrap();
    let token = pipeline.folder.0.join("token");
    std::fs::write(&token, format!("{}\n", pipeline.token)).unwrap();
    for args in [
        vec!["--evidence", &good, "--title", "Nightly benchmark"],
        vec!["--evidence", &good, "--speaks-of", "2026-01-05"],
        vec!["--evidence", &copy, "--kind", "evaluation", "--token-file", token.to_str().unwrap()],
    ] {
        let again = pipeline.gate(pipeline.draft, &args);
        let is = |text: &str| text.lines().next().unwrap().split(" is ").nth(1).unwrap().to_owned();
        assert_eq!(again.code, 1, "{args:?}: {}", again.err);
        assert_eq!(is(&again.out), is(&first.out), "{args:?}");
    }
    assert_eq!(pipeline.count("select count(*) from evidence").await, before + 1);
    let bad = pipeline.results("bad.json", 0.5);
    let other = pipeline.folder.0.join("letter.txt");
    std::fs::write(&other, "Dear reader").unwrap();
    let args = ["--evidence", &bad, "--evidence", other.to_str().unwrap(), "--format", "json"];
    let both = pipeline.gate(pipeline.draft, &args);
    let said: Value =
        serde_json::from_str(&both.out).unwrap_or_else(|error| panic!("{error}: {} {}", both.out, both.err));
    assert_eq!((both.code, &said["brought"][0]["verdicts"][0]["verdict"]), (1, &json!("fail")));
    assert!(said["brought"][1]["unread"].is_string() && said["brought"][1]["verdicts"] == json!([]), "{said}");
    assert_eq!(pipeline.count("select count(*) from evidence").await, before + 3);
}

/// `countersign statement verify`.
fn verify(file: &Path, keys: &[&str], more: &[&str]) -> Ended {
    let mut command = countersign();
    command.args(["statement", "verify"]).arg(file).args(more);
    for key in keys {
        command.args(["--key", key]);
    }
    command.output().unwrap().into()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_kept_statement_is_checked_offline(pool: PgPool) {
    let mut pipeline = Pipeline::new(&pool, "gate-statement").await;
    let place = |name: &str| pipeline.folder.0.join(name);
    let (yes, no) = (place("yes.json"), place("no.json"));
    assert_eq!(pipeline.gate(pipeline.approved, &["--statement", yes.to_str().unwrap()]).code, 0);
    assert_eq!(pipeline.gate(pipeline.draft, &["--statement", no.to_str().unwrap()]).code, 1);
    let key: String = sqlx::query_scalar("select encode(public_key, 'hex') from signing_key")
        .fetch_one(&pipeline.scene.reg.owner)
        .await
        .unwrap();
    let secret = std::fs::read_to_string(place("signing.key")).unwrap();
    assert!(!pipeline.program.said().contains(secret.trim()), "the log holds the key");
    pipeline.program.kill();

    let other = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let good = verify(&yes, &[other, &key], &[]);
    assert_eq!(good.code, 0, "{} {}", good.out, good.err);
    assert!(good.out.contains(&format!("{} Loan scoring: may go on", pipeline.approved)), "{}", good.out);
    let read: Value = serde_json::from_str(&verify(&yes, &[&key], &["--format", "json"]).out).unwrap();
    assert_eq!((&read["allow"], &read["format"]), (&json!(true), &json!(1)));
    let denied = verify(&no, &[&key], &[]);
    assert!(denied.code == 1 && denied.out.contains("may NOT go on"), "{} {}", denied.out, denied.err);
    for at in ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
        let late = verify(&yes, &[&key], &["--at", at]);
        assert!(late.code == 1 && late.err.contains("is good from"), "{at}: {}", late.err);
    }
    let foreign = verify(&yes, &[other], &[]);
    assert!(foreign.code == 1 && foreign.out.is_empty() && foreign.err.contains("not valid"), "{}", foreign.err);
    let text = std::fs::read_to_string(&yes).unwrap();
    let changed = text.replacen("\"payload\": \"e", "\"payload\": \"f", 1);
    assert_ne!(changed, text);
    for wrong in [changed.as_str(), "{}", "", "[]", &text[..text.len() / 2]] {
        std::fs::write(&no, wrong).unwrap();
        assert_eq!(verify(&no, &[&key], &[]).code, 1, "{wrong}");
    }
    assert_eq!(verify(&place("none.json"), &[&key], &[]).code, 2);
    assert_eq!(verify(&yes, &[], &[]).code, 2);
    assert_eq!(verify(&yes, &["abc"], &[]).code, 2);
}

#[test]
fn a_key_that_others_may_read_is_not_used() {
    let folder = Folder::new("gate-loose-key");
    let path = folder.0.join("signing.key");
    let secret = "ab".repeat(32);
    std::fs::write(&path, &secret).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let mut command = countersign();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&folder.0);
    let ended: Ended = command.output().unwrap().into();
    assert_eq!(ended.code, 1, "{}", ended.err);
    let last = ended.err.lines().last().unwrap();
    assert!(last.contains("--signing-key (COUNTERSIGN_SIGNING_KEY)") && last.contains("chmod 600"), "{}", ended.err);
    assert!(!ended.err.contains(&secret), "{}", ended.err);
    assert!(!folder.0.join("postgres").exists(), "nothing was started");
}
