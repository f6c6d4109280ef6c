//! A whole server around a few routes of the test's own, on a database of the test's own.
#![allow(dead_code, reason = "each test file uses a part")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use countersign::config::{Config, Settings};
use countersign::env::SystemEnv;
use countersign::server::front::Front;
use countersign::server::{Edge, router};
use domain::ids::PersonId;
use http_body_util::BodyExt as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use store::{Env, Store};
use tower::ServiceExt as _;
use uuid::Uuid;

/// The machine's clock, moved by the test.
#[derive(Default)]
pub struct Clock(AtomicI64);

impl Clock {
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Env for Clock {
    fn now(&self) -> DateTime<Utc> {
        SystemEnv.now() + chrono::Duration::microseconds(self.0.load(Ordering::SeqCst))
    }
    fn uuid(&self) -> Uuid {
        SystemEnv.uuid()
    }
    fn secret(&self) -> [u8; 32] {
        SystemEnv.secret()
    }
}

pub fn settings(args: &[&str]) -> Config {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }
    let line = <Line as clap::Parser>::parse_from(std::iter::once(&"countersign").chain(args));
    Config::new(&line.settings).unwrap()
}

/// The server as a browser meets it.
pub struct Site {
    app: Router,
    pub store: Store,
    pub clock: Arc<Clock>,
    options: PgConnectOptions,
    /// The browser's cookies, as one header.
    cookie: Mutex<Option<String>>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Site {
    pub fn new(options: PgConnectOptions, args: &[&str], routes: Router) -> Self {
        let config = settings(args);
        let clock = Arc::new(Clock::default());
        let files = Arc::new(object_store::memory::InMemory::new());
        let store = Store::connect(options.clone(), 5, clock.clone(), files);
        let edge = Edge::new(&config, clock.clone());
        let front = Front::default();
        front.open(router::guarded(&edge, store.clone(), routes), store.clone());
        Self { app: front.router(&edge), store, clock, options, cookie: Mutex::default() }
    }

    /// Sends as a browser does: with its cookies, from our own page; keeps the cookie that comes back.
    pub async fn browse(&self, method: Method, path: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        request = request.header("sec-fetch-site", "same-origin").header("user-agent", "Test");
        if let Some(cookie) = self.cookie() {
            request = request.header(header::COOKIE, cookie);
        }
        let answer = self.send(request.body(Body::empty()).unwrap()).await;
        if let Some(set) = answer.headers.get(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = Some(pair).filter(|pair| !pair.ends_with('='));
        }
        answer
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// `name=value`.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().unwrap().clone()
    }

    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().unwrap() = cookie;
    }

    /// As the cluster's superuser, past every guard: sets up what no function of the register would write.
    pub async fn sql(&self, statement: &'static str, id: Uuid) {
        let mut connection = self.options.connect().await.unwrap();
        sqlx::query("set session_replication_role = replica").execute(&mut connection).await.unwrap();
        sqlx::query(statement).bind(id).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// One number.
    pub async fn count(&self, statement: &'static str) -> i64 {
        let mut connection = self.options.connect().await.unwrap();
        let count = sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        count
    }

    pub async fn person(&self) -> PersonId {
        let id = self.clock.uuid();
        self.sql(
            "insert into person (id, email, name, roles, created_at)
             values ($1, 'maya@example.org', 'Maya', array['owner'], now())",
            id,
        )
        .await;
        PersonId(id)
    }
}
