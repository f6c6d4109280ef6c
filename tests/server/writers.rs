//! Fifty people who write at once (checklist T33): nobody is refused for the others' sake, every change has its audit event,
//! and the chain holds.

use axum::body::Body;
use domain::actor::Actor;
use domain::risk::library;
use sqlx::PgPool;
use store::Store;

use crate::browser::{encode, typed};
use crate::world::{Client, World, server};

const EACH: usize = 10;
const FORM: &str = "application/x-www-form-urlencoded";
const FILE: &str = "multipart/form-data; boundary=b";

/// Whose form, where it goes, its type and body.
type Sent = (Actor, String, &'static str, String);

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t33_fifty_writers_at_once_lose_no_event_and_meet_no_deadlock(pool: PgPool) {
    let world = World::new(&pool).await;
    // As many connections as writers: nobody waits for one, so that whoever is refused met a deadlock or a fault.
    let (options, clock) = (pool.connect_options().as_ref().clone(), world.scene.reg.clock.clone());
    let many = 5 * EACH;
    let store = Store::connect(options, many as u32, clock.clone(), world.store().files().clone());
    let client = Client::new(server(&store, clock));
    // Opened one after the other, and held until all are open: opening takes its time on a busy machine.
    let mut open = Vec::new();
    for _ in 0..many {
        open.push(store.pool().acquire().await.unwrap());
    }
    drop(open);

    let mut forms: Vec<Sent> = Vec::new();
    for n in 0..EACH {
        forms.extend([
            registration(&world, n),
            mitigation(&world, &client, n).await,
            comment(&world, &client, n).await,
        ]);
        forms.extend([risk(&world, &client, n).await, evidence(&world, n)]);
    }
    let tables = async || {
        let sql =
            "select (select count(*) from system), (select count(*) from mitigation), (select count(*) from comment),
                     (select count(*) from risk), (select count(*) from evidence), (select count(*) from audit_event)";
        sqlx::query_as::<_, (i64, i64, i64, i64, i64, i64)>(sql).fetch_one(&pool).await.unwrap()
    };
    let before = tables().await;
    let sent = forms
        .iter()
        .map(|(who, path, kind, body)| client.request(Some(who), "POST", path, kind, Body::from(body.clone())));
    let answers = futures::future::join_all(sent).await;
    for ((_, path, _, _), answer) in forms.iter().zip(&answers) {
        assert_eq!(answer.status, 303, "{path}: {}", answer.said());
    }
    let (after, each) = (tables().await, EACH as i64);
    assert_eq!(after.5 - before.5, 5 * each, "one event for each, no more");
    let rows = (after.0 - before.0, after.1 - before.1, after.2 - before.2, after.3 - before.3, after.4 - before.4);
    assert_eq!(rows, (each, each, each, each, each));
    let report = store::audit::verify(&store, vec![]).await.unwrap();
    assert!(report.intact && report.events == after.5, "{report:?}");
}

fn registration(world: &World, n: usize) -> Sent {
    let (unit, owner) = (world.spare_unit.to_string(), &world.scene.owner);
    let (name, once, id) = (format!("Written {n}"), world.store().new_id().to_string(), owner.id.to_string());
    let fields = [
        ("name", name.as_str()),
        ("purpose", "Scores"),
        ("unit", &unit),
        ("owner", &id),
        ("stage", "pilot"),
        ("once", &once),
    ];
    (owner.clone(), "/systems/new".into(), FORM, encode(&typed(Vec::new(), &fields)))
}

/// Two people write on the same system.
fn writer(world: &World, n: usize) -> &Actor {
    if n.is_multiple_of(2) { &world.scene.owner } else { &world.scene.contributor }
}

async fn mitigation(world: &World, client: &Client, n: usize) -> Sent {
    let who = writer(world, n);
    let path = format!("/systems/{}/mitigations/new", world.draft);
    let (title, risk, id) = (format!("Watch {n}"), world.risk().await, who.id.to_string());
    let fields =
        [("title", title.as_str()), ("kind", "detective"), ("due", "2026-06-01"), ("risks", &risk), ("assignee", &id)];
    let form = client.filled(who, &path, &path, &fields).await;
    (who.clone(), path, FORM, encode(&form))
}

async fn comment(world: &World, client: &Client, n: usize) -> Sent {
    let who = &world.scene.members[n % 2];
    let (page, path) = (format!("/reviews/{}", world.review), format!("/reviews/{}/comments", world.review));
    let form = client.filled(who, &page, &path, &[]).await;
    let place = form.iter().find(|(name, _)| name == "place").map(|(_, place)| place.clone()).unwrap();
    let (field, text) = (format!("comment_{place}"), format!("Question {n}"));
    (who.clone(), path, FORM, encode(&typed(form, &[(&field, &text)])))
}

async fn risk(world: &World, client: &Client, n: usize) -> Sent {
    let who = writer(world, n);
    let (path, key) = (format!("/systems/{}/risks/new", world.draft), &library::all()[n].key);
    let [likelihood, impact, treatment] = ["likelihood", "impact", "treatment"].map(|what| format!("{what}-{key}"));
    let fields = [(likelihood.as_str(), "2"), (impact.as_str(), "3"), (treatment.as_str(), "mitigate")];
    let form = client.filled(who, &format!("{path}?pick={key}&rate=1"), &path, &fields).await;
    (who.clone(), path, FORM, encode(&form))
}

fn evidence(world: &World, n: usize) -> Sent {
    let who = writer(world, n);
    let field =
        |name: &str, value: &str| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let once = world.store().new_id().to_string();
    let fields = [field("once", &once), field("kind", "test"), field("speaks_of", "2026-03-01")].concat();
    let file = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
    let body = format!("{fields}{file}result {n}\r\n--b--\r\n");
    (who.clone(), format!("/systems/{}/evidence/new", world.draft), FILE, body)
}
