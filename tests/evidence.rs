//! Evidence, trail and search as a browser meets them: uploads with and without fault, downloads, what strangers get.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use chrono::{DateTime, Utc};
use common::{Answer, Clock, settings};
use countersign::server::front::Front;
use countersign::server::{Edge, router};
use domain::actor::{Actor, Role};
use futures::stream;
use http_body_util::BodyExt as _;
use object_store::{ObjectStoreExt as _, memory::InMemory, path::Path};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::{Arc, Mutex};
use store::audit::Entry;
use store::tx::Who;
use store::{Env as _, Store};
use tower::ServiceExt as _;

const BOUNDARY: &str = "form-boundary";
/// The smallest limit that the settings take is used; see `limits_hold`.
const LIMIT: u64 = 1024 * 1024;

/// The whole site with all its pages; whoever `who` names is signed in.
struct Site {
    app: Router,
    store: Store,
    files: Arc<InMemory>,
    who: Arc<Mutex<Option<Actor>>>,
    ada: Actor,
    now: DateTime<Utc>,
}

async fn site(db: PgConnectOptions) -> Site {
    let config = settings(&["--upload-limit", "1MB"]);
    let clock = Arc::new(Clock::default());
    let files = Arc::new(InMemory::new());
    let store = Store::connect(db, 5, clock.clone(), files.clone()).with_file_max(LIMIT);
    let who: Arc<Mutex<Option<Actor>>> = Arc::default();
    let state = app::server::AppState {
        store: store.clone(),
        assets: app::server::Assets { base: "/assets/test".into(), islands: false },
        site: app::server::state::Site {
            organisation: "Test".into(),
            version: "0".into(),
            base_url: "http://localhost".into(),
            upload_limit: config.upload_limit,
            session_idle: config.session_idle,
            demo: false,
        },
    };
    let signed_in = who.clone();
    let pages = app::routes::router().with_state(state).layer(axum::middleware::from_fn(
        move |mut request: axum::extract::Request, next: axum::middleware::Next| {
            let actor = signed_in.lock().unwrap().clone();
            request.extensions_mut().insert(actor);
            next.run(request)
        },
    ));
    let edge = Edge::new(&config, clock.clone());
    let front = Front::default();
    front.open(router::guarded(&edge, store.clone(), pages), store.clone());
    let ada = person(&store, "Ada Okafor", &[Role::Owner]).await;
    Site { app: front.router(&edge), store, files, who, ada, now: clock.now() }
}

async fn person(store: &Store, name: &str, roles: &[Role]) -> Actor {
    let mut tx = store.begin().await.unwrap();
    let (id, now) = (tx.new_id(), tx.now());
    let words: Vec<String> = roles.iter().map(|r| r.as_str().to_owned()).collect();
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
    sqlx::query("insert into person (id, email, name, roles, created_at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(&email)
        .bind(name)
        .bind(&words)
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit(Who::Program("test"), Entry::new("person.add", "person", id, name)).await.unwrap();
    Actor { id: id.into(), name: name.to_owned(), email, roles: roles.to_vec(), address: None, token: None }
}

impl Site {
    async fn system(&self) {
        let mut tx = self.store.begin().await.unwrap();
        let (id, now) = (tx.new_id(), tx.now());
        sqlx::query("insert into business_unit (id, name, created_at) values ($1, 'Claims', $2)")
            .bind(id)
            .bind(now)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit(Who::Program("test"), Entry::new("units.manage", "unit", id, "Claims")).await.unwrap();
        let new = domain::system::Registration {
            name: "Fraud model".to_owned(),
            purpose: "Finds fraud".to_owned(),
            unit: id.into(),
            owner: self.ada.id,
            stage: domain::system::Stage::Pilot,
        };
        store::systems::register::register(&self.store, &self.ada, &new, None).await.unwrap();
    }

    fn as_(&self, actor: &Actor) -> &Self {
        *self.who.lock().unwrap() = Some(actor.clone());
        self
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> (Answer, Bytes) {
        let request = request.header("host", "localhost").header("sec-fetch-site", "same-origin");
        let response = self.app.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = match body.collect().await {
            Ok(whole) => whole.to_bytes(),
            Err(_) => Bytes::from_static(b"(cut off)"),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (Answer { status: parts.status, headers: parts.headers, text }, bytes)
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await.0
    }

    async fn post(&self, path: &str, form: &'static str) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(form)).await.0
    }

    /// A plain multipart form, as a browser without script sends it, in many small pieces.
    async fn upload(&self, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        let pieces: Vec<_> = body.chunks(4096).map(|c| Ok::<_, std::io::Error>(Bytes::copy_from_slice(c))).collect();
        let request = Request::post("/systems/AIS-1/evidence/new")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        self.send(request, Body::from_stream(stream::iter(pieces))).await.0
    }

    fn once(&self) -> String {
        self.store.new_id().to_string()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.store.pool()).await.unwrap()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn t24_a_file_goes_in_and_comes_out_as_an_attachment(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db).await;
    site.system().await;
    site.as_(&site.ada);
    let form = site.get("/systems/AIS-1/evidence/new").await;
    assert_eq!(form.status, StatusCode::OK);
    assert_eq!(form.text.matches(" required").count(), 3, "file, what it shows, date: {}", form.text);

    let day = site.now.date_naive().to_string();
    let once = site.once();
    let fields =
        [("once", once.as_str()), ("kind", "test"), ("speaks_of", &day), ("title", ""), ("note", "*Good*<script>")];
    let html = b"<html><script>alert(1)</script>";
    let sent = site.upload(&fields, "r\u{e9}sultat.html", html).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let again = site.upload(&fields, "r\u{e9}sultat.html", html).await;
    assert!(again.headers[header::LOCATION].to_str().unwrap().starts_with("/evidence/E-1?notice=already-done"));
    assert_eq!(site.count("select count(*) from evidence").await, 1);

    let page = site.get("/evidence/E-1").await;
    assert!(page.text.contains("<em>Good</em>") && !page.text.contains("<script>alert"), "{}", page.text);
    assert!(page.text.contains(&domain::canonical::hex(&domain::canonical::sha256(html))));
    let (file, bytes) = site.send(Request::get("/evidence/E-1/download"), Body::empty()).await;
    assert_eq!((file.status, &bytes[..]), (StatusCode::OK, &html[..]));
    let sent = |name: header::HeaderName| file.headers[name].to_str().unwrap().to_owned();
    assert_eq!(sent(header::CONTENT_TYPE), "text/plain; charset=utf-8", "our type, not the uploader's");
    assert_eq!(
        sent(header::CONTENT_DISPOSITION),
        "attachment; filename=\"r_sultat.html\"; filename*=UTF-8''r%C3%A9sultat.html"
    );
    assert!(sent(header::CONTENT_SECURITY_POLICY).starts_with("sandbox"));
    assert_eq!(sent(header::X_CONTENT_TYPE_OPTIONS), "nosniff");

    let stranger = person(&site.store, "Sam Stranger", &[Role::Owner]).await;
    site.as_(&stranger);
    for path in [
        "/evidence/E-1",
        "/evidence/E-1/download",
        "/evidence/E-1/edit",
        "/systems/AIS-1/evidence",
        "/systems/AIS-1/history",
    ] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(site.upload(&fields, "a.txt", b"x").await.status, StatusCode::NOT_FOUND);
    assert!(!site.get("/evidence").await.text.contains("E-1"));
    assert!(site.get("/search?q=sultat").await.text.contains("Nothing found"));
    assert_eq!(site.get("/audit").await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_refused_upload_keeps_what_was_typed_and_stores_nothing(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db).await;
    site.system().await;
    site.as_(&site.ada);
    let day = site.now.date_naive().to_string();
    let once = site.once();
    let good = [("once", once.as_str()), ("kind", "test"), ("speaks_of", day.as_str()), ("title", "Bias &amp; drift")];

    let undated = site.upload(&[("once", &once), ("kind", "test"), ("title", "Bias of May")], "a.txt", b"x").await;
    assert_eq!(undated.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(undated.text.contains("Bias of May") && undated.text.contains("Choose the file again"), "{}", undated.text);
    let nothing = site.upload(&good, "", b"").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("Choose a file"));
    let empty = site.upload(&good, "a.txt", b"").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("The file is empty"));
    let mut extra = good.to_vec();
    extra.push(("uploaded_by", "somebody else"));
    assert_eq!(site.upload(&extra, "a.txt", b"x").await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let large = site.upload(&good, "a.txt", &vec![b'x'; LIMIT as usize + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        large.text.contains("The file is larger than 1 MB") && large.text.contains("Bias &amp;amp; drift"),
        "{}",
        large.text
    );
    assert_eq!(site.count("select count(*) from evidence_file").await, 0);
    assert_eq!(site.upload(&good, "a.txt", &vec![b'x'; LIMIT as usize]).await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_damaged_file_is_not_sent(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db).await;
    site.system().await;
    site.as_(&site.ada);
    let (day, once) = (site.now.date_naive().to_string(), site.once());
    site.upload(&[("once", &once), ("kind", "test"), ("speaks_of", &day)], "a.txt", b"accuracy 0.91").await;
    let hex = domain::canonical::hex(&domain::canonical::sha256(b"accuracy 0.91"));
    let blob = Path::from(format!("sha256/{}/{hex}", &hex[..2]));
    site.files.put(&blob, "accuracy 0.99".into()).await.unwrap();
    let answer = site.get("/evidence/E-1/download").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text.contains("The stored file is damaged") && !answer.text.contains("0.99"), "{}", answer.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_editors_see_both_versions(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db).await;
    site.system().await;
    site.as_(&site.ada);
    let (day, once) = (site.now.date_naive().to_string(), site.once());
    site.upload(&[("once", &once), ("kind", "test"), ("speaks_of", &day), ("title", "First")], "a.txt", b"x").await;
    let edit = "/evidence/E-1/edit";
    let first = site.post(edit, "version=1&kind=test&speaks_of=2026-01-01&title=Hers").await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let second = site.post(edit, "version=1&kind=test&speaks_of=2026-01-01&title=His").await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.text.contains("Hers") && second.text.contains("value=\"His\""), "{}", second.text);
    assert!(second.text.contains("name=\"version\" value=\"2\""), "{}", second.text);
    assert_eq!(
        site.post(edit, "version=2&kind=test&speaks_of=2026-01-01&title=His").await.status,
        StatusCode::SEE_OTHER
    );
    let withdrawn = site.post("/evidence/E-1/withdraw", "version=3&why=Wrong+model").await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER, "{}", withdrawn.text);
    assert_eq!(site.get(edit).await.status, StatusCode::CONFLICT);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_auditor_verifies_the_chain_and_sees_it_broken(_: PgPoolOptions, db: PgConnectOptions) {
    let owner = PgPoolOptions::new().max_connections(1).connect_with(db.clone()).await.unwrap();
    let site = site(db).await;
    site.system().await;
    let olga = person(&site.store, "Olga Auditor", &[Role::Auditor]).await;
    site.as_(&olga);
    let trail = site.get("/audit").await;
    assert!(trail.text.contains("AIS-1") && trail.text.contains("Finds fraud"), "{}", trail.text);
    assert!(site.get("/audit?kind=unit&q=claims").await.text.contains("Claims"));
    assert!(site.get("/audit?from=2126-01-01").await.text.contains("No events"));
    let head = site.get("/audit/head.json").await;
    assert_eq!(store::audit::head::parse(&head.text).unwrap()[0].seq, 4);
    let sound = site.post("/audit/verify", "head=").await;
    assert!(sound.text.contains("The chain holds"), "{}", sound.text);
    assert_eq!(site.post("/audit/verify", "head=nonsense").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = site.post("/audit/verify", "head=%7B%22seq%22%3A2%2C%22hash%22%3A%220000000000000000000000000000000000000000000000000000000000000000%22%7D").await;
    assert!(other.text.contains("broken at event 2"), "{}", other.text);
    sqlx::raw_sql(
        "alter table audit_event disable trigger user; update audit_event set actor = 'Nobody' where seq = 3",
    )
    .execute(&owner)
    .await
    .unwrap();
    let broken = site.post("/audit/verify", "head=").await;
    assert!(broken.text.contains("broken at event 3"), "{}", broken.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn search_leads_to_the_record(_: PgPoolOptions, db: PgConnectOptions) {
    let site = site(db).await;
    site.system().await;
    site.as_(&site.ada);
    let found = site.get("/search?q=fraud").await;
    assert!(found.text.contains("href=\"/systems/AIS-1\""), "{}", found.text);
    let direct = site.get("/search?q=ais-1").await;
    assert_eq!(direct.headers[header::LOCATION], "/systems/AIS-1");
    let suggested = site.get("/search/suggest?q=frau").await;
    assert_eq!(suggested.text, r#"[{"label":"AIS-1 Fraud model","href":"/systems/AIS-1"}]"#);
    assert!(site.get("/search").await.text.contains("Search"));
}
