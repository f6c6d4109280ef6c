//! What a session must withstand (checklist T1 to T5, T12 to T14, T16, T23).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that fails should say where")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use app::server::session::{SessionChange, SessionId};
use axum::body::Body;
use axum::extract::Path;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use common::Site;
use domain::actor::Actor;
use domain::ids::PersonId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::Semaphore;
use tower_sessions::Session;
use uuid::Uuid;

const HTTPS: [&str; 2] = ["--public-url", "https://risk.example.org"];

async fn who(Extension(actor): Extension<Option<Actor>>) -> String {
    actor.map_or_else(|| "nobody".to_owned(), |actor| format!("{} {:?}", actor.name, actor.roles))
}

async fn sign_in(Path(person): Path<Uuid>) -> Response {
    SessionChange::Begin(PersonId(person)).on("in".into_response())
}

fn routes() -> Router {
    Router::new()
        .route("/who", get(who))
        .route("/in/{person}", post(sign_in))
        .route("/again", post(|| async { SessionChange::Renew.on("again".into_response()) }))
        .route("/out", post(|| async { SessionChange::End.on("out".into_response()) }))
        .route(
            "/id",
            get(|id: Option<Extension<SessionId>>| async move { id.map(|id| id.0.0.to_string()).unwrap_or_default() }),
        )
        .route("/echo", post(|body: String| async move { body.len().to_string() }))
        .route("/panic", get(|| async { panic!("on purpose") as &'static str }))
}

async fn signed_in(options: PgConnectOptions, args: &[&str]) -> (Site, PersonId) {
    let site = Site::new(options, args, routes());
    let person = site.person().await;
    let answer = site.browse(Method::POST, &format!("/in/{person}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    (site, person)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn over_plain_http_the_cookie_is_plain_and_still_closed_to_script(_: PgPoolOptions, db: PgConnectOptions) {
    let site = Site::new(db, &[], routes());
    let person = site.person().await;
    let answer = site.browse(Method::POST, &format!("/in/{person}")).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
    assert!(!answer.headers.contains_key("strict-transport-security"));
    assert!(site.browse(Method::GET, "/who").await.text.starts_with("Maya"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn over_https_the_cookie_is_bound_to_the_host(_: PgPoolOptions, db: PgConnectOptions) {
    let site = Site::new(db, &HTTPS, routes());
    let person = site.person().await;
    let answer = site.browse(Method::POST, &format!("/in/{person}")).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-session=") && cookie.contains("Secure") && cookie.contains("Path=/"),
        "{cookie}"
    );
    assert!(answer.headers["strict-transport-security"].to_str().unwrap().contains("max-age=31"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_scheme_is_believed_from_trusted_proxies_alone(_: PgPoolOptions, db: PgConnectOptions) {
    for (trusted, secure) in [("127.0.0.1", true), ("10.0.0.0/8", false)] {
        let site = Site::new(db.clone(), &["--trusted-proxies", trusted], routes());
        let request = Request::get("/who").header("x-forwarded-proto", "https").body(Body::empty()).unwrap();
        let answer = site.send(request).await;
        assert_eq!(answer.headers.contains_key("strict-transport-security"), secure, "{trusted}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn signing_in_gives_a_new_secret_and_the_old_one_is_dead(_: PgPoolOptions, db: PgConnectOptions) {
    let (site, person) = signed_in(db, &[]).await;
    let first = site.cookie();
    let id = site.browse(Method::GET, "/id").await.text;
    assert!(Uuid::parse_str(&id).is_ok(), "the session has a name that is not its secret: {id}");
    assert!(!first.clone().unwrap().contains(&id));
    for path in [format!("/in/{person}"), "/again".to_owned()] {
        let before = site.cookie();
        site.browse(Method::POST, &path).await;
        let after = site.cookie();
        assert_ne!(before, after, "{path}");
        assert!(site.browse(Method::GET, "/who").await.text.starts_with("Maya"), "{path}");
        site.set_cookie(before);
        assert_eq!(site.browse(Method::GET, "/who").await.text, "nobody", "replayed after {path}");
        site.set_cookie(after);
    }
    assert_eq!(site.count("select count(*) from session where revoked_at is null").await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_secret_that_a_browser_brings_is_not_taken_over(_: PgPoolOptions, db: PgConnectOptions) {
    let site = Site::new(db, &[], routes());
    let person = site.person().await;
    let planted = "session=AAAAAAAAAAAAAAAAAAAAAA";
    site.set_cookie(Some(planted.to_owned()));
    site.browse(Method::POST, &format!("/in/{person}")).await;
    assert_ne!(site.cookie().unwrap(), planted);
    site.set_cookie(Some(planted.to_owned()));
    assert_eq!(site.browse(Method::GET, "/who").await.text, "nobody");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_register_knows_the_hash_alone(_: PgPoolOptions, db: PgConnectOptions) {
    use sha2::Digest as _;
    let (site, _) = signed_in(db, &[]).await;
    let cookie = site.cookie().unwrap();
    let secret: tower_sessions::session::Id = cookie.split_once('=').unwrap().1.parse().unwrap();
    let hash: [u8; 32] = sha2::Sha256::digest(secret.0.to_le_bytes()).into();
    assert!(store::sessions::load(&site.store, &hash, chrono::Duration::minutes(30)).await.unwrap().is_some());
    assert_eq!(site.count("select count(*) from session where data::text like '%@actor%'").await, 0);
    assert_eq!(site.count("select count(*) from session where user_agent = 'Test' and address is not null").await, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_sign_out_is_final_for_requests_under_way(_: PgPoolOptions, db: PgConnectOptions) {
    let gate = Arc::new(Semaphore::new(0));
    let arrived = Arc::new(Semaphore::new(0));
    let (waiting, here) = (gate.clone(), arrived.clone());
    let slow = move |session: Session| async move {
        session.insert("half-done", true).await.unwrap();
        here.add_permits(1);
        waiting.acquire().await.unwrap().forget();
        "done"
    };
    let site = Arc::new(Site::new(db, &[], routes().route("/slow", post(slow))));
    let person = site.person().await;
    site.browse(Method::POST, &format!("/in/{person}")).await;
    let cookie = site.cookie().unwrap();

    let slow: Vec<_> = (0..50)
        .map(|_| {
            let (site, cookie) = (site.clone(), cookie.clone());
            let request = Request::post("/slow").header("sec-fetch-site", "same-origin").header("cookie", cookie);
            tokio::spawn(async move { site.send(request.body(Body::empty()).unwrap()).await.status })
        })
        .collect();
    arrived.acquire_many(50).await.unwrap().forget();
    assert_eq!(site.browse(Method::POST, "/out").await.status, StatusCode::OK);
    gate.add_permits(50);
    for slow in slow {
        assert_eq!(slow.await.unwrap(), StatusCode::OK);
    }
    site.set_cookie(Some(cookie));
    assert_eq!(site.browse(Method::GET, "/who").await.text, "nobody");
    assert_eq!(site.count("select count(*) from session where revoked_at is null").await, 0);
    assert_eq!(site.count("select count(*) from session where data ? 'half-done'").await, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_ends_after_thirty_idle_minutes_and_after_twelve_hours(_: PgPoolOptions, db: PgConnectOptions) {
    let (site, person) = signed_in(db, &[]).await;
    let minutes = |n: u64| Duration::from_secs(60 * n);
    site.clock.advance(minutes(29));
    assert!(site.browse(Method::GET, "/who").await.text.starts_with("Maya"));
    site.clock.advance(minutes(29));
    assert!(site.browse(Method::GET, "/who").await.text.starts_with("Maya"), "use counts, not the last change");
    site.clock.advance(minutes(31));
    assert_eq!(site.browse(Method::GET, "/who").await.text, "nobody", "idle");

    site.browse(Method::POST, &format!("/in/{person}")).await;
    for _ in 0..(12 * 60 / 20 - 1) {
        site.clock.advance(minutes(20));
        assert!(site.browse(Method::GET, "/who").await.text.starts_with("Maya"));
    }
    site.clock.advance(minutes(21));
    assert_eq!(site.browse(Method::GET, "/who").await.text, "nobody", "twelve hours");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn roles_and_deactivation_count_from_the_next_request(_: PgPoolOptions, db: PgConnectOptions) {
    let (site, person) = signed_in(db, &[]).await;
    assert_eq!(site.browse(Method::GET, "/who").await.text, "Maya [Owner]");
    site.sql("update person set roles = array['committee'] where id = $1", person.0).await;
    assert_eq!(site.browse(Method::GET, "/who").await.text, "Maya [Committee]");
    site.sql("update person set deactivated_at = now() where id = $1", person.0).await;
    assert_eq!(site.browse(Method::GET, "/who").await.text, "nobody");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn another_sites_form_changes_nothing(_: PgPoolOptions, db: PgConnectOptions) {
    let (site, _) = signed_in(db, &[]).await;
    let cookie = site.cookie().unwrap();
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-none", "")] {
        let request = Request::post("/out").header("host", "localhost").header("cookie", &cookie).header(name, value);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert!(site.browse(Method::GET, "/who").await.text.starts_with("Maya"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn bodies_have_limits_at_their_edges(_: PgPoolOptions, db: PgConnectOptions) {
    let site = Site::new(db, &["--upload-limit", "2MB"], routes());
    let send = async |kind: &str, size: usize, length: bool| {
        let mut request = Request::post("/echo").header("content-type", kind);
        if length {
            request = request.header("content-length", size);
        }
        let chunks = futures::stream::iter(
            (0..size)
                .step_by(64 * 1024)
                .map(move |at| Ok::<_, std::convert::Infallible>(vec![b'a'; (size - at).min(64 * 1024)])),
        );
        site.send(request.body(Body::from_stream(chunks)).unwrap()).await.status
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    const UPLOAD: &str = "multipart/form-data; boundary=b";
    let megabyte = 1024 * 1024;
    for length in [true, false] {
        assert_eq!(send(FORM, megabyte, length).await, StatusCode::OK, "{length}");
        assert_eq!(send(FORM, megabyte + 1, length).await, StatusCode::PAYLOAD_TOO_LARGE, "{length}");
        assert_eq!(send(UPLOAD, 3 * megabyte, length).await, StatusCode::OK, "{length}");
        assert_eq!(send(UPLOAD, 3 * megabyte + 1, length).await, StatusCode::PAYLOAD_TOO_LARGE, "{length}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_answer_carries_the_headers_and_a_nonce_of_its_own(_: PgPoolOptions, db: PgConnectOptions) {
    let site = Site::new(db, &[], routes());
    let mut nonces = std::collections::HashSet::new();
    for path in ["/who", "/nowhere", "/panic", "/healthz", "/assets/none/x.css"] {
        let answer = site.browse(Method::GET, path).await;
        for name in [
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "x-frame-options",
            "x-request-id",
            "cache-control",
        ] {
            assert!(answer.headers.contains_key(name), "{path}: {name}");
        }
        let policy = answer.headers["content-security-policy"].to_str().unwrap().to_owned();
        for part in
            ["default-src 'none'", "base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "'strict-dynamic'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 20 && nonces.insert(nonce), "{path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_panic_is_one_answer_and_no_more(_: PgPoolOptions, db: PgConnectOptions) {
    let site = Site::new(db, &[], routes());
    let answer = site.browse(Method::GET, "/panic").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.text.contains("on purpose"), "internals stay in the log");
    assert_eq!(site.browse(Method::GET, "/who").await.text, "nobody");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_that_cannot_be_kept_is_said_in_words(_: PgPoolOptions, db: PgConnectOptions) {
    let (site, _) = signed_in(db.clone(), &[]).await;
    let owner = sqlx::PgPool::connect_with(db).await.unwrap();
    sqlx::raw_sql("revoke insert on session from countersign_app").execute(&owner).await.unwrap();
    // What the handler did is done by then: nobody may be told that nothing was changed.
    let answer = site.browse(Method::POST, "/again").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key("retry-after"));
    assert!(answer.text.contains("Look whether the change is there"), "{}", answer.text);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_database_the_answer_is_a_prompt_503(_: PgPoolOptions, db: PgConnectOptions) {
    let away = db.socket("/nowhere");
    let site = Site::new(away, &[], routes());
    site.set_cookie(Some("session=AAAAAAAAAAAAAAAAAAAAAA".to_owned()));
    let begun = std::time::Instant::now();
    let answer = site.browse(Method::GET, "/who").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key("retry-after"));
    // At once; a request's own limit would be three quarters of a minute.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(site.browse(Method::GET, "/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(site.browse(Method::GET, "/healthz").await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn readiness_tells_the_truth_about_the_schema(_: PgPoolOptions, db: PgConnectOptions) {
    store::migrate(&db).await.unwrap(); // also lets the program read which migrations ran
    let site = Site::new(db, &[], routes());
    assert_eq!(site.browse(Method::GET, "/readyz").await.text, "ready\n");
    site.sql("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations) and $1::uuid is not null", Uuid::nil()).await;
    let answer = site.browse(Method::GET, "/readyz").await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "the schema is not this program's\n")
    );
}
