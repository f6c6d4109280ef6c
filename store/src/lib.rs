//! The register on Postgres: every read and write, one function each.
//!
//! A write checks `domain::policy`, opens one transaction ([`tx::Tx`]), writes the change and commits it together with
//! its audit event. Nothing here knows HTTP or HTML.

pub mod audit;
pub mod bulk;
pub mod env;
pub mod error;
pub mod evidence;
pub mod imports;
pub mod matrix;
pub mod measure;
pub mod mitigations;
pub mod people;
mod pool;
pub mod portfolio;
pub mod profile;
pub mod relation;
pub mod reviews;
pub mod risks;
pub mod screening;
pub mod search;
pub mod sessions;
pub mod systems;
pub mod tokens;
pub mod tx;
pub mod units;
pub mod views;
pub mod work;

pub use env::Env;
pub use error::{Error, Result};
pub use pool::ACQUIRE_TIMEOUT;
pub use tx::{Once, Tx};

use object_store::ObjectStore;
use sqlx::postgres::{PgConnectOptions, PgPool};
use std::{sync::Arc, time::Duration};

/// The schema, in the program.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// The role that the program works as; see `migrations/`.
pub const APP_ROLE: &str = "countersign_app";

/// The register. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    env: Arc<dyn Env>,
    files: Arc<dyn ObjectStore>,
    folder: Option<Arc<std::path::Path>>,
    file_max: u64,
    hasher: Arc<people::hasher::Hasher>,
}

impl Store {
    /// Opens a pool that works as [`APP_ROLE`], whoever signs in to the database.
    pub fn connect(
        options: PgConnectOptions,
        connections: u32,
        env: Arc<dyn Env>,
        files: Arc<dyn ObjectStore>,
    ) -> Self {
        let pool = pool::open(options, connections);
        let hasher = Arc::new(people::hasher::Hasher::new());
        Self { pool, env, files, folder: None, file_max: domain::evidence::FILE_MAX, hasher }
    }

    /// The pool, for reads that stand on their own.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Whether the database gives any sign of life within this time, past the pool: a refusal is one.
    pub async fn answers(&self, within: Duration) -> bool {
        pool::answers(&self.pool.connect_options(), within).await
    }

    /// Where evidence files are kept.
    pub fn files(&self) -> &Arc<dyn ObjectStore> {
        &self.files
    }

    /// Says that the files lie in this folder, so that [`evidence::sweep`] also finds what a killed program left half
    /// written there: the local object store does not list it.
    #[must_use]
    pub fn files_in(mut self, folder: impl AsRef<std::path::Path>) -> Self {
        self.folder = Some(folder.as_ref().into());
        self
    }

    /// Sets the largest evidence file, in bytes.
    #[must_use]
    pub fn with_file_max(mut self, bytes: u64) -> Self {
        self.file_max = bytes;
        self
    }

    /// Largest evidence file, in bytes.
    pub fn file_max(&self) -> u64 {
        self.file_max
    }

    pub(crate) fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    /// Now, to the microsecond (what Postgres keeps).
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.env.now()
    }

    /// Today, in UTC.
    pub fn today(&self) -> chrono::NaiveDate {
        self.env.now().date_naive()
    }

    /// A new id (UUID v7).
    pub fn new_id(&self) -> uuid::Uuid {
        self.env.uuid()
    }

    /// 32 random bytes.
    pub fn secret(&self) -> [u8; 32] {
        self.env.secret()
    }

    /// Hashes and verifies passwords.
    pub(crate) fn hasher(&self) -> &people::hasher::Hasher {
        &self.hasher
    }

    /// Time and randomness.
    pub(crate) fn env(&self) -> &dyn Env {
        self.env.as_ref()
    }

    /// Begins a transaction, which can only be committed with its audit event.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx::new(self.pool.begin().await?, self.env.clone()))
    }

    /// Whether the database answers and its schema is this program's.
    pub async fn is_ready(&self) -> Result<bool> {
        let newest = MIGRATOR.iter().map(|m| m.version).max().unwrap_or_default();
        // The table belongs to sqlx, so the macro can't know it.
        let applied: Option<i64> =
            sqlx::query_scalar("select max(version) from _sqlx_migrations where success").fetch_one(&self.pool).await?;
        Ok(applied == Some(newest))
    }
}

/// Brings the schema up to date, as its owner. Waits for another program that does the same (sqlx takes a lock).
///
/// # Errors
/// A database that can't be reached, or one that a newer program has migrated.
pub async fn migrate(options: &PgConnectOptions) -> Result<()> {
    use sqlx::ConnectOptions;
    let mut conn = options.connect().await?;
    MIGRATOR.run(&mut conn).await.map_err(|e| Error::Migration(e.to_string()))?;
    // The role that signs in may have to take the working role.
    sqlx::raw_sql("grant select on _sqlx_migrations to countersign_app").execute(&mut conn).await?;
    Ok(())
}
