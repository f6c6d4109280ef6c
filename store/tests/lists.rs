//! Importing risks and mitigations into a real Postgres: rows find their systems and their records, all go in together
//! with one audit event, a second reading doubles nothing, and what stands still stays.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

mod common;
#[allow(dead_code, reason = "a part of it is used here")]
#[path = "common/scene.rs"]
mod scene;

use common::{Register, register};
use domain::actor::{Actor, Role};
use domain::import::lists::Kind;
use domain::import::{Outcome, Plan, rejected_csv};
use domain::triage::Tier;
use scene::Scene;
use sqlx::PgPool;
use store::imports::lists::from_file;
use store::imports::program::{ListDone, Order};
use store::imports::report::RowOutcome;
use store::imports::{run, runs, stage};

async fn import(register: &Register, actor: &Actor, kind: Kind, csv: &str) -> ListDone {
    let order = Order { file_name: "list.csv".into(), bytes: csv.as_bytes().to_vec(), ..Order::default() };
    from_file(&register.store, actor, kind, order).await.unwrap()
}

fn counts(plan: &Plan) -> [usize; 5] {
    let c = plan.counts;
    [c.create, c.update, c.unchanged, c.duplicate, c.rejected]
}

const RISKS: &str = "Risk,System,Cause,Event,Consequence,Characteristic,Treatment,Owner,Likelihood,Impact\n\
    Leak of letters,Loan scoring,Open share,Others read letters,Harm,Privacy,Mitigate,olga.owner@example.org,Likely,5\n\
    Wrong sums,Loan scoring,,,,Reliability,,,2,2\n\
    Orphan,Nowhere,,,,Safe,,,1,1\n";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn risks_go_in_once_with_their_ratings_and_one_event(pool: PgPool) {
    let scene = Scene::new(&pool, Tier::Limited, false).await;
    let (reg, admin) = (&scene.reg, scene.reg.person("Ada", &[Role::Admin]).await);
    let before = reg.count("select count(*) from audit_event").await;
    let had = reg.count("select count(*) from risk").await;
    let done = import(reg, &admin, Kind::Risks, RISKS).await;
    assert_eq!(counts(&done.plan), [2, 0, 0, 0, 1]);
    assert_eq!(reg.count("select count(*) from risk").await, had + 2);
    assert_eq!(reg.count("select count(*) from audit_event").await, before + 1);
    let leak: (i16, i16, bool, String, String) = sqlx::query_as(
        "select k.inherent_likelihood, k.residual_impact, k.residual_above, k.status, p.name
         from risk k join person p on p.id = k.owner_id where k.title = 'Leak of letters'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(leak, (4, 5, true, "treating".into(), "Olga Owner".into()));
    // The same list again changes nothing; a newer one changes what it says.
    assert_eq!(counts(&import(reg, &admin, Kind::Risks, RISKS).await.plan), [0, 0, 2, 0, 1]);
    let ratings = reg.count("select count(*) from rating").await;
    let newer = RISKS.replace("Likely,5", "3,5").replace("Open share", "");
    let done = import(reg, &admin, Kind::Risks, &newer).await;
    assert_eq!(counts(&done.plan), [0, 1, 1, 0, 1]);
    assert_eq!(reg.count("select count(*) from rating").await, ratings + 1);
    let cause: String =
        sqlx::query_scalar("select cause from risk where title = 'Leak of letters'").fetch_one(&pool).await.unwrap();
    assert_eq!(cause, "Open share", "an empty cell leaves it as it is");
    let (run, rows) = runs::get(&reg.store, &admin, done.run.unwrap()).await.unwrap();
    assert_eq!((run.kind.as_str(), run.rows(), run.updated), ("risks", 3, 1));
    assert_eq!(rows[0].outcome, RowOutcome::Updated);
    assert!(rows[0].reference.as_deref().unwrap().starts_with("R-"));
    assert_eq!(rows[0].after.keys().collect::<Vec<_>>(), ["inherent"]);
    // Rejected rows come back, are mended, and go in.
    let mended = rejected_csv(&done.table, &done.plan).replace("Nowhere", &scene.system.to_string());
    assert_eq!(counts(&import(reg, &admin, Kind::Risks, &mended).await.plan), [1, 0, 0, 0, 0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn mitigations_go_in_with_the_risks_that_they_act_on(pool: PgPool) {
    let scene = Scene::new(&pool, Tier::Limited, false).await;
    let (reg, admin) = (&scene.reg, scene.reg.person("Ada", &[Role::Admin]).await);
    import(reg, &admin, Kind::Risks, RISKS).await;
    let had = reg.count("select count(*) from mitigation").await;
    let csv = "Mitigation,System,Kind,Assignee,Due,Risks,Status\n\
        Lock the share,Loan scoring,Preventive,olga.owner@example.org,2026-09-30,Leak of letters; Wrong sums,done\n\
        Count twice,Loan scoring,Detective,,,Wrong sums,\n\
        Nothing,Loan scoring,,,,No such risk,\n";
    let done = import(reg, &admin, Kind::Mitigations, csv).await;
    assert_eq!(counts(&done.plan), [2, 0, 0, 0, 1], "{:?}", done.plan);
    assert_eq!(reg.count("select count(*) from mitigation").await, had + 2);
    let links = "select count(*) from mitigation_risk r join mitigation m on m.id = r.mitigation_id where m.title = 'Lock the share'";
    assert_eq!(reg.count(links).await, 2);
    assert_eq!(reg.count("select count(*) from mitigation where title = 'Lock the share' and status = 'planned' and due_on = '2026-09-30'").await, 1);
    let newer = csv.replace("2026-09-30", "2026-10-31").replace("Leak of letters; ", "");
    let done = import(reg, &admin, Kind::Mitigations, &newer).await;
    assert_eq!(counts(&done.plan), [0, 1, 1, 0, 1]);
    assert_eq!(reg.count(links).await, 1, "what is no longer named is taken off");
    assert_eq!(counts(&import(reg, &admin, Kind::Mitigations, &newer).await.plan), [0, 0, 2, 0, 1]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_system_under_review_stands_still_and_others_import_nothing(pool: PgPool) {
    let scene = Scene::new(&pool, Tier::Limited, false).await;
    let (reg, admin) = (&scene.reg, scene.reg.person("Ada", &[Role::Admin]).await);
    scene.submit().await;
    let had = reg.count("select count(*) from risk").await;
    let done = import(reg, &admin, Kind::Risks, RISKS).await;
    assert_eq!(counts(&done.plan), [0, 0, 0, 0, 3]);
    assert!(
        done.plan.rows.iter().take(2).all(
            |r| matches!(&r.outcome, Outcome::Rejected { reasons } if reasons[0].problem.contains("under review"))
        )
    );
    assert_eq!(reg.count("select count(*) from risk").await, had);
    let order = || Order { file_name: "list.csv".into(), bytes: RISKS.as_bytes().to_vec(), ..Order::default() };
    assert!(from_file(&reg.store, &scene.owner, Kind::Risks, order()).await.is_err());
    let no_list = Order { bytes: b"Cause,Effect\na,b\n".to_vec(), ..order() };
    let error = from_file(&reg.store, &admin, Kind::Risks, no_list).await.unwrap_err();
    assert!(format!("{error:?}").contains("No column is called"), "{error:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_staged_list_needs_no_mapping_and_goes_in_as_previewed(pool: PgPool) {
    let scene = Scene::new(&pool, Tier::Limited, false).await;
    let (reg, admin) = (&scene.reg, scene.reg.person("Ada", &[Role::Admin]).await);
    let id = stage::put_list(&reg.store, &admin, Kind::Risks, "risks.csv", RISKS.as_bytes().to_vec()).await.unwrap();
    let preview = stage::preview(&reg.store, &admin, id).await.unwrap();
    assert_eq!((counts(&preview.plan), preview.rows.len()), ([2, 0, 0, 0, 1], 3));
    let run = run::staged(&reg.store, &admin, id, None).await.unwrap();
    assert_eq!(runs::get(&reg.store, &admin, run).await.unwrap().0.created, 2);
    assert!(stage::preview(&reg.store, &admin, id).await.is_err(), "the stage is gone");
}
