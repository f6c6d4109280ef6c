//! What happens without anybody asking. Any number of programs may do it at once: each job is one statement that finds
//! nothing left to do.

use std::time::Duration;

use store::Store;

const EACH_HOUR: Duration = Duration::from_secs(3600);

/// Runs until it is dropped.
pub async fn run(store: Store) {
    let mut hour = tokio::time::interval(EACH_HOUR);
    loop {
        hour.tick().await;
        match store::sessions::sweep(&store).await {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "old sessions deleted"),
            Err(error) => tracing::warn!(%error, "old sessions were not deleted"),
        }
    }
}
