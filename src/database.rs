//! Which database the program works on: the operator's, or the private one.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use sqlx::postgres::PgConnectOptions;
use store::Store;

use crate::Failure;
use crate::config::{Config, Evidence};
use crate::env::SystemEnv;
use crate::postgres::{Access, Private, Urls};

/// Between two tries to reach a database that is away.
const AGAIN: Duration = Duration::from_secs(1);

/// A database to connect to. Close it: a private Postgres ends with it.
pub struct Database {
    application: PgConnectOptions,
    owner: PgConnectOptions,
    access: Option<Access>,
}

impl Database {
    /// For the server: a private Postgres must be this program's alone.
    ///
    /// # Errors
    /// When there is no private Postgres to be had; the operator's database is not asked yet.
    pub async fn for_serving(config: &Config) -> Result<Self, Failure> {
        match &config.database {
            Some(_) => Self::given(config),
            None => {
                let private = Private::start(&config.data, config.postgres_bin.as_deref()).await?;
                Self::private(Access::Own(private))
            }
        }
    }

    /// For a command: a server that runs on the data folder shares its Postgres.
    ///
    /// # Errors
    /// As [`Database::for_serving`].
    pub async fn for_command(config: &Config) -> Result<Self, Failure> {
        match &config.database {
            Some(_) => Self::given(config),
            None => Self::private(Access::open(&config.data, config.postgres_bin.as_deref()).await?),
        }
    }

    fn given(config: &Config) -> Result<Self, Failure> {
        let Some(given) = &config.database else { return Err(Failure::new("no database is given")) };
        let urls = Urls { application: given.url.clone(), owner: given.migration_url.clone() };
        Self::new(&urls, None)
    }

    fn private(access: Access) -> Result<Self, Failure> {
        Self::new(&access.urls().clone(), Some(access))
    }

    fn new(urls: &Urls, access: Option<Access>) -> Result<Self, Failure> {
        Ok(Self { application: options(&urls.application)?, owner: options(&urls.owner)?, access })
    }

    /// Which register a command looked at, for whoever reads its answer.
    pub fn named(config: &Config) -> String {
        match &config.database {
            Some(_) => "the register of DATABASE_URL".to_owned(),
            None => format!("the register in {}", config.data.display()),
        }
    }

    /// Brings the schema up to date; waits while the database is away.
    ///
    /// # Errors
    /// What waiting does not mend: a refused sign-in, a schema of a newer program.
    pub async fn migrate(&self) -> Result<(), Failure> {
        loop {
            match store::migrate(&self.owner).await {
                Ok(()) => return Ok(()),
                Err(error @ (store::Error::Unavailable(_) | store::Error::Busy)) => {
                    tracing::warn!(error = %causes(&error), "the database is away; trying again");
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(Failure::new(format!("cannot migrate: {}", causes(&error)))),
            }
        }
    }

    /// The register, with the evidence's place.
    ///
    /// # Errors
    /// When the evidence's folder cannot be made.
    pub fn store(&self, config: &Config) -> Result<Store, Failure> {
        self.store_on(config, Arc::new(SystemEnv))
    }

    /// The register with another clock: the demonstration plays a year.
    ///
    /// # Errors
    /// As [`Database::store`].
    pub fn store_on(&self, config: &Config, env: Arc<dyn store::Env>) -> Result<Store, Failure> {
        let files = evidence(&config.evidence)?;
        let store = Store::connect(self.application.clone(), config.pool_size, env, files);
        let store = store.with_file_max(config.upload_limit);
        Ok(match &config.evidence {
            Evidence::Folder(folder) => store.files_in(folder),
            Evidence::S3 { .. } => store,
        })
    }

    /// Does one thing in the register, for a command. The schema must be this program's already.
    ///
    /// # Errors
    /// No database, a schema of another version, or what `work` says.
    pub async fn with_store<T>(
        config: &Config,
        work: impl AsyncFnOnce(&Store) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if config.database.is_none() && !config.data.join("postgres").exists() {
            // Whoever looks into the wrong folder should not make a register there.
            return Err(Failure::new(format!(
                "there is no register in {}; name its folder with --data, or its database with DATABASE_URL",
                config.data.display()
            )));
        }
        let database = Self::for_command(config).await?;
        let done = async {
            let store = database.store(config)?;
            let ready = store.is_ready().await;
            let done = match ready {
                Ok(true) => work(&store).await,
                Err(error @ (store::Error::Unavailable(_) | store::Error::Busy)) => Err(error.into()),
                Ok(false) | Err(_) => Err(Failure::new(
                    "the database's schema is not this program's; bring it up to date with `countersign migrate`",
                )),
            };
            store.pool().close().await;
            done
        }
        .await;
        database.close().await;
        done
    }

    /// Ends what [`Database::for_serving`] or [`Database::for_command`] started.
    pub async fn close(self) {
        if let Some(access) = self.access {
            access.close().await;
        }
    }
}

fn options(url: &str) -> Result<PgConnectOptions, Failure> {
    let options = PgConnectOptions::from_str(url).map_err(|_| Failure::new("the database URL cannot be read"))?;
    Ok(options.application_name("countersign"))
}

fn evidence(place: &Evidence) -> Result<Arc<dyn ObjectStore>, Failure> {
    match place {
        Evidence::Folder(folder) => {
            use std::os::unix::fs::DirBuilderExt as _;
            let wrong =
                |error: &dyn std::fmt::Display| Failure::new(format!("evidence folder {}: {error}", folder.display()));
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| wrong(&error))?;
            let files = object_store::local::LocalFileSystem::new_with_prefix(folder)
                .map_err(|error| wrong(&error))?
                .with_fsync(true);
            Ok(Arc::new(files))
        }
        Evidence::S3 { bucket, prefix } => s3(bucket, prefix),
    }
}

#[cfg(feature = "s3")]
fn s3(bucket: &str, prefix: &str) -> Result<Arc<dyn ObjectStore>, Failure> {
    let bucket = object_store::aws::AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .build()
        .map_err(|error| Failure::new(format!("evidence in s3://{bucket}: {error}")))?;
    Ok(Arc::new(object_store::prefix::PrefixStore::new(bucket, prefix)))
}

#[cfg(not(feature = "s3"))]
fn s3(bucket: &str, _prefix: &str) -> Result<Arc<dyn ObjectStore>, Failure> {
    Err(Failure::new(format!("evidence in s3://{bucket}: this build has no S3 support")))
}

/// An error and what it came from, on one line.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text.replace('\n', " ")
}
