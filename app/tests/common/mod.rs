//! What tests of pages share: the router as the program has it, and a browser without script that fills in forms.

#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use app::server::{AppState, Assets, state::Site};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
};
use chrono::{DateTime, Utc};
use domain::actor::{Actor, Role};
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Env, Store, audit::Entry, tx::Who};
use tower::ServiceExt;

/// A clock that stands still; ids are counted.
pub struct Counting(AtomicU64);

impl Env for Counting {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_442_000, 0).unwrap()
    }
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::from_u128(
            0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(self.0.fetch_add(1, Ordering::SeqCst)),
        )
    }
    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// The pages over a register of their own.
pub struct Pages {
    pub router: Router,
    pub store: Store,
}

/// An answer: status, where it leads, text.
pub struct Answer {
    pub status: StatusCode,
    pub to: String,
    pub html: String,
}

impl Pages {
    pub async fn open(pool: &PgPool) -> Self {
        Self::with_connections(pool, 4).await
    }

    /// With so many connections to the database.
    pub async fn with_connections(pool: &PgPool, connections: u32) -> Self {
        let files = Arc::new(object_store::memory::InMemory::new());
        let env = Arc::new(Counting(AtomicU64::new(1)));
        let store = Store::connect(pool.connect_options().as_ref().clone(), connections, env, files);
        store::matrix::ensure_first(&store).await.unwrap();
        let state = AppState {
            store: store.clone(),
            assets: Assets { base: "/assets/abc".into(), islands: false },
            site: Site {
                organisation: "Meridian".into(),
                version: "1".into(),
                demo: false,
                base_url: "https://register.example".into(),
                upload_limit: 100_000_000,
                session_idle: std::time::Duration::from_secs(1800),
            },
        };
        Self { router: app::routes::router().with_state(state), store }
    }

    pub async fn person(&self, name: &str, role: Role) -> Actor {
        let mut tx = self.store.begin().await.unwrap();
        let id = tx.new_id();
        let email = format!("{}@example.org", name.to_lowercase());
        sqlx::query("insert into person (id, email, name, roles, created_at) values ($1, $2, $3, $4, now())")
            .bind(id)
            .bind(&email)
            .bind(name)
            .bind(vec![role.as_str()])
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit(Who::Program("test"), Entry::new("people.manage", "person", id, name)).await.unwrap();
        Actor { id: id.into(), name: name.into(), email, roles: vec![role], address: None, token: None }
    }

    pub async fn unit(&self) {
        let mut tx = self.store.begin().await.unwrap();
        let id = tx.new_id();
        sqlx::query("insert into business_unit (id, name, created_at) values ($1, 'Claims', now())")
            .bind(id)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit(Who::Program("test"), Entry::new("units.manage", "unit", id, "Claims")).await.unwrap();
    }

    pub async fn send(&self, actor: &Actor, request: Request) -> Answer {
        let mut request = request;
        request.extensions_mut().insert(Some(actor.clone()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let to = response.headers().get("location").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let html = String::from_utf8(to_bytes(response.into_body(), 10_000_000).await.unwrap().to_vec()).unwrap();
        Answer { status, to, html }
    }

    pub async fn get(&self, actor: &Actor, path: &str) -> Answer {
        self.send(actor, Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Fills in the form of a page as a browser would: what stands in it, then what is typed.
    pub async fn submit(&self, actor: &Actor, page: &Answer, action: &str, typed: &[(&str, &str)]) -> Answer {
        let mut pairs = form(&page.html, action);
        pairs.retain(|(name, _)| !typed.iter().any(|(t, _)| t == name));
        pairs.extend(typed.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let body: Vec<String> = pairs.iter().map(|(n, v)| format!("{}={}", escape(n), escape(v))).collect();
        let request = Request::post(action).header("content-type", "application/x-www-form-urlencoded");
        self.send(actor, request.body(Body::from(body.join("&"))).unwrap()).await
    }
}

pub fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b == b'_' || b == b'-' {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// The part of a page that is the form with this action.
pub fn form_html<'a>(html: &'a str, action: &str) -> &'a str {
    let mark = format!("action=\"{action}\"");
    let at = html.find(&mark).unwrap_or_else(|| panic!("no form {action}"));
    let start = html[..at].rfind("<form").unwrap();
    &html[start..start + html[start..].find("</form>").unwrap()]
}

pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let mark = format!(" {name}=\"");
    let start = tag.find(&mark)? + mark.len();
    Some(unescape(&tag[start..start + tag[start..].find('"')?]))
}

/// Fields of a form with their values, as a browser would send them.
pub fn form(html: &str, action: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let form = form_html(html, action);
    for (at, _) in form.match_indices('<') {
        let tag = &form[at..at + form[at..].find('>').unwrap_or(0)];
        let Some(name) = attribute(tag, "name") else { continue };
        let ticked = tag.contains(" checked");
        let value = attribute(tag, "value").unwrap_or_default();
        if tag.starts_with("<input") {
            let boxed = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
            if !boxed || ticked {
                pairs.push((name, value));
            }
        } else if tag.starts_with("<textarea") {
            let rest = &form[at + tag.len() + 1..];
            pairs.push((name, unescape(rest[..rest.find("</textarea>").unwrap()].trim_start_matches('\n'))));
        } else if tag.starts_with("<select") {
            let rest = &form[at..at + form[at..].find("</select>").unwrap()];
            let chosen = rest.split("<option").find(|o| o.split('>').next().is_some_and(|o| o.contains(" selected")));
            pairs.push((name, chosen.and_then(|o| attribute(o, "value")).unwrap_or_default()));
        }
    }
    pairs
}

/// Names of the fields that a form asks for and does not call optional.
pub fn asked(html: &str, action: &str) -> Vec<String> {
    let form = form_html(html, action);
    let mut names: Vec<String> = Vec::new();
    // A field ends where the next one begins; its label says whether it may be left out.
    for field in form.split("class=\"field\"").skip(1) {
        let named = field.split('<').find(|t| ["input", "select", "textarea"].iter().any(|k| t.starts_with(k)));
        let Some(name) = named.and_then(|tag| attribute(tag, "name")) else { continue };
        if !field.contains("(optional)") && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
