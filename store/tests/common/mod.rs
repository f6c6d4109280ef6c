//! What tests of the store share: a store on the test's own database, working as the program's role; a clock that stands
//! still until it is moved; people and units.

#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use chrono::{DateTime, Duration, Utc};
use domain::actor::{Actor, Role};
use domain::ids::UnitId;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::audit::Entry;
use store::tx::Who;
use store::{Env, Store};
use uuid::Uuid;

/// A clock that is moved by hand; ids and secrets are counted.
pub struct Clock {
    micros: AtomicI64,
    count: AtomicU64,
}

impl Clock {
    /// Moves on.
    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Env for Clock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap()
    }

    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.count.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap();
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    fn secret(&self) -> [u8; 32] {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&self.count.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        bytes
    }
}

/// A test's register.
pub struct Register {
    /// The store, as the program has it.
    pub store: Store,
    /// Its clock.
    pub clock: Arc<Clock>,
    /// The database as its owner: for looking behind the store, and for attacks.
    pub owner: PgPool,
}

/// Opens the test's database the way that the program does.
pub fn register(pool: &PgPool) -> Register {
    register_with(pool, Arc::new(object_store::memory::InMemory::new()))
}

/// The same with another place for evidence files.
pub fn register_with(pool: &PgPool, files: Arc<dyn object_store::ObjectStore>) -> Register {
    let start: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
    let clock = Arc::new(Clock { micros: AtomicI64::new(start.timestamp_micros()), count: AtomicU64::new(1) });
    let options = pool.connect_options().as_ref().clone();
    Register { store: Store::connect(options, 5, clock.clone(), files), clock, owner: pool.clone() }
}

impl Register {
    /// A person with these roles; the address is made from the name.
    pub async fn person(&self, name: &str, roles: &[Role]) -> Actor {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let words: Vec<String> = roles.iter().map(|r| r.as_str().to_owned()).collect();
        let mut tx = self.store.begin().await.unwrap();
        let (id, now) = (tx.new_id(), tx.now());
        sqlx::query("insert into person (id, email, name, roles, created_at) values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(&email)
            .bind(name)
            .bind(&words)
            .bind(now)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit(Who::Program("test"), Entry::new("people.manage", "person", id, name)).await.unwrap();
        Actor { id: id.into(), name: name.to_owned(), email, roles: roles.to_vec(), address: None, token: None }
    }

    /// A business unit.
    pub async fn unit(&self, name: &str) -> UnitId {
        let mut tx = self.store.begin().await.unwrap();
        let (id, now) = (tx.new_id(), tx.now());
        sqlx::query("insert into business_unit (id, name, created_at) values ($1, $2, $3)")
            .bind(id)
            .bind(name)
            .bind(now)
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit(Who::Program("test"), Entry::new("units.manage", "unit", id, name)).await.unwrap();
        id.into()
    }

    /// A number that a query gives, as the database's owner.
    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.owner).await.unwrap()
    }

    /// Statements as the database's owner.
    pub async fn sql(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.owner).await.unwrap();
    }
}
