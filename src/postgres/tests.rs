//! On real processes: started, killed, started again. They need Postgres' server programs, as `make test` does.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _};

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("countersign-test-{name}-{}", std::process::id()));
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

async fn ask(url: &str, sql: &'static str) -> Result<i32, sqlx::Error> {
    let options: sqlx::postgres::PgConnectOptions = url.parse()?;
    let mut connection = options.connect().await?;
    let answer = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(answer)
}

async fn tell(url: &str, sql: &'static str) {
    let mut connection = url.parse::<sqlx::postgres::PgConnectOptions>().unwrap().connect().await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
}

async fn eventually(url: &str, sql: &'static str) -> i32 {
    for _ in 0..200 {
        if let Ok(answer) = ask(url, sql).await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no answer in 20 s");
}

fn postmaster(data: &Path) -> String {
    let text = std::fs::read_to_string(data.join("postgres/data/postmaster.pid")).unwrap();
    text.lines().next().unwrap().trim().to_owned()
}

fn kill(pid: &str) {
    assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn data_outlives_stops_kills_and_a_killed_program() {
    let folder = Folder::new("private");
    let private = Private::start(&folder.0, None).await.unwrap();
    let urls = private.urls().clone();
    tell(&urls.owner, "create table kept (n int not null)").await;
    tell(&urls.owner, "insert into kept values (42)").await;
    assert!(ask(&urls.application, "select n from kept").await.is_err(), "the application's role owns nothing");

    // A second program on the same folder is told so; a command beside it shares the running one.
    let second = Private::start(&folder.0, None).await.err().unwrap().to_string();
    assert!(second.contains("in use by another countersign (process "), "{second}");
    let shared = Access::open(&folder.0, None).await.unwrap();
    assert!(matches!(shared, Access::Running(_)));
    assert_eq!(ask(&shared.urls().owner, "select n from kept").await.unwrap(), 42);
    shared.close().await;

    // Postgres is killed: it is started again unasked.
    kill(&postmaster(&folder.0));
    assert_eq!(eventually(&urls.owner, "select n from kept").await, 42);

    // The program is killed, Postgres goes on alone: the next start ends it and begins anew.
    let orphan = postmaster(&folder.0);
    private.supervisor.abort();
    drop(private);
    let private = Private::start(&folder.0, None).await.unwrap();
    assert_ne!(postmaster(&folder.0), orphan);
    assert_eq!(ask(&urls.owner, "select n from kept").await.unwrap(), 42);

    // An orderly end leaves nothing running.
    private.stop().await;
    assert!(!folder.0.join("postgres/data/postmaster.pid").exists());
    assert!(ask(&urls.owner, "select 1").await.is_err());
}

#[tokio::test]
async fn the_socket_is_ours_alone_and_no_port_is_open() {
    let folder = Folder::new("socket");
    let private = Private::start(&folder.0, None).await.unwrap();
    let owner = private.urls().owner.clone();
    let addresses = ask(&owner, "select length(current_setting('listen_addresses'))").await.unwrap();
    let mode = {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(folder.0.join("postgres")).unwrap().permissions().mode() & 0o777
    };
    private.stop().await;
    assert_eq!(addresses, 0);
    assert_eq!(mode, 0o700);
}

#[tokio::test]
async fn a_half_made_cluster_is_made_again() {
    let folder = Folder::new("half");
    let private = Private::start(&folder.0, None).await.unwrap();
    private.stop().await;
    let base = folder.0.join("postgres");
    std::fs::rename(base.join("data"), base.join("data.new")).unwrap();
    std::fs::remove_file(base.join("data.new/PG_VERSION")).unwrap();
    let private = Private::start(&folder.0, None).await.unwrap();
    assert_eq!(ask(&private.urls().owner, "select 1").await.unwrap(), 1);
    private.stop().await;
    assert!(!base.join("data.new").exists());
}
