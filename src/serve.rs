//! `countersign serve`: listens at once, answers in full when the register is there, ends in order.

use std::net::SocketAddr;
use std::sync::Arc;

use app::server::AppState;
use app::server::state::{Assets, Site};
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::config::Config;
use crate::database::{Database, causes};
use crate::env::SystemEnv;
use crate::server::front::Front;
use crate::server::{Edge, assets, listen, router};
use crate::signing::Signer;
use crate::{Failure, demo, jobs};

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The organisation's own register.
    Register,
    /// A demonstration organisation with a year of history.
    Demo,
}

/// Serves until SIGTERM or SIGINT; a second one ends at once.
///
/// # Errors
/// When it cannot listen, or the database will not do.
pub async fn run(config: Config, mode: Mode) -> Result<(), Failure> {
    let listener = TcpListener::bind(config.listen).await.map_err(|error| {
        Failure::new(format!("--listen (COUNTERSIGN_LISTEN): cannot listen on {}: {error}", config.listen))
    })?;
    let address = listener.local_addr().map_err(|error| Failure::new(error.to_string()))?;
    tracing::info!(%address, "listening");
    let signer = Arc::new(Signer::load(&config.signing_key)?);
    let stop = stop_signal()?;
    let edge = Edge::new(&config, Arc::new(SystemEnv));
    let front = Front::default();
    let server = tokio::spawn(listen::serve(listener, front.router(&edge), stopped(stop.clone())));

    let database = match Database::for_serving(&config).await {
        Ok(database) => database,
        Err(failure) => {
            server.abort();
            return Err(failure);
        }
    };
    let worked = work(&config, mode, (address, signer), &edge, &front, &database, stop).await;
    if worked.is_err() {
        server.abort();
    }
    // The last requests still need the database.
    let _ = server.await;
    database.close().await;
    worked
}

/// From the register's readiness to the word to stop.
async fn work(
    config: &Config,
    mode: Mode,
    (address, signer): (SocketAddr, Arc<Signer>),
    edge: &Arc<Edge>,
    front: &Front,
    database: &Database,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let store = database.store(config)?;
    tokio::select! {
        () = stopped(stop.clone()) => return Ok(()),
        migrated = database.migrate() => migrated?,
    }
    let first = store::matrix::ensure_first(&store).await;
    first.map_err(|error| Failure::new(format!("cannot write the first risk matrix: {}", causes(&error))))?;
    let base = config.base_url(address);
    if mode == Mode::Demo {
        tokio::select! {
            () = stopped(stop.clone()) => return Ok(()),
            played = play(config, &store, database) => played?,
        }
    }
    let noted = store::measure::keys::note(&store, &signer.public()).await;
    noted.map_err(|error| Failure::new(format!("cannot note the key to sign with: {}", causes(&error))))?;
    front.open(router::pages(edge, state(config, mode, store.clone(), &base), signer), store.clone());
    announce(&base);
    invite_first(&store, &base).await;
    let jobs = tokio::spawn(jobs::run(store));
    stopped(stop).await;
    jobs.abort();
    Ok(())
}

/// Plays the demonstration's year into an empty register. A register that is somebody's own is not shown as one: its
/// sign-in page would name its people.
async fn play(config: &Config, store: &Store, database: &Database) -> Result<(), Failure> {
    let played = demo::play(|env| database.store_on(config, env), store.now()).await?;
    match (played, &config.database) {
        (true, _) => tracing::info!("the demonstration's year was played"),
        (false, None) => {}
        (false, Some(_)) => {
            return Err(Failure::new(
                "the database holds a register already: the demonstration needs an empty one, or none (then it starts its own)",
            ));
        }
    }
    Ok(())
}

fn state(config: &Config, mode: Mode, store: Store, base: &str) -> AppState {
    AppState {
        store,
        assets: Assets { base: assets::base().into(), islands: assets::has_islands() },
        site: Site {
            organisation: config.organisation.as_str().into(),
            version: env!("CARGO_PKG_VERSION").into(),
            base_url: base.into(),
            upload_limit: config.upload_limit,
            session_idle: config.session_idle,
            demo: mode == Mode::Demo,
        },
    }
}

fn announce(base: &str) {
    if !assets::has_islands() {
        tracing::warn!("this build has no islands: pages are served without script (`make build` makes them)");
    }
    say(&format!("Countersign is at {base}"));
}

/// While nobody is registered, each start prints a new link for whoever may become the administrator. To stdout, not to
/// the log: it is a secret for an hour.
async fn invite_first(store: &Store, base: &str) {
    match store::people::bootstrap::link(store).await {
        Ok(Some(link)) => say(&format!(
            "Nobody is registered yet. Become the administrator here (once, until {}):\n  {base}/invite/{}",
            link.expires_at.format("%H:%M UTC"),
            link.secret
        )),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "no link for the first administrator"),
    }
}

/// To whoever started the program; nobody may be listening any more, and that is no reason to end.
fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// True from the first SIGTERM or SIGINT on. The second one ends the program where it stands.
fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let handler = |kind| signal(kind).map_err(|error| Failure::new(format!("cannot wait for signals: {error}")));
    let mut terminate = handler(SignalKind::terminate())?;
    let mut interrupt = handler(SignalKind::interrupt())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if sender.send_replace(true) {
                tracing::warn!("told to stop twice: stopping at once");
                std::process::exit(1);
            }
        }
    });
    Ok(receiver)
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
