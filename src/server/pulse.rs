//! Whether the database is still there. Postgres ends a slow statement itself; one that is frozen, or that a lost network
//! hides, ends nothing: requests that wait for it are given up here. Nothing is asked while requests are quick.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use store::Store;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// A request that takes longer makes us ask; the answer is good for as long.
const SLOW: Duration = Duration::from_secs(1);
/// For a sign of life: any answer to a new connection, a refusal too.
const SIGN: Duration = Duration::from_secs(2);

/// Asks for a sign of life.
type Ask = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Asks the database, once for however many requests wait for it.
pub struct Pulse {
    ask: Ask,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Pulse {
    pub fn new(store: Store) -> Self {
        Self::by(Arc::new(move || {
            let store = store.clone();
            Box::pin(async move { store.answers(SIGN).await })
        }))
    }

    fn by(ask: Ask) -> Self {
        Self { ask, last: Mutex::default() }
    }

    async fn beats(&self) -> bool {
        let mut last = self.last.lock().await;
        match *last {
            Some((at, alive)) if at.elapsed() < SLOW => alive,
            _ => {
                let alive = (self.ask)().await;
                *last = Some((Instant::now(), alive));
                alive
            }
        }
    }

    /// Waits for `work` as long as the database lives; none when it was silent for `patience`.
    pub async fn attend<T>(&self, patience: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        let mut heard = Instant::now();
        loop {
            if let Ok(done) = timeout(SLOW, &mut work).await {
                return Some(done);
            }
            let alive = tokio::select! {
                biased;
                done = &mut work => return Some(done),
                alive = self.beats() => alive,
            };
            if alive {
                heard = Instant::now();
            } else if heard.elapsed() >= patience {
                tracing::warn!("the database gives no sign of life; a request that waits for it is given up");
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use tokio::time::sleep;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(4);

    /// A database that lives as `alive` says, and how often it was asked.
    fn pulse(alive: &Arc<AtomicBool>) -> (Pulse, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let (alive, count) = (alive.clone(), asked.clone());
        let ask: Ask = Arc::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let alive = alive.clone();
            Box::pin(async move {
                if !alive.load(Ordering::SeqCst) {
                    sleep(SIGN).await;
                }
                alive.load(Ordering::SeqCst)
            })
        });
        (Pulse::by(ask), asked)
    }

    #[tokio::test(start_paused = true)]
    async fn slow_work_of_a_living_database_is_waited_for_and_quick_work_asks_nothing() {
        let (pulse, asked) = pulse(&Arc::new(AtomicBool::new(true)));
        let work = |seconds| async move {
            sleep(Duration::from_secs(seconds)).await;
            seconds
        };
        assert_eq!(pulse.attend(PATIENCE, work(0)).await, Some(0));
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        assert_eq!(pulse.attend(PATIENCE, work(40)).await, Some(40));
        assert!(asked.load(Ordering::SeqCst) >= 20);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_database_is_given_up_and_asked_once_for_all_who_wait() {
        let (pulse, asked) = pulse(&Arc::new(AtomicBool::new(false)));
        let begun = Instant::now();
        let waiting = (0..100).map(|_| pulse.attend(PATIENCE, std::future::pending::<()>()));
        let answers = futures::future::join_all(waiting).await;
        assert!(answers.iter().all(Option::is_none));
        assert!(begun.elapsed() >= PATIENCE && begun.elapsed() < 2 * PATIENCE, "{:?}", begun.elapsed());
        assert!(asked.load(Ordering::SeqCst) <= 3, "{asked:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_comes_back_in_time_is_forgiven() {
        let alive = Arc::new(AtomicBool::new(false));
        let (pulse, _) = pulse(&alive);
        let back = async {
            sleep(Duration::from_millis(3_500)).await;
            alive.store(true, Ordering::SeqCst);
            sleep(Duration::from_secs(20)).await;
        };
        assert!(pulse.attend(PATIENCE, back).await.is_some());
    }
}
