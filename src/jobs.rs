//! What happens without anybody asking. Any number of programs may do it at once: each job finds what is left to do.

use std::fmt::Display;
use std::time::Duration;

use store::Store;

const PERIOD: Duration = Duration::from_secs(600);

/// Runs until it is dropped; the first time at once.
pub async fn run(store: Store) {
    let mut period = tokio::time::interval(PERIOD);
    loop {
        period.tick().await;
        note("approvals expired", store::reviews::expire::expire(&store).await);
        note("old sessions deleted", store::sessions::sweep(&store).await);
        note("old sign-in attempts deleted", store::people::sign_in::sweep(&store).await);
        note("inventories that nobody imported deleted", store::imports::stage::sweep(&store).await);
        note("result files read", store::evidence::findings::catch_up(&store).await);
        let swept = store::evidence::sweep(&store).await;
        note("files of interrupted uploads deleted", swept.map(|swept| swept.incoming + swept.files));
    }
}

/// A job that failed is tried again next time.
fn note<N: Display + Default + PartialEq, E: Display>(job: &'static str, done: Result<N, E>) {
    match done {
        Ok(count) if count == N::default() => {}
        Ok(count) => tracing::info!(%count, "{job}"),
        Err(error) => tracing::warn!(%error, "not done: {job}"),
    }
}
