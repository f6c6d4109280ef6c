//! Fifty people who write at once (checklist T33): nobody is refused for the others' sake, every change has its audit event,
//! and the chain holds.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::{Request, header};
use domain::actor::Actor;
use domain::ids::PersonId;
use domain::risk::library;
use domain::token::{NewToken, Scope};
use serde_json::json;
use sqlx::PgPool;
use store::Store;

use crate::browser::{encode, typed};
use crate::scene::PASSWORD;
use crate::way::Way;
use crate::world::{Client, World, server};

const EACH: usize = 10;
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const FILE: &str = "multipart/form-data; boundary=b";
const FILE_PART: &str = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";

/// Whose form, where it goes, its type and body.
type Sent = (Actor, String, &'static str, String);

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t33_fifty_writers_at_once_lose_no_event_and_meet_no_deadlock(pool: PgPool) {
    written(pool, Way::Pages).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t33_fifty_pipelines_at_once_lose_no_event_and_meet_no_deadlock(pool: PgPool) {
    written(pool, Way::Api).await;
}

async fn written(pool: PgPool, way: Way) {
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
        if way == Way::Api {
            forms.extend(calls(&world, n).await);
            continue;
        }
        forms.extend([
            registration(&world, n),
            mitigation(&world, &client, n).await,
            comment(&world, &client, n).await,
        ]);
        forms.extend([risk(&world, &client, n).await, evidence(&world, n)]);
    }
    let keys = match way {
        Way::Pages => HashMap::new(),
        Way::Api => tokens(&world, &store).await,
    };
    let tables = async || {
        let sql =
            "select (select count(*) from system), (select count(*) from mitigation), (select count(*) from comment),
                     (select count(*) from risk), (select count(*) from evidence), (select count(*) from audit_event)";
        sqlx::query_as::<_, (i64, i64, i64, i64, i64, i64)>(sql).fetch_one(&pool).await.unwrap()
    };
    let sent = forms.iter().map(|(who, path, kind, body)| {
        let mut request = Request::post(path).header(header::HOST, "localhost").header(header::CONTENT_TYPE, *kind);
        match keys.get(&who.id) {
            Some(token) => {
                // The key is of the path and what is sent: each is its own.
                let key = domain::canonical::hex(&domain::canonical::sha256(format!("{path}{body}").as_bytes()));
                request =
                    request.header(header::AUTHORIZATION, format!("Bearer {token}")).header("idempotency-key", key);
            }
            None => request = request.header("sec-fetch-site", "same-origin"),
        }
        let (client, body) = (&client, Body::from(body.clone()));
        async move {
            if way == Way::Pages {
                request = request.header(header::COOKIE, client.cookie(who).await);
            }
            client.send(request.body(body).unwrap()).await
        }
    });
    let before = tables().await;
    let answers = futures::future::join_all(sent).await;
    for ((_, path, _, _), answer) in forms.iter().zip(&answers) {
        let made = if way == Way::Pages { 303 } else { 201 };
        assert_eq!(answer.status, made, "{path}: {} {}", answer.said(), answer.text);
    }
    let (after, each) = (tables().await, EACH as i64);
    assert_eq!(after.5 - before.5, 5 * each, "one event for each, no more");
    let rows = (after.0 - before.0, after.1 - before.1, after.2 - before.2, after.3 - before.3, after.4 - before.4);
    assert_eq!(rows, (each, each, each, each, each));
    let report = store::audit::verify(&store, vec![]).await.unwrap();
    assert!(report.intact && report.events == after.5, "{report:?}");
}

/// A token for everybody who writes.
async fn tokens(world: &World, store: &Store) -> HashMap<PersonId, String> {
    let scene = &world.scene;
    let mut all = HashMap::new();
    for who in [&scene.owner, &scene.contributor, &scene.members[0], &scene.members[1]] {
        let new = NewToken::parse("writer", Scope::ALL.to_vec(), None).unwrap();
        all.insert(who.id, store::tokens::make(store, who, &new, PASSWORD).await.unwrap().secret);
    }
    all
}

/// The same five, as pipelines send them.
async fn calls(world: &World, n: usize) -> [Sent; 5] {
    let (owner, who) = (&world.scene.owner, writer(world, n));
    let draft = format!("/api/v1/systems/{}", world.draft);
    let call = |who: &Actor, path: String, body: serde_json::Value| (who.clone(), path, JSON, body.to_string());
    let system = json!({ "name": format!("Written {n}"), "purpose": "Scores", "unit": world.spare_unit, "owner": owner.id,
                         "stage": "pilot" });
    let mitigation = json!({ "title": format!("Watch {n}"), "kind": "detective", "due_on": "2026-06-01",
                             "risks": [world.risk().await], "assignee": who.id });
    let comment = json!({ "part": "risks", "body": format!("Question {n}") });
    let risk = json!({ "library": library::all()[n].key, "treatment": "mitigate" });
    let label = json!({ "title": format!("Result {n}"), "kind": "test", "speaks_of": "2026-03-01" });
    let evidence = format!(
        "--b\r\ncontent-disposition: form-data; name=\"label\"\r\n\r\n{label}\r\n{FILE_PART}result {n}\r\n--b--\r\n"
    );
    [
        call(owner, "/api/v1/systems".into(), system),
        call(who, format!("{draft}/mitigations"), mitigation),
        call(&world.scene.members[n % 2], format!("/api/v1/reviews/{}/comments", world.review), comment),
        call(who, format!("{draft}/risks"), risk),
        (who.clone(), format!("{draft}/evidence"), FILE, evidence),
    ]
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
    let body = format!("{fields}{FILE_PART}result {n}\r\n--b--\r\n");
    (who.clone(), format!("/systems/{}/evidence/new", world.draft), FILE, body)
}
