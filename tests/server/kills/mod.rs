//! SIGKILL at more than a hundred points of uploads, submissions, votes, imports and registrations, in the browser's forms
//! and through the API, of the program and of Postgres (checklist T36): what was acknowledged is there whole, with its audit event; what was not is there whole or not at all; the same form
//! or request, sent again, brings it about once.
//!
//! Each round sends one of each and kills when all have come as far as that round says: four points for one restart.

mod acts;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use countersign::env::SystemEnv;
use domain::ids::{SystemRef, UnitId};
use domain::triage::Tier;
use object_store::local::LocalFileSystem;
use sqlx::PgPool;
use store::{Env, Store};
use uuid::Uuid;

use crate::program::{self, Answer, Folder, Program, ask, postmaster, signal, try_signal, until};
use crate::scene::{self, Scene};
use crate::world::{Client, server};
use acts::Act;

/// What people do, in the order of [`Scenes::acts`]; a file's import is the browser's, a registration the API's.
const KINDS: [&str; 5] = ["vote", "submission", "upload", "import", "registration"];
/// Rows that each makes, with its audit events: both in one statement, for a transaction may still be ending.
const MADE: [&str; 5] = [
    "select (select count(*) from vote v join review r on r.id = v.review_id where 'RV-' || r.number = $1),
       (select count(*) from audit_event where action = 'review.vote' and subject = $1)",
    "select (select count(*) from dossier d join review r on r.id = d.review_id join system s on s.id = r.system_id
             where 'AIS-' || s.number = $1),
       (select count(*) from audit_event e join system s on s.id = any (e.related)
        where e.action = 'review.submit' and 'AIS-' || s.number = $1)",
    "select (select count(*) from evidence where title = $1),
       (select count(*) from audit_event where action = 'evidence.add' and strpos(body::text, '\"' || $1 || '\"') > 0)",
    "select (select count(*) from system where name like $1 || ' %') + (select count(*) from business_unit where name = $1)
       + (select count(*) from import_run where file_name = $1 || '.csv'),
       (select count(*) from audit_event where action = 'inventory.import' and subject = $1 || '.csv')",
    "select (select count(*) from system where name = $1),
       (select count(*) from audit_event where action = 'system.register' and strpos(body::text, '\"' || $1 || '\"') > 0)",
];
/// Rows of a whole one: an import makes three systems, a unit and the run.
const WHOLE: [i64; 5] = [1, 1, 1, 5, 1];
/// Two parts of an upload, so that it is written to the disk in the middle too.
const FILE: usize = 6_000_000;

/// The register behind the program, and people to do things.
pub struct Scenes {
    scene: Scene,
    /// The program's clock, for sessions and for files that wait.
    store: Store,
    client: Client,
    unit: UnitId,
    owner: PgPool,
    /// Whether people work through the API.
    api: bool,
}

impl Scenes {
    pub async fn new(pool: &PgPool, api: bool) -> Self {
        let scene = Scene::new(pool, Tier::High, false).await;
        let files = Arc::new(object_store::memory::InMemory::new());
        let store = Store::connect(pool.connect_options().as_ref().clone(), 3, Arc::new(SystemEnv), files);
        let client = Client::new(server(&store, Arc::new(SystemEnv)));
        let unit = scene.reg.unit("Claims").await;
        Self { scene, store, client, unit, owner: pool.clone(), api }
    }

    async fn system(&self, name: &str) -> SystemRef {
        let (owner, contributor) = (&self.scene.owner, &self.scene.contributor);
        scene::ready(&self.scene.reg, owner, contributor, self.unit.0, name, Tier::High, false).await.0
    }

    /// Rows and audit events.
    async fn made(&self, act: &Act) -> (i64, i64) {
        sqlx::query_as(MADE[act.kind]).bind(&act.subject).fetch_one(&self.owner).await.unwrap()
    }

    /// Whether it is there, whole: half of it may not be.
    async fn is_done(&self, act: &Act, told: Option<&Answer>) -> bool {
        let (rows, events) = self.made(act).await;
        let done = (rows, events) == (WHOLE[act.kind], 1);
        let said = told.map(|answer| (answer.status, answer.head.clone()));
        assert!(
            done || (rows, events) == (0, 0),
            "half done: {rows} rows, {events} events of {} {said:?}",
            act.subject
        );
        assert!(done || !told.is_some_and(Answer::done), "acknowledged and lost: {}", act.subject);
        done
    }

    /// The same forms again, one after the other: each has happened once then.
    pub async fn again(&self, program: &Program, acts: &[Act]) {
        for act in acts {
            let answer =
                program.ask(&self.request(act).await).unwrap_or_else(|| panic!("no answer: {}", program.said()));
            assert!(answer.done(), "{}: {}", act.subject, answer.head);
            assert_eq!(self.made(act).await, (WHOLE[act.kind], 1), "{}", act.subject);
        }
    }

    /// The chain holds, every file of an upload is what it was, and what belongs to nothing is swept.
    async fn in_order(&self, evidence: &Path, uploads: i64) {
        assert!(store::audit::verify(&self.store, vec![]).await.unwrap().intact);
        let files = Arc::new(LocalFileSystem::new_with_prefix(evidence).unwrap());
        let options = self.owner.connect_options().as_ref().clone();
        let store = Store::connect(options, 2, Arc::new(Later), files).files_in(evidence);
        let swept = store::evidence::sweep(&store).await.unwrap();
        let report = store::evidence::verify(&store).await.unwrap();
        // The scene's own evidence has no files behind it.
        let ours: Vec<String> = sqlx::query_scalar("select 'E-' || number from evidence where title like 'Upload %'")
            .fetch_all(&self.owner)
            .await
            .unwrap();
        assert_eq!(ours.len() as i64, uploads);
        let bad = report.missing.iter().chain(&report.altered).flat_map(|bad| &bad.evidence);
        assert!(bad.filter(|one| ours.contains(one)).count() == 0 && report.orphans.is_empty(), "{report:?}");
        assert_eq!(std::fs::read_dir(evidence.join("incoming")).unwrap().count(), 0, "{swept:?}");
        println!("swept: {swept:?}");
    }
}

/// Two hours from now: what was left is old enough to be swept.
struct Later;

impl Env for Later {
    fn now(&self) -> DateTime<Utc> {
        SystemEnv.now() + chrono::Duration::hours(2)
    }
    fn uuid(&self) -> Uuid {
        SystemEnv.uuid()
    }
    fn secret(&self) -> [u8; 32] {
        SystemEnv.secret()
    }
}

/// How long each kind takes until it is done, as far as is known.
struct Aim {
    takes: [Duration; 4],
    round: u32,
    done: u32,
    not: u32,
}

impl Aim {
    /// From a round that nobody disturbs, on a program that has just started.
    async fn new(scenes: &Scenes, program: &Program) -> Self {
        let acts = scenes.acts("first").await;
        let (answers, took) = strike(scenes, program.address, &acts, [Duration::ZERO; 4], None).await;
        for (act, answer) in acts.iter().zip(&answers) {
            assert!(answer.as_ref().is_some_and(Answer::done), "{}: {answer:?}", act.subject);
            assert!(scenes.is_done(act, answer.as_ref()).await);
        }
        println!("undisturbed: {took:?}");
        Self { takes: took, round: 0, done: 0, not: 0 }
    }

    /// When each begins, and when all are struck. Every other round spreads the points over the whole time; the others aim
    /// at where it ends, which is where something could be half done.
    fn next(&mut self) -> ([Duration; 4], Duration) {
        self.round += 1;
        let mut at = self.takes;
        if self.round.is_multiple_of(2) {
            for (kind, at) in at.iter_mut().enumerate() {
                let part = (f64::from(self.round) * 0.618_034 + kind as f64 * 0.287).fract();
                *at = at.mul_f64(part * 1.1);
            }
        }
        let last = at.into_iter().max().unwrap();
        (at.map(|at| last - at), last)
    }

    /// Nearer or farther next time, by what became of each.
    fn learn(&mut self, kind: usize, done: bool) {
        let counted = if done { &mut self.done } else { &mut self.not };
        *counted += 1;
        let place = kind.min(3);
        if self.round % 2 == 1 {
            self.takes[place] = self.takes[place].mul_f64(if done { 0.85 } else { 1.2 });
        }
    }

    fn report(&self) {
        println!(
            "{} points, {} times it was done already; {KINDS:?} take {:?}",
            self.done + self.not,
            self.done,
            self.takes
        );
        assert!(self.done > 0 && self.not > 0, "all points on one side");
    }
}

/// Sends each act at its time, and strikes at its own; the answers, and how long each took.
async fn strike(
    scenes: &Scenes,
    address: std::net::SocketAddr,
    acts: &[Act],
    begin: [Duration; 4],
    blow: Option<(Duration, Box<dyn FnOnce() + '_>)>,
) -> (Vec<Option<Answer>>, [Duration; 4]) {
    let mut requests = Vec::new();
    for act in acts {
        requests.push(scenes.request(act).await);
    }
    let begun = Instant::now();
    let sleep_until = move |at: Duration| std::thread::sleep(at.saturating_sub(begun.elapsed()));
    std::thread::scope(|scope| {
        let sent: Vec<_> = requests
            .iter()
            .zip(begin)
            .map(|(request, at)| {
                scope.spawn(move || {
                    sleep_until(at);
                    let sent = Instant::now();
                    (ask(address, request), sent.elapsed())
                })
            })
            .collect();
        if let Some((at, blow)) = blow {
            sleep_until(at);
            blow();
        }
        let mut took = [Duration::ZERO; 4];
        let answers = sent.into_iter().zip(&mut took).map(|(sent, took)| {
            let (answer, time) = sent.join().unwrap();
            *took = time;
            answer
        });
        (answers.collect(), took)
    })
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t36_a_killed_program_leaves_nothing_half_done(pool: PgPool) {
    killed(pool, false, 16).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t36_a_program_killed_under_the_api_leaves_nothing_half_done(pool: PgPool) {
    killed(pool, true, 10).await;
}

async fn killed(pool: PgPool, api: bool, rounds: usize) {
    let db = pool.connect_options().as_ref().clone();
    store::migrate(&db).await.unwrap();
    let scenes = Scenes::new(&pool, api).await;
    let folder = Folder::new(if api { "kill-api" } else { "kill" });
    let mut program = Program::on(&db, &folder.0, &[]);
    let mut aim = Aim::new(&scenes, &program).await;
    for round in 1..=rounds {
        let acts = scenes.acts(&format!("{round:02}")).await;
        let (begin, at) = aim.next();
        let address = program.address;
        let kill = Box::new(|| program.kill());
        let (answers, _) = strike(&scenes, address, &acts, begin, Some((at, kill))).await;
        for (act, answer) in acts.iter().zip(&answers) {
            let status = answer.as_ref().map(|answer| answer.status);
            assert!(matches!(status, None | Some(201 | 303)), "{}: {answer:?}", act.subject);
            aim.learn(act.kind, scenes.is_done(act, answer.as_ref()).await);
        }
        program = Program::on(&db, &folder.0, &[]);
        scenes.again(&program, &acts).await;
    }
    aim.report();
    drop(program);
    scenes.in_order(&folder.0.join("evidence"), rounds as i64 + 1).await;
}

#[tokio::test]
async fn t36_a_killed_postgres_leaves_nothing_half_done() {
    killed_below("kill-postgres", false).await;
}

#[tokio::test]
async fn t36_a_postgres_killed_under_the_api_leaves_nothing_half_done() {
    killed_below("kill-postgres-api", true).await;
}

async fn killed_below(folder: &str, api: bool) {
    const ROUNDS: usize = 9;
    let folder = Folder::new(folder);
    let mut program = Program::private(&folder.0, &[]);
    let pool = PgPool::connect_with(program::private_database(&folder.0)).await.unwrap();
    let scenes = Scenes::new(&pool, api).await;
    let mut aim = Aim::new(&scenes, &program).await;
    for round in 1..=ROUNDS {
        let acts = scenes.acts(&format!("{round:02}")).await;
        let (begin, at) = aim.next();
        let before = program.postgres();
        // All of its processes, or those that work for us: then the first one starts the others anew.
        let all = round % 3 == 0;
        let blow = || match all {
            true => try_signal("KILL", &before),
            false => try_signal("KILL", &before[1..]),
        };
        let (answers, _) = strike(&scenes, program.address, &acts, begin, Some((at, Box::new(blow)))).await;
        until("Postgres answers again", || {
            all == (postmaster(&folder.0).as_ref() != before.first()) && program.status("/readyz") == Some(200)
        });
        for (act, answer) in acts.iter().zip(&answers) {
            let answer = answer.as_ref().unwrap_or_else(|| panic!("no answer: {}", program.said()));
            assert!(answer.done() || answer.status == 503, "{}: {answer:?}", act.subject);
            aim.learn(act.kind, scenes.is_done(act, Some(answer)).await);
        }
        scenes.again(&program, &acts).await;
    }
    aim.report();
    assert!(!program.has_ended(), "the same process");
    scenes.in_order(&folder.0.join("evidence"), ROUNDS as i64 + 1).await;
    signal("TERM", &[program.pid().to_string()]);
    assert_eq!(program.end(), Some(0), "{}", program.said());
}
