//! The drill (checklist T42): a register with evidence and signatures is copied while it runs, and rises again elsewhere.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use sqlx::PgPool;

use crate::kills::Scenes;
use crate::program::{self, Folder, Program, countersign};

/// A program of Postgres' own, beside the server's.
fn postgres(name: &str, args: &[&str]) {
    let at = Command::new("pg_config").arg("--bindir").output().map(|said| String::from_utf8(said.stdout).unwrap());
    let at = at.map_or_else(|_| name.to_owned(), |folder| format!("{}/{name}", folder.trim()));
    let program = if Path::new(&at).is_file() { at.as_str() } else { name };
    let done = Command::new(program).args(args).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
}

/// What a command of ours prints.
fn ours(data: &Path, args: &[&str]) -> String {
    let done = countersign().args(args).arg("--data").arg(data).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
    said
}

#[tokio::test]
async fn t42_a_copy_of_a_running_register_rises_elsewhere_and_verifies() {
    let (folder, other) = (Folder::new("drill"), Folder::new("drill-restored"));
    let mut first = Program::private(&folder.0, &[]);
    let pool = PgPool::connect_with(program::private_database(&folder.0)).await.unwrap();
    let scenes = Scenes::new(&pool, false).await;
    let before = scenes.acts("before").await;
    scenes.again(&first, &before).await;
    // The scene itself lays in evidence without files.
    sqlx::raw_sql(
        "set session_replication_role = replica; delete from evidence where title not like 'Upload %';
         delete from evidence_file where sha256 not in (select sha256 from evidence)",
    )
    .execute(&pool)
    .await
    .unwrap();

    let head = folder.0.join("head.json");
    std::fs::write(&head, ours(&folder.0, &["audit", "head"])).unwrap();
    let data = other.0.join("postgres/data");
    std::fs::create_dir_all(other.0.join("postgres")).unwrap();
    let (socket, copy) = (folder.0.join("postgres/run"), data.to_str().unwrap());
    let at = ["-h", socket.to_str().unwrap(), "-U", "countersign"];
    postgres("pg_basebackup", &[&at[..], &["-D", copy, "-X", "stream", "-c", "fast"]].concat());
    postgres("pg_verifybackup", &[copy]);
    // Written after the copy: it is not in it, and the head does not ask for it.
    let after = scenes.acts("after").await;
    scenes.again(&first, &after).await;
    let copied = Command::new("cp").arg("-a").arg(folder.0.join("evidence")).arg(&other.0).status().unwrap();
    assert!(copied.success());
    drop((scenes, pool));
    first.kill();
    // Root's Postgres runs as somebody else, to whom the copy belongs.
    let whose = std::fs::metadata(folder.0.join("postgres")).unwrap();
    let owner = format!("{}:{}", whose.uid(), whose.gid());
    let given = Command::new("chown").args(["-R", &owner]).arg(other.0.join("postgres")).status().unwrap();
    assert!(given.success());

    let begun = Instant::now();
    let second = Program::private(&other.0, &[]);
    println!("answers after {:?}", begun.elapsed());
    let socket = other.0.join("postgres/run");
    let at = ["-h", socket.to_str().unwrap(), "-U", "countersign"];
    postgres("pg_amcheck", &[&at[..], &["--install-missing", "--heapallindexed", "countersign"]].concat());
    ours(&other.0, &["audit", "verify", "--head", head.to_str().unwrap()]);
    ours(&other.0, &["evidence", "verify"]);
    let restored = PgPool::connect_with(program::private_database(&other.0)).await.unwrap();
    for (sql, rows) in [
        ("select count(*) from vote", 1_i64),
        ("select count(*) from evidence", 1),
        ("select count(*) from system where name like '% after'", 0),
    ] {
        assert_eq!(sqlx::query_scalar::<_, i64>(sql).fetch_one(&restored).await.unwrap(), rows, "{sql}");
    }
    drop(second);
}
