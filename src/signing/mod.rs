//! What this instance signs with: one Ed25519 key, in a file that only the program reads. Its public half is in the
//! register ([`store::measure::keys`]), so that what was signed can be checked as long as the register is kept.

pub mod dsse;
pub mod statement;

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use domain::canonical::{hex, unhex32};
use ed25519_dalek::{Signer as _, SigningKey};

use crate::Failure;
use crate::env::random;

/// Most bytes of a key file: digits, and white space around them.
const FILE_MAX: u64 = 256;
/// Whether anybody but its owner may do anything with a file.
const OTHERS: u32 = 0o077;

/// The key. It is never printed.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    id: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.id)
    }
}

impl Signer {
    /// From a secret of 32 bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(secret);
        let id = store::measure::keys::id_of(key.verifying_key().as_bytes());
        Self { key, id }
    }

    /// One that ends with the program: what it signs can't be checked later.
    #[must_use]
    pub fn of_the_moment() -> Self {
        Self::new(&random())
    }

    /// From its file, which is made where there is none.
    ///
    /// # Errors
    /// A file that can't be read or made, that others may read, or that holds no key.
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let wrong = |why: &dyn std::fmt::Display| {
            Failure::new(format!("--signing-key (COUNTERSIGN_SIGNING_KEY): {}: {why}", path.display()))
        };
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                make(path).and_then(|()| File::open(path)).map_err(|error| wrong(&error))?
            }
            other => other.map_err(|error| wrong(&error))?,
        };
        let about = file.metadata().map_err(|error| wrong(&error))?;
        if !about.is_file() {
            return Err(wrong(&"this is no file"));
        }
        let mode = about.permissions().mode() & 0o777;
        if mode & OTHERS != 0 {
            return Err(wrong(&format!(
                "others may read it (mode {mode:03o}). Let nobody but the program: chmod 600; if somebody did read it, move \
                 it away and start again, and a new one is made"
            )));
        }
        let mut text = String::new();
        file.take(FILE_MAX).read_to_string(&mut text).map_err(|error| wrong(&error))?;
        let secret = unhex32(text.trim()).ok_or_else(|| wrong(&"this holds no key of 64 hexadecimal digits"))?;
        Ok(Self::new(&secret))
    }

    /// The first 16 hexadecimal digits of its public half's SHA-256.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Signs.
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// Makes a key. It is written whole under another name first: of several programs that start at once in one folder, all read
/// the one that came first.
fn make(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = beside(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = writeln!(file, "{}", hex(&random::<32>())).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&beside, path));
    std::fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Ok(()) => {
            tracing::info!(file = %path.display(), "made a key to sign with");
            Ok(())
        }
        other => other,
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", hex(&random::<8>())));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("countersign-key-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn a_key_is_made_once_and_for_nobody_else() {
        let folder = folder("made");
        let path = folder.join("deeper/signing.key");
        let first = Signer::load(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!((text.len(), text.ends_with('\n')), (65, true));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Signer::load(&path).unwrap().public(), first.public());
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
        let shown = format!("{first:?}");
        assert!(!shown.contains(text.trim()) && shown.contains(first.id()), "{shown}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn programs_that_start_at_once_have_one_key() {
        let folder = folder("race");
        let path = folder.join("signing.key");
        let all: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..8).map(|_| scope.spawn(|| Signer::load(&path).unwrap().public())).collect();
            started.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(all.iter().all(|key| *key == all[0]));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_and_not_repeated() {
        let folder = folder("loose");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("signing.key");
        let secret = "ab".repeat(32);
        for (text, mode, said) in [
            (secret.as_str(), 0o644, "chmod 600"),
            (secret.as_str(), 0o620, "chmod 600"),
            ("abc", 0o600, "no key"),
            ("", 0o600, "no key"),
            (&"zz".repeat(32), 0o600, "no key"),
        ] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = Signer::load(&path).unwrap_err().to_string();
            assert!(error.starts_with("--signing-key (COUNTERSIGN_SIGNING_KEY): "), "{error}");
            assert!(error.contains(said) && !error.contains(&secret), "{error}");
        }
        assert!(Signer::load(&folder).is_err(), "a folder is no key");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
