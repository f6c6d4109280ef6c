//! The pool of connections, and what each of them is told first.

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use std::time::Duration;

/// Longest wait for a connection: past it the answer is 503.
pub const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(1500);

/// How long a connection that comes back may take to be free again. Postgres ends every statement before (below), so one
/// that takes longer is lost: it must not hold its place until the system notices, a quarter of an hour later.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(35);

/// What the working role is, and how long Postgres lets a statement or an idle transaction go on.
const SETTINGS: &str = "set role countersign_app; set timezone = 'UTC'; set jit = off; set statement_timeout = '30s';
    set idle_in_transaction_session_timeout = '30s'";

/// Opens a pool that works as [`crate::APP_ROLE`], whoever signs in to the database.
pub(crate) fn open(options: PgConnectOptions, connections: u32) -> PgPool {
    open_with(options, connections, RELEASE_TIMEOUT)
}

fn open_with(options: PgConnectOptions, connections: u32, release: Duration) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|conn, _| Box::pin(async move { conn.execute(SETTINGS).await.map(drop) }))
        .after_release(move |conn, _| {
            Box::pin(async move {
                let free = tokio::time::timeout(release, conn.ping()).await;
                free.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
            })
        })
        .connect_lazy_with(options)
}

/// Whether the database gives any sign of life within this time: a refusal is one.
pub(crate) async fn answers(options: &PgConnectOptions, within: Duration) -> bool {
    let greet = async { options.connect().await?.close().await };
    match tokio::time::timeout(within, greet).await {
        Ok(Ok(()) | Err(sqlx::Error::Database(_))) => true,
        Ok(Err(_)) | Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::postgres::PgSslMode;
    use tokio::io::{AsyncRead, AsyncWrite, copy};
    use tokio::net::{TcpListener, TcpStream, UnixStream};
    use tokio::sync::watch;

    /// A way to the database that can be lost: from then on nothing arrives, and nobody is told until the test ends.
    async fn way(to: &PgConnectOptions) -> (PgConnectOptions, watch::Sender<bool>) {
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(door.local_addr().unwrap().port());
        let here = here.username(to.get_username()).database(to.get_database().unwrap()).ssl_mode(PgSslMode::Disable);
        let (lost, is_lost) = watch::channel(false);
        let to = to.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = door.accept().await {
                let lost = is_lost.clone();
                match to.get_socket() {
                    Some(folder) => {
                        let socket = folder.join(format!(".s.PGSQL.{}", to.get_port()));
                        tokio::spawn(carry(client, UnixStream::connect(socket).await.unwrap(), lost));
                    }
                    None => {
                        let server = TcpStream::connect((to.get_host(), to.get_port())).await.unwrap();
                        tokio::spawn(carry(client, server, lost));
                    }
                }
            }
        });
        (here, lost)
    }

    async fn carry(client: TcpStream, server: impl AsyncRead + AsyncWrite, mut lost: watch::Receiver<bool>) {
        let (mut from, mut back) = client.into_split();
        let (mut answers, mut questions) = tokio::io::split(server);
        let until_lost = async { drop(lost.wait_for(|lost| *lost).await) };
        tokio::select! {
            _ = copy(&mut from, &mut questions) => return,
            _ = copy(&mut answers, &mut back) => return,
            () = until_lost => {}
        }
        while lost.changed().await.is_ok() {}
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn a_connection_on_a_lost_way_gives_its_place_back(_: PgPoolOptions, db: PgConnectOptions) {
        let (there, lost) = way(&db).await;
        let pool = open_with(there, 1, Duration::from_millis(300));
        let conn = pool.acquire().await.unwrap();
        assert!(answers(&pool.connect_options(), Duration::from_secs(60)).await);
        let refused = db.clone().database("nowhere");
        assert!(answers(&refused, Duration::from_secs(60)).await, "a refusal is a sign of life");
        lost.send_replace(true);
        assert!(!answers(&pool.connect_options(), Duration::from_millis(300)).await);
        drop(conn);
        // Its place is free again, on a way that leads there.
        pool.set_connect_options(db);
        let begun = std::time::Instant::now();
        let again = loop {
            match pool.acquire().await {
                Ok(conn) => break Ok(conn),
                Err(error) if begun.elapsed() > Duration::from_secs(60) => break Err(error),
                Err(_) => {}
            }
        };
        again.unwrap().ping().await.unwrap();
        pool.close().await;
    }

    #[tokio::test]
    async fn no_answer_and_no_server_are_no_signs_of_life() {
        let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nowhere = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(mute.local_addr().unwrap().port());
        assert!(!answers(&nowhere, Duration::from_millis(100)).await);
        drop(mute);
        assert!(!answers(&nowhere, Duration::from_secs(60)).await);
    }
}
