//! The real program as a process, for tests that kill, freeze, crowd and stop it. It listens on a port that the system
//! gives it and says which, so that any number of them run at once.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

/// Longer than anything that a test waits for takes on the slowest machine; what never comes fails then.
pub const LONG: Duration = Duration::from_secs(120);
/// Between two looks at something that is waited for.
const LOOK: Duration = Duration::from_millis(10);

/// The program with no settings but its own.
pub fn countersign() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    let ours =
        std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("COUNTERSIGN_"));
    for name in ours.filter(|name| name != "COUNTERSIGN_POSTGRES_BIN") {
        command.env_remove(name);
    }
    command.env_remove("DATABASE_URL").env_remove("MIGRATION_DATABASE_URL").stdin(Stdio::null());
    command
}

/// Waits for something to come true.
pub fn until(what: &str, mut done: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < LONG, "still not after {LONG:?}: {what}");
        std::thread::sleep(LOOK);
    }
    begun.elapsed()
}

/// A folder of the test's own, which Postgres' user may enter; removed when the test lets go of it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("countersign-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server; it and its private Postgres are killed when the test lets go of it.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    data: PathBuf,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

impl Program {
    /// Starts it and waits until it listens.
    pub fn spawn(data: &Path, configure: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = countersign();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        configure(&mut command).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let log = child.stderr.take().unwrap();
        let said: Arc<Mutex<String>> = Arc::default();
        let (told, heard) = mpsc::channel();
        let keep = said.clone();
        // All of it is read: a program that nobody listens to would stand still when the pipe is full.
        let listener = std::thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening address=") {
                    let _ = told.send(address.trim().parse().unwrap());
                }
                let mut said = keep.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
        });
        let address = heard.recv_timeout(LONG);
        let address = address.unwrap_or_else(|_| panic!("it does not listen: {}", said.lock().unwrap()));
        Self { child, address, data: data.to_owned(), said, listener: Some(listener) }
    }

    /// On a database, ready.
    pub fn on(db: &PgConnectOptions, data: &Path, args: &[&str]) -> Self {
        let program =
            Self::spawn(data, |command| command.env("DATABASE_URL", db.to_url_lossy().to_string()).args(args));
        program.ready();
        program
    }

    /// With a private Postgres, ready.
    pub fn private(data: &Path, args: &[&str]) -> Self {
        let program = Self::spawn(data, |command| command.args(args));
        program.ready();
        program
    }

    pub fn ready(&self) -> Duration {
        self.wait_for("/readyz", 200)
    }

    pub fn wait_for(&self, path: &str, expected: u16) -> Duration {
        let begun = Instant::now();
        while self.status(path) != Some(expected) {
            let ended = self.listener.as_ref().is_none_or(JoinHandle::is_finished);
            assert!(!ended && begun.elapsed() < LONG, "{path} is not {expected}; the program said: {}", self.said());
            std::thread::sleep(LOOK);
        }
        begun.elapsed()
    }

    /// The status of a page; none where the connection breaks or is refused.
    pub fn status(&self, path: &str) -> Option<u16> {
        Some(self.ask(&get(path, None))?.status)
    }

    pub fn ask(&self, request: &[u8]) -> Option<Answer> {
        ask(self.address, request)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL, at once.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn signal(&self, name: &str) {
        signal(name, &[self.child.id().to_string()]);
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end; the exit code.
    pub fn end(&mut self) -> Option<i32> {
        until("the program ends", || self.has_ended());
        if let Some(listener) = self.listener.take() {
            listener.join().unwrap();
        }
        self.child.wait().unwrap().code()
    }

    /// Its log so far; all of it after [`Program::end`].
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// The private Postgres' processes, the one that holds them together first.
    pub fn postgres(&self) -> Vec<String> {
        let Some(first) = postmaster(&self.data).filter(|pid| is_postgres(pid)) else { return Vec::new() };
        let mut all = vec![first.clone()];
        all.extend(children(&first));
        all
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let postgres = self.postgres();
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !postgres.is_empty() {
            try_signal("KILL", &postgres);
        }
    }
}

/// The private Postgres of a data folder, as the owner of its tables.
pub fn private_database(data: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(data.join("postgres/run"))
        .username("countersign")
        .database("countersign")
}

/// The process that holds a private Postgres together.
pub fn postmaster(data: &Path) -> Option<String> {
    let text = std::fs::read_to_string(data.join("postgres/data/postmaster.pid")).ok()?;
    text.lines().next().map(|line| line.trim().to_owned())
}

/// A process that was killed leaves its number to others.
fn is_postgres(pid: &str) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
    name.is_ok_and(|name| name.starts_with("postgres")) || !Path::new("/proc").exists()
}

/// Processes that this one has started.
fn children(parent: &str) -> Vec<String> {
    let Ok(all) = std::fs::read_dir("/proc") else {
        let found = Command::new("pgrep").args(["-P", parent]).output().unwrap();
        return String::from_utf8_lossy(&found.stdout).split_whitespace().map(str::to_owned).collect();
    };
    let names = all.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_child = |pid: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // `pid (name) state parent …`; a name may hold anything.
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.split(' ').nth(1) == Some(parent))
    };
    names.filter(|name| name.bytes().all(|b| b.is_ascii_digit())).filter(is_child).collect()
}

/// Sends a signal; some of the processes may have ended already.
pub fn try_signal(name: &str, pids: &[String]) {
    // The shell's own: not every system has the program.
    let line = pids.iter().map(|pid| format!("kill -s {name} {pid}\n")).collect::<String>();
    Command::new("sh").arg("-c").arg(line).stderr(Stdio::null()).status().unwrap();
}

pub fn signal(name: &str, pids: &[String]) {
    let line = format!("kill -s {name} {}", pids.join(" "));
    assert!(Command::new("sh").arg("-c").arg(line).status().unwrap().success());
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters.
    pub head: String,
    pub body: Vec<u8>,
    /// Whether its end arrived too.
    pub whole: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
    }

    /// Whether a form was taken, not by leading to the sign-in page; or something made through the API.
    pub fn done(&self) -> bool {
        self.status == 201 || self.status == 303 && !self.header("location").unwrap_or_default().starts_with("/sign-in")
    }
}

/// Sends a request and reads its answer; none where the connection breaks before the answer's head is there.
pub fn ask(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut stream = connect(address)?;
    // A refusal may come before all was sent.
    let _ = stream.write_all(request);
    read(&mut stream)
}

pub fn connect(address: SocketAddr) -> Option<TcpStream> {
    let stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    Some(stream)
}

/// Reads the last answer of a connection, past any `100 Continue`.
pub fn read(stream: &mut impl Read) -> Option<Answer> {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).is_ok();
    let mut rest = &bytes[..];
    loop {
        let at = rest.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&rest[..at]).to_lowercase();
        let body = &rest[at + 4..];
        let status: u16 = head.split_whitespace().nth(1)?.parse().ok()?;
        if status == 100 {
            rest = body;
            continue;
        }
        let mut answer = Answer { status, head, body: body.to_vec(), whole: false };
        let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
        answer.whole = match length {
            Some(length) => answer.body.len() == length,
            None if answer.header("transfer-encoding") == Some("chunked") => answer.body.ends_with(b"0\r\n\r\n"),
            None => ended,
        };
        return Some(answer);
    }
}

/// A GET request.
pub fn get(path: &str, cookie: Option<&str>) -> Vec<u8> {
    let cookie = cookie.map(|cookie| format!("cookie: {cookie}\r\n")).unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{cookie}\r\n").into_bytes()
}

/// A form of our own page, sent.
pub fn post(path: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n{more}\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// An upload: fields, then a file.
pub fn upload(path: &str, more: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Vec<u8> {
    let mut body = String::new();
    for (field, value) in fields {
        body += &format!("--b\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
    }
    body += &format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let end = b"\r\n--b--\r\n";
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n{more}\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n{body}",
        body.len() + file.len() + end.len()
    )
    .into_bytes();
    request.extend_from_slice(file);
    request.extend_from_slice(end);
    request
}
