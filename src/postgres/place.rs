//! Where the private Postgres keeps its cluster, its socket and its log.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::account::Account;
use super::{APPLICATION, DATABASE, Error, OWNER, Urls};

/// `sun_path` holds 104 bytes on macOS and 108 on Linux, the last of them a zero.
const LONGEST_SOCKET: usize = 103;
const SOCKET: &str = ".s.PGSQL.5432";

/// Where root keeps the cluster when Postgres' user cannot enter the data folder.
const FALLBACK: &str = "/var/lib/countersign";

#[derive(Clone, Debug)]
pub struct Place {
    /// Holds the three below; of mode 0700, so that whoever can reach the socket is whom it belongs to.
    pub base: PathBuf,
    pub cluster: PathBuf,
    pub log: PathBuf,
    pub run: PathBuf,
    /// Another user to run Postgres as; none where the program's own will do.
    pub account: Option<Account>,
}

impl Place {
    /// Finds, or makes, the place of the data folder's Postgres.
    pub async fn prepare(data: &Path) -> Result<Self, Error> {
        let data = data.canonicalize().map_err(Error::file("cannot open", data))?;
        let us = Account::current().await?;
        let link = data.join("postgres");
        let (base, account) = match std::fs::symlink_metadata(&link) {
            Ok(found) => existing(&link, found.is_symlink(), us)?,
            Err(_) => new(&data, &link, us).await?,
        };
        let run = run_folder(&base, account.unwrap_or(us))?;
        Ok(Self { cluster: base.join("data"), log: base.join("log"), base, run, account })
    }

    pub fn socket(&self) -> PathBuf {
        self.run.join(SOCKET)
    }

    pub fn urls(&self) -> Urls {
        Urls { application: self.url(APPLICATION, DATABASE), owner: self.url(OWNER, DATABASE) }
    }

    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@localhost/{database}?host={}", percent_encode(&self.run))
    }
}

fn existing(link: &Path, is_link: bool, us: Account) -> Result<(PathBuf, Option<Account>), Error> {
    let Ok(base) = link.canonicalize() else {
        let target = std::fs::read_link(link).unwrap_or_default();
        return Err(Error::Missing { link: link.to_owned(), target });
    };
    let found = std::fs::metadata(&base).map_err(Error::file("cannot open", &base))?;
    if is_link {
        tracing::debug!(folder = %base.display(), "the private Postgres is outside the data folder");
    }
    match (found.uid(), us.is_root()) {
        (uid, _) if uid == us.uid && !us.is_root() => Ok((base, None)),
        (0, _) | (_, false) => Err(Error::OtherOwner { folder: base, owner: found.uid() }),
        (uid, true) => Ok((base, Some(Account { uid, gid: found.gid() }))),
    }
}

async fn new(data: &Path, link: &Path, us: Account) -> Result<(PathBuf, Option<Account>), Error> {
    if !us.is_root() {
        private_folder(link, us)?;
        return Ok((link.to_owned(), None));
    }
    let account = Account::for_root().await?;
    if account.can_enter(data).await {
        private_folder(link, account)?;
        return Ok((link.to_owned(), Some(account)));
    }
    let base = Path::new(FALLBACK).join(short_hash(data));
    std::fs::create_dir_all(FALLBACK).map_err(Error::file("cannot make", Path::new(FALLBACK)))?;
    private_folder(&base, account)?;
    std::os::unix::fs::symlink(&base, link).map_err(Error::file("cannot make the link", link))?;
    tracing::warn!(
        folder = %base.display(),
        link = %link.display(),
        "Postgres cannot run as root, and its user cannot enter the data folder: the database is kept elsewhere, behind a link"
    );
    Ok((base, Some(account)))
}

/// The socket's folder: beside the cluster, or under the temporary folder where that path would be too long.
fn run_folder(base: &Path, owner: Account) -> Result<PathBuf, Error> {
    let fits = |folder: &Path| folder.join(SOCKET).as_os_str().len() <= LONGEST_SOCKET;
    let beside = base.join("run");
    let run = if fits(&beside) {
        beside
    } else {
        let name = format!("countersign-{}", short_hash(base));
        let short = std::env::temp_dir().join(&name);
        if fits(&short) { short } else { Path::new("/tmp").join(name) }
    };
    private_folder(&run, owner)?;
    Ok(run)
}

/// A folder that `owner` alone may enter. One that is there already must be theirs, and no link.
fn private_folder(folder: &Path, owner: Account) -> Result<(), Error> {
    let wrong = || Error::file("cannot make", folder);
    match std::fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => std::os::unix::fs::chown(folder, Some(owner.uid), Some(owner.gid)).map_err(wrong())?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(wrong()(error)),
    }
    let found = std::fs::symlink_metadata(folder).map_err(wrong())?;
    if !found.is_dir() || found.uid() != owner.uid {
        return Err(Error::OtherOwner { folder: folder.to_owned(), owner: found.uid() });
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(wrong())
}

fn short_hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn percent_encode(path: &Path) -> String {
    path.as_os_str()
        .as_bytes()
        .iter()
        .map(|&byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_survives_in_a_url() {
        use std::str::FromStr as _;
        let place = Place {
            base: PathBuf::new(),
            cluster: PathBuf::new(),
            log: PathBuf::new(),
            run: PathBuf::from("/tmp/a b+c%&ü=?#/run"),
            account: None,
        };
        let options = sqlx::postgres::PgConnectOptions::from_str(&place.url("role", "db")).unwrap();
        assert_eq!(options.get_socket().unwrap(), &place.run);
        assert_eq!(options.get_username(), "role");
        assert_eq!(options.get_database(), Some("db"));
    }

    #[tokio::test]
    async fn a_long_path_gets_a_short_socket() {
        let us = Account::current().await.unwrap();
        let base = std::env::temp_dir().join("x".repeat(120));
        let run = run_folder(&base, us).unwrap();
        assert!(run.join(SOCKET).as_os_str().len() <= LONGEST_SOCKET);
        assert_eq!(std::fs::metadata(&run).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(run, run_folder(&base, us).unwrap(), "the same folder at each start");
        std::fs::remove_dir(&run).unwrap();
    }
}
