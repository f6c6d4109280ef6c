//! tower-sessions over the register's own table (checklist T1 to T5).
//!
//! The cookie holds 128 random bits, the table their SHA-256. Loading joins the person with today's roles, so that a
//! request knows its actor by one statement, and a change of roles counts from the next request.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use domain::actor::Actor;
use domain::ids::PersonId;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use store::Store;
use store::sessions::{self, Hash};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{self, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use crate::env::random;

/// Whose session it is; kept.
pub const PERSON: &str = "person";
/// Where it was begun from; kept.
pub const CLIENT: &str = "client";
/// The person as they are now; given at loading, never kept.
pub const ACTOR: &str = "@actor";
/// The session's name in lists; given at loading, never kept.
pub const SESSION_ID: &str = "@id";

/// Browsers take a cookie of this name only with Secure, for this host alone.
const SECURE_COOKIE: &str = "__Host-session";
/// Over plain http there is no Secure cookie.
const PLAIN_COOKIE: &str = "session";

/// Sessions in the register.
#[derive(Clone)]
pub struct Register {
    store: Store,
    idle: Duration,
    lifetime: Duration,
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Register")
    }
}

impl Register {
    pub fn new(store: Store, idle: Duration, lifetime: Duration) -> Self {
        Self { store, idle, lifetime }
    }

    /// The layer for browsers that reach us by https, or by plain http.
    pub fn layer(&self, https: bool) -> SessionManagerLayer<Self> {
        let lifetime = time::Duration::try_from(self.lifetime).unwrap_or(time::Duration::HOUR);
        SessionManagerLayer::new(self.clone())
            .with_name(if https { SECURE_COOKIE } else { PLAIN_COOKIE })
            .with_secure(https)
            .with_http_only(true)
            .with_same_site(SameSite::Lax)
            .with_path("/")
            .with_expiry(Expiry::OnInactivity(lifetime))
    }
}

#[async_trait]
impl SessionStore for Register {
    async fn create(&self, record: &mut Record) -> Result<()> {
        record.id = Id(i128::from_le_bytes(random()));
        let person: PersonId = match record.data.get(PERSON) {
            Some(person) => serde_json::from_value(person.clone()).map_err(encode)?,
            None => return Err(Error::Backend("a session needs its person".to_owned())),
        };
        let client = record.data.get(CLIENT);
        let text = |name| client.and_then(|c| c.get(name)).and_then(Value::as_str).map(str::to_owned);
        let new = sessions::Begin {
            hash: hash(&record.id),
            person,
            lifetime: chrono::Duration::from_std(self.lifetime).map_err(encode)?,
            address: text("address"),
            user_agent: text("agent"),
            data: kept(record),
        };
        match sessions::begin(&self.store, &new).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Backend("the person was deactivated meanwhile".to_owned())),
            Err(error) => Err(backend(error)),
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        sessions::save(&self.store, &hash(&record.id), &kept(record)).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let idle = chrono::Duration::from_std(self.idle).map_err(encode)?;
        let Some(found) = sessions::load(&self.store, &hash(id), idle).await.map_err(backend)? else {
            return Ok(None);
        };
        let Value::Object(data) = found.data else { return Ok(None) };
        let mut record = Record { id: *id, data: data.into_iter().collect(), expiry_date: OffsetDateTime::now_utc() };
        record.data.insert(ACTOR.to_owned(), serde_json::to_value(&found.actor).map_err(encode)?);
        record.data.insert(SESSION_ID.to_owned(), serde_json::to_value(found.id).map_err(encode)?);
        Ok(Some(record))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::end(&self.store, &hash(id)).await.map_err(backend)
    }
}

fn hash(id: &Id) -> Hash {
    Sha256::digest(id.0.to_le_bytes()).into()
}

/// What is kept: all but what loading gives.
fn kept(record: &Record) -> Value {
    let kept = record.data.iter().filter(|(key, _)| !key.starts_with('@'));
    Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>())
}

fn encode(error: impl fmt::Display) -> Error {
    Error::Encode(error.to_string())
}

fn backend(error: store::Error) -> Error {
    Error::Backend(error.to_string())
}

/// The person of the request, as loading gave them.
pub fn actor(value: Value) -> Option<Actor> {
    serde_json::from_value(value).ok()
}
