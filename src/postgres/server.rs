//! Postgres' processes: making the cluster, starting, watching and ending it.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::place::Place;
use super::programs::Programs;
use super::{Error, OWNER, roles};

/// Recovery after a crash may take a while.
const START_LIMIT: Duration = Duration::from_secs(120);
const START_TRIES: u32 = 4;
const POLL: Duration = Duration::from_millis(20);
const STOP_SECONDS: &str = "20";
const LARGEST_LOG: u64 = 10 * 1024 * 1024;
/// What would lead Postgres' programs elsewhere.
const FOREIGN: [&str; 7] = ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS", "PGSERVICE"];

pub struct Server {
    pub programs: Programs,
    pub place: Place,
}

impl Server {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.path(program));
        // Not our folder: the other user may not be allowed into it.
        command.current_dir(&self.place.base).stdin(Stdio::null()).env("LC_ALL", "C");
        for name in FOREIGN {
            command.env_remove(name);
        }
        if let Some(account) = self.place.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    async fn run(&self, program: &'static str, args: &[&str], folder: &Path) -> Result<(), Error> {
        let output = self.command(program).arg("-D").arg(folder).args(args).output().await;
        let output = output.map_err(Error::file("cannot run", &self.programs.path(program)))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        Err(Error::Failed { program, said })
    }

    /// Makes the cluster where there is none. It gets its name when it is whole, so that a kill leaves no half one.
    pub async fn init(&self) -> Result<(), Error> {
        if self.place.cluster.join("PG_VERSION").exists() {
            return Ok(());
        }
        let unfinished = self.place.base.join("data.new");
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished).map_err(Error::file("cannot remove", &unfinished))?;
        }
        tracing::info!(folder = %self.place.cluster.display(), "making a private Postgres");
        let common = ["--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--data-checksums"];
        let with = |locale| [&common[..], &["--locale", locale]].concat();
        // C.UTF-8 knows the case of all letters; systems without it have plain C.
        if self.run("initdb", &with("C.UTF-8"), &unfinished).await.is_err() {
            let _ = std::fs::remove_dir_all(&unfinished);
            self.run("initdb", &with("C"), &unfinished).await?;
        }
        std::fs::rename(&unfinished, &self.place.cluster).map_err(Error::file("cannot make", &self.place.cluster))
    }

    /// Ends what a killed program left running. Only for the holder of the data folder's lock.
    pub async fn clear_up(&self) -> Result<(), Error> {
        if UnixStream::connect(self.place.socket()).is_ok() {
            tracing::warn!("a Postgres left by a killed countersign is still running; ending it");
            return self.end("fast").await;
        }
        let pid_file = self.place.cluster.join("postmaster.pid");
        if let Ok(text) = std::fs::read_to_string(&pid_file)
            && names_a_stranger(&text)
        {
            std::fs::remove_file(&pid_file).map_err(Error::file("cannot remove", &pid_file))?;
        }
        Ok(())
    }

    async fn end(&self, mode: &str) -> Result<(), Error> {
        self.run("pg_ctl", &["stop", "--mode", mode, "--timeout", STOP_SECONDS], &self.place.cluster).await
    }

    /// Starts Postgres and waits until it answers. Leftovers of a crash may need a second try.
    pub async fn start(&self) -> Result<Child, Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut child = self.spawn()?;
            match self.wait_until_ready(&mut child).await {
                Ok(()) => return Ok(child),
                Err(error) if tries == START_TRIES => return Err(error),
                Err(_) => sleep(Duration::from_secs(1)).await,
            }
        }
    }

    fn spawn(&self) -> Result<Child, Error> {
        let log = &self.place.log;
        if std::fs::metadata(log).is_ok_and(|found| found.len() > LARGEST_LOG) {
            let _ = std::fs::rename(log, log.with_extension("old"));
        }
        let open = || OpenOptions::new().create(true).append(true).open(log).map_err(Error::file("cannot write", log));
        let mut command = self.command("postgres");
        command.arg("-D").arg(&self.place.cluster);
        // The command line, not postgresql.conf: it holds at each start, whatever the file says.
        for setting in [
            "listen_addresses=",
            &format!("unix_socket_directories={}", quoted(&self.place.run)),
            "unix_socket_permissions=0700",
            "logging_collector=off",
            "log_destination=stderr",
            "timezone=UTC",
            "log_timezone=UTC",
            "cluster_name=countersign",
        ] {
            command.arg("-c").arg(setting);
        }
        // After a crash, one call for the file system instead of one for each file.
        if cfg!(target_os = "linux") {
            command.args(["-c", "recovery_init_sync_method=syncfs"]);
        }
        // A group of its own: Ctrl-C reaches us alone, and Postgres ends after the last request.
        command.stdout(open()?).stderr(open()?).process_group(0);
        command.spawn().map_err(Error::file("cannot run", &self.programs.path("postgres")))
    }

    async fn wait_until_ready(&self, child: &mut Child) -> Result<(), Error> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if let Ok(Some(_)) = child.try_wait() {
                return Err(Error::Failed { program: "postgres", said: self.last_words() });
            }
            match roles::connect(&self.place).await {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() > deadline => {
                    let _ = self.end("immediate").await;
                    return Err(error.into());
                }
                Err(_) => sleep(POLL).await,
            }
        }
    }

    /// The end of Postgres' log, on one line.
    fn last_words(&self) -> String {
        let mut text = Vec::new();
        if let Ok(mut log) = std::fs::File::open(&self.place.log) {
            let length = log.metadata().map_or(0, |found| found.len());
            let _ = log.seek(SeekFrom::Start(length.saturating_sub(600)));
            let _ = log.read_to_end(&mut text);
        }
        let text = String::from_utf8_lossy(&text);
        let words: Vec<&str> = text.lines().rev().take(3).collect();
        let words: Vec<&str> = words.into_iter().rev().collect();
        format!("{} (log: {})", words.join(" "), self.place.log.display())
    }

    /// Starts Postgres again whenever it ends unasked, until told to stop.
    pub async fn supervise(self, mut child: Child, mut stop: oneshot::Receiver<()>) {
        loop {
            tokio::select! {
                _ = &mut stop => return self.stop(&mut child).await,
                status = child.wait() => tracing::error!(?status, "the private Postgres ended; starting it again"),
            }
            loop {
                match self.spawn() {
                    Ok(again) => {
                        child = again;
                        break;
                    }
                    Err(error) => tracing::error!(%error, "the private Postgres does not start"),
                }
                tokio::select! {
                    _ = &mut stop => return,
                    () = sleep(Duration::from_secs(1)) => {}
                }
            }
            // Whatever ended it may still hold its memory: no hurry.
            tokio::select! {
                _ = &mut stop => return self.stop(&mut child).await,
                () = sleep(Duration::from_millis(250)) => {}
            }
        }
    }

    async fn stop(&self, child: &mut Child) {
        if let Err(error) = self.end("fast").await {
            tracing::warn!(%error, "the private Postgres does not end by itself");
            let _ = self.end("immediate").await;
        }
        let _ = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
    }
}

/// Whether a `postmaster.pid` names a living process that is no Postgres, as after a reboot: Postgres would refuse to
/// start for its sake. Where the system does not tell, Postgres decides.
fn names_a_stranger(pid_file: &str) -> bool {
    let Some(pid) = pid_file.lines().next().and_then(|line| line.trim().parse::<u32>().ok()) else { return false };
    match std::fs::read_to_string(format!("/proc/{pid}/comm")) {
        Ok(name) => !name.trim().starts_with("postgres"),
        Err(_) => false,
    }
}

/// A path as an item of a list setting.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\""))
}
