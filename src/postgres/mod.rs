//! A private Postgres, for those who give no `DATABASE_URL`.
//!
//! Its data and its socket are in the data folder, no port is open, and it ends with the program. One program at a time
//! owns it, by a lock on a file of the data folder; whoever holds that lock may also clear up after a program that was
//! killed and left its Postgres behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

mod account;
mod place;
mod programs;
mod roles;
mod server;

#[cfg(test)]
mod tests;

use place::Place;
use programs::Programs;
use server::Server;

/// Owner of database and tables: runs the migrations.
pub const OWNER: &str = "countersign";
/// What the program works as: no UPDATE or DELETE where the register only grows.
pub const APPLICATION: &str = "countersign_app";
/// The database's name.
pub const DATABASE: &str = "countersign";

/// Why there is no private Postgres.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no Postgres server programs found (looked in {looked}). {}", programs::ADVICE)]
    NoPrograms { looked: String },
    #[error("the data folder {} is in use by another countersign{}", .folder.display(), .pid.as_deref().map(|p| format!(" (process {p})")).unwrap_or_default())]
    InUse { folder: PathBuf, pid: Option<String> },
    #[error(
        "Postgres refuses to run as root, and there is no user countersign, postgres or nobody to run it as; start countersign as another user, or give --database-url"
    )]
    NoAccount,
    #[error("{} belongs to user {owner}: start countersign as that user or as root, or choose another --data", .folder.display())]
    OtherOwner { folder: PathBuf, owner: u32 },
    #[error("{} points to {}, which is not there; put the database back, or remove the link to begin with an empty register", .link.display(), .target.display())]
    Missing { link: PathBuf, target: PathBuf },
    #[error("{what} {}: {source}", .path.display())]
    File { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("{program} failed: {said}")]
    Failed { program: &'static str, said: String },
    #[error("the private Postgres is not ready: {0}")]
    Sql(#[from] sqlx::Error),
}

impl Error {
    fn file(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { what, path, source }
    }
}

/// How to reach the private Postgres, as its two roles.
#[derive(Clone, Debug)]
pub struct Urls {
    pub application: String,
    pub owner: String,
}

/// A running private Postgres. End it with [`Private::stop`]; one that is dropped instead goes on until the next start.
pub struct Private {
    urls: Urls,
    stop: oneshot::Sender<()>,
    supervisor: JoinHandle<()>,
    _lock: File,
}

impl Private {
    /// Starts Postgres in `data`, making the cluster, the roles and the database where they are absent.
    ///
    /// # Errors
    /// [`Error::InUse`] when another program works on this folder; the others say what is missing.
    pub async fn start(data: &Path, bin: Option<&Path>) -> Result<Self, Error> {
        std::fs::create_dir_all(data).map_err(Error::file("cannot make the data folder", data))?;
        let lock = lock(data)?;
        let server = Server { programs: Programs::find(bin).await?, place: Place::prepare(data).await? };
        server.clear_up().await?;
        server.init().await?;
        let child = server.start().await?;
        roles::ensure(&server.place).await?;
        let urls = server.place.urls();
        let (stop, stopped) = oneshot::channel();
        let supervisor = tokio::spawn(server.supervise(child, stopped));
        Ok(Self { urls, stop, supervisor, _lock: lock })
    }

    pub fn urls(&self) -> &Urls {
        &self.urls
    }

    /// Ends Postgres: open transactions are rolled back, what was committed is on the disk.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.supervisor.await;
    }
}

/// The private Postgres as a short-lived command needs it: that of a running program, or one of its own.
pub enum Access {
    Running(Urls),
    Own(Private),
}

impl Access {
    /// Uses the Postgres that a running program has started in `data`, or starts it.
    ///
    /// # Errors
    /// As [`Private::start`].
    pub async fn open(data: &Path, bin: Option<&Path>) -> Result<Self, Error> {
        match Private::start(data, bin).await {
            Ok(own) => Ok(Self::Own(own)),
            Err(Error::InUse { folder, pid }) => {
                let place = Place::prepare(data).await?;
                match roles::connect(&place).await {
                    Ok(_) => Ok(Self::Running(place.urls())),
                    Err(_) => Err(Error::InUse { folder, pid }),
                }
            }
            Err(error) => Err(error),
        }
    }

    pub fn urls(&self) -> &Urls {
        match self {
            Self::Running(urls) => urls,
            Self::Own(private) => private.urls(),
        }
    }

    /// Ends Postgres if this command started it.
    pub async fn close(self) {
        if let Self::Own(private) = self {
            private.stop().await;
        }
    }
}

/// One program per data folder. The lock goes with the process, however it ends.
fn lock(data: &Path) -> Result<File, Error> {
    let path = data.join("countersign.lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(Error::file("cannot write", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            let pid = Some(pid.trim().to_owned()).filter(|pid| !pid.is_empty());
            return Err(Error::InUse { folder: data.to_owned(), pid });
        }
        Err(TryLockError::Error(source)) => {
            return Err(Error::File { what: "cannot lock", path, source });
        }
    }
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}
