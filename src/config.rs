//! Every setting, from flag or environment, checked before anything starts.
//!
//! clap only collects the texts; each is parsed here, so that a wrong one gets one line that names it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

mod parse;

pub use parse::{Network, networks};

/// A request body of a form that is not an upload.
pub const FORM_LIMIT: usize = 1024 * 1024;

/// The settings as given. `--help` prints each with its default.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Address and port to listen on
    #[arg(long, global = true, env = "COUNTERSIGN_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:3000")]
    pub listen: String,

    /// The address that people type, used in links; https here makes every cookie Secure [default: http:// and the address listened on]
    #[arg(long, global = true, env = "COUNTERSIGN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// The organisation's name, shown on every page
    #[arg(
        long,
        global = true,
        env = "COUNTERSIGN_ORGANISATION",
        value_name = "NAME",
        default_value = "Our organisation"
    )]
    pub organisation: String,

    /// Postgres to work on, as postgres://user:password@host/database [default: a private one in the data folder]
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The same database as its owner, for migrations [default: the database URL]
    #[arg(long, global = true, env = "MIGRATION_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub migration_database_url: Option<String>,

    /// Connections to Postgres at most, 2 to 200
    #[arg(long, global = true, env = "COUNTERSIGN_POOL_SIZE", value_name = "N", default_value = "10")]
    pub pool_size: String,

    /// Folder for the private Postgres and for evidence files
    #[arg(long, global = true, env = "COUNTERSIGN_DATA", value_name = "FOLDER", default_value = "./var")]
    pub data: String,

    /// Where evidence files are kept: a folder, or s3://bucket/prefix [default: evidence/ in the data folder]
    #[arg(long, global = true, env = "COUNTERSIGN_EVIDENCE", value_name = "FOLDER|URL")]
    pub evidence: Option<String>,

    /// File with the key that the gate's answers are signed with; made at the first start [default: signing.key in the data folder]
    #[arg(long, global = true, env = "COUNTERSIGN_SIGNING_KEY", value_name = "FILE")]
    pub signing_key: Option<String>,

    /// Largest evidence file, such as 100MB
    #[arg(long, global = true, env = "COUNTERSIGN_UPLOAD_LIMIT", value_name = "SIZE", default_value = "100MB")]
    pub upload_limit: String,

    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks, comma-separated
    #[arg(long, global = true, env = "COUNTERSIGN_TRUSTED_PROXIES", value_name = "LIST", default_value = "")]
    pub trusted_proxies: String,

    /// A session ends after this time without use, such as 30m
    #[arg(long, global = true, env = "COUNTERSIGN_SESSION_IDLE", value_name = "TIME", default_value = "30m")]
    pub session_idle: String,

    /// A session ends this long after signing in, such as 12h
    #[arg(long, global = true, env = "COUNTERSIGN_SESSION_LIFETIME", value_name = "TIME", default_value = "12h")]
    pub session_lifetime: String,

    /// How much is logged: error, warn, info, debug, trace, or a tracing filter
    #[arg(long, global = true, env = "COUNTERSIGN_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,

    /// Form of the log: text or json
    #[arg(long, global = true, env = "COUNTERSIGN_LOG_FORMAT", value_name = "FORM", default_value = "text")]
    pub log_format: String,

    /// Folder with Postgres' server programs [default: found by pg_config and in the usual places]
    #[arg(long, global = true, env = "COUNTERSIGN_POSTGRES_BIN", value_name = "FOLDER")]
    pub postgres_bin: Option<String>,
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Option<PublicUrl>,
    pub organisation: String,
    pub database: Option<Database>,
    pub pool_size: u32,
    pub data: PathBuf,
    pub evidence: Evidence,
    pub signing_key: PathBuf,
    /// Bytes.
    pub upload_limit: u64,
    pub trusted_proxies: Vec<Network>,
    pub session_idle: Duration,
    pub session_lifetime: Duration,
    pub log: String,
    pub log_format: LogFormat,
    pub postgres_bin: Option<PathBuf>,
}

/// A database that the operator gives.
#[derive(Clone)]
pub struct Database {
    /// The application's role.
    pub url: String,
    /// The owner of the tables.
    pub migration_url: String,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Database(..)") // the URLs hold passwords
    }
}

/// Where people reach the program: a scheme and a host, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
}

impl PublicUrl {
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Where evidence files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    Folder(PathBuf),
    /// Needs the feature `s3`; credentials come from the AWS_… variables.
    S3 {
        bucket: String,
        prefix: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("--{flag} ({variable}): {reason}")]
pub struct Wrong {
    pub flag: &'static str,
    pub variable: &'static str,
    pub reason: String,
}

fn named<T>(flag: &'static str, variable: &'static str, result: Result<T, String>) -> Result<T, Wrong> {
    result.map_err(|reason| Wrong { flag, variable, reason })
}

impl Config {
    /// Checks every setting; the first wrong one is told.
    ///
    /// # Errors
    /// [`Wrong`], naming the flag and the variable.
    pub fn new(given: &Settings) -> Result<Self, Wrong> {
        let data = named("data", "COUNTERSIGN_DATA", parse::folder(&given.data))?;
        let evidence = match &given.evidence {
            None => Evidence::Folder(data.join("evidence")),
            Some(text) => named("evidence", "COUNTERSIGN_EVIDENCE", parse::evidence(text))?,
        };
        let signing_key = match &given.signing_key {
            None => data.join("signing.key"),
            Some(text) => named("signing-key", "COUNTERSIGN_SIGNING_KEY", parse::file(text))?,
        };
        let (session_idle, session_lifetime) = sessions(given)?;
        Ok(Self {
            listen: named("listen", "COUNTERSIGN_LISTEN", parse::address(&given.listen))?,
            public_url: given
                .public_url
                .as_deref()
                .map(|text| named("public-url", "COUNTERSIGN_PUBLIC_URL", parse::public_url(text)))
                .transpose()?,
            organisation: named("organisation", "COUNTERSIGN_ORGANISATION", parse::name(&given.organisation))?,
            database: database(given)?,
            pool_size: named("pool-size", "COUNTERSIGN_POOL_SIZE", parse::number(&given.pool_size, 2, 200))?,
            data,
            evidence,
            signing_key,
            upload_limit: named("upload-limit", "COUNTERSIGN_UPLOAD_LIMIT", parse::size(&given.upload_limit))?,
            trusted_proxies: named(
                "trusted-proxies",
                "COUNTERSIGN_TRUSTED_PROXIES",
                parse::networks(&given.trusted_proxies),
            )?,
            session_idle,
            session_lifetime,
            log: named("log", "COUNTERSIGN_LOG", parse::log_filter(&given.log))?,
            log_format: named("log-format", "COUNTERSIGN_LOG_FORMAT", parse::log_format(&given.log_format))?,
            postgres_bin: given
                .postgres_bin
                .as_deref()
                .map(|text| named("postgres-bin", "COUNTERSIGN_POSTGRES_BIN", parse::postgres_bin(text)))
                .transpose()?,
        })
    }

    /// Links in invitations begin with this. `listening` is the address really bound (port 0 is a free one).
    pub fn base_url(&self, listening: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().to_owned(),
            None if listening.ip().is_unspecified() => format!("http://localhost:{}", listening.port()),
            None => format!("http://{listening}"),
        }
    }
}

fn database(given: &Settings) -> Result<Option<Database>, Wrong> {
    let check = |flag, variable, text: &str| named(flag, variable, parse::database_url(text));
    let Some(url) = given.database_url.as_deref() else {
        return match &given.migration_database_url {
            None => Ok(None),
            Some(_) => named(
                "migration-database-url",
                "MIGRATION_DATABASE_URL",
                Err("needs --database-url (DATABASE_URL) as well".to_owned()),
            ),
        };
    };
    let url = check("database-url", "DATABASE_URL", url)?;
    let migration_url = match given.migration_database_url.as_deref() {
        Some(text) => check("migration-database-url", "MIGRATION_DATABASE_URL", text)?,
        None => url.clone(),
    };
    Ok(Some(Database { url, migration_url }))
}

fn sessions(given: &Settings) -> Result<(Duration, Duration), Wrong> {
    let idle = named("session-idle", "COUNTERSIGN_SESSION_IDLE", parse::time(&given.session_idle))?;
    let lifetime = named("session-lifetime", "COUNTERSIGN_SESSION_LIFETIME", parse::time(&given.session_lifetime))?;
    if idle > lifetime {
        return named("session-idle", "COUNTERSIGN_SESSION_IDLE", Err("is longer than --session-lifetime".to_owned()));
    }
    Ok((idle, lifetime))
}

#[cfg(test)]
mod tests;
