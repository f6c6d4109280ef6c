//! `countersign demo`: an organisation with a year of history, for people to look around in.
//!
//! Nothing is written past the rules: every event of the year is played through the same functions of `store` that the
//! pages call, by the person who would do it, with the clock set to the day on which it happened. So the demonstration
//! is also a test: a story that the rules forbid does not load.

mod cast;
mod clock;
mod papers;
mod plot;
mod scene;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use store::Store;

use crate::Failure;

pub use store::people::operator::DEMO_PASSWORD as PASSWORD;

/// Plays the year into an empty register; leaves one with people in it alone.
///
/// # Errors
/// A step that the rules refuse (a fault in the story), or a database that is away.
pub async fn play(
    open: impl FnOnce(Arc<dyn store::Env>) -> Result<Store, Failure>,
    now: DateTime<Utc>,
) -> Result<bool, Failure> {
    let story: cast::Organisation = cast::organisation()?;
    let clock = Arc::new(clock::DemoClock::at(now - chrono::Duration::days(430)));
    let store = open(clock.clone())?;
    store::matrix::ensure_first(&store).await.map_err(|e| failed("the first matrix", &e))?;
    let Some(cast) = cast::assemble(&store, &story).await? else { return Ok(false) };
    tracing::info!("an empty register is given a year of history: this takes about a minute, once");
    let mut steps: Vec<plot::Step> = story
        .systems
        .iter()
        .enumerate()
        .flat_map(|(index, system)| plot::of(index, system, now))
        .filter(|step| step.at < now)
        .collect();
    // What happened first is written first: the audit trail's numbers follow time.
    steps.sort_by_key(|step| step.at);
    let mut stage = scene::Stage::new(&store, &story, &cast);
    for step in &steps {
        clock.set(step.at);
        store::reviews::expire::expire(&store).await.map_err(|e| failed("expiry", &e))?;
        stage.perform(step).await?;
    }
    clock.set(now);
    store::reviews::expire::expire(&store).await.map_err(|e| failed("expiry", &e))?;
    Ok(true)
}

fn failed(what: &str, error: &store::Error) -> Failure {
    let mut text = format!("the demonstration: {what}: {error}");
    if let store::Error::Refused(domain::error::Refusal::Invalid(fields)) = error {
        text.push_str(&format!(" {:?}", fields.0));
    }
    Failure::new(text)
}
