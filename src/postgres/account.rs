//! The user that Postgres runs as. Postgres refuses root, so root lends it another user.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::Error;

/// Users tried, in this order, where the program runs as root.
const CANDIDATES: [&str; 3] = ["countersign", "postgres", "nobody"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// The user that this program runs as.
    pub async fn current() -> Result<Self, Error> {
        let uid = id(&["-u"]).await;
        let gid = id(&["-g"]).await;
        match (uid, gid) {
            (Some(uid), Some(gid)) => Ok(Self { uid, gid }),
            _ => Err(Error::Failed { program: "id", said: "it did not tell who we are".to_owned() }),
        }
    }

    pub fn is_root(self) -> bool {
        self.uid == 0
    }

    /// The first of [`CANDIDATES`] that this machine has.
    pub async fn for_root() -> Result<Self, Error> {
        for name in CANDIDATES {
            if let (Some(uid), Some(gid)) = (id(&["-u", name]).await, id(&["-g", name]).await) {
                return Ok(Self { uid, gid });
            }
        }
        Err(Error::NoAccount)
    }

    /// Whether this user can enter `folder`.
    pub async fn can_enter(self, folder: &Path) -> bool {
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", "cd \"$1\"", "sh"]).arg(folder).uid(self.uid).gid(self.gid).current_dir("/");
        quiet(command).status().await.is_ok_and(|status| status.success())
    }
}

async fn id(args: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(args).stderr(Stdio::null()).output().await.ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn quiet(command: std::process::Command) -> Command {
    let mut command = Command::from(command);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
