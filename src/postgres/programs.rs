//! Finding Postgres' server programs. Few systems have them on the PATH.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::Error;

/// What to do where there are none.
pub const ADVICE: &str = "Install them (Debian, Ubuntu: `apt-get install postgresql`; Fedora: `dnf install postgresql-server postgresql-contrib`; macOS: `brew install postgresql@17`), name their folder with --postgres-bin, or give a database with --database-url.";

/// Folders that hold one folder per version, with `bin` inside.
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/Library/PostgreSQL", ""),
];

/// Oldest version whose SQL the migrations use.
const OLDEST: u32 = 14;

/// The folder of `initdb`, `postgres` and `pg_ctl`.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// `given`, or what `pg_config` names, or the newest in the usual places.
    pub async fn find(given: Option<&Path>) -> Result<Self, Error> {
        if let Some(folder) = given {
            return Ok(Self { folder: folder.to_owned() });
        }
        let mut places = Vec::new();
        places.extend(from_pg_config().await);
        places.extend(VERSIONED.iter().flat_map(|(root, prefix)| versions(Path::new(root), prefix)));
        places.extend(["/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin"].map(PathBuf::from));
        if let Some(folder) = places.into_iter().find(|folder| complete(folder)) {
            return Ok(Self { folder });
        }
        let mut looked = vec!["pg_config --bindir".to_owned()];
        looked.extend(VERSIONED.iter().map(|(root, prefix)| format!("{root}/{prefix}*/bin")));
        Err(Error::NoPrograms { looked: looked.join(", ") })
    }

    pub fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

fn complete(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"].iter().all(|program| folder.join(program).is_file())
}

async fn from_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(text.trim())).filter(|folder| folder.is_absolute())
}

/// `bin` folders under `root` whose name is `prefix`, perhaps `@`, and a version; newest first.
fn versions(root: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?.trim_start_matches('@');
            let major = version.split('.').next()?.parse().ok()?;
            (major >= OLDEST).then(|| (major, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_version_first_and_old_ones_never() {
        let root = std::env::temp_dir().join(format!("countersign-versions-{}", std::process::id()));
        for name in ["pgsql-9.6", "pgsql-15", "pgsql-16", "pgsql-backup", "15"] {
            std::fs::create_dir_all(root.join(name)).unwrap();
        }
        let found = versions(&root, "pgsql-");
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, [root.join("pgsql-16/bin"), root.join("pgsql-15/bin")]);
    }
}
