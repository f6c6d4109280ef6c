//! Reports as PDF. Setting one takes a core for a moment and some ten megabytes, so that few are set at once.

use super::error::AppError;
use chrono::{NaiveDate, NaiveTime};
use domain::report::Document;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Reports that are set at once.
const AT_ONCE: usize = 2;
/// Longest that one waits for its turn.
const WAIT: Duration = Duration::from_secs(5);

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The report of a day, by an instance: the same three give the same bytes.
///
/// # Errors
/// [`AppError::Unavailable`] when its turn does not come; [`AppError::NotNow`] when it is too long to be set.
pub async fn pdf(document: Document, today: NaiveDate, instance: String) -> Result<Vec<u8>, AppError> {
    let Ok(Ok(turn)) = tokio::time::timeout(WAIT, TURNS.acquire()).await else { return Err(AppError::Unavailable) };
    let made = paper::Made { at: today.and_time(NaiveTime::MIN).and_utc(), instance };
    let set = tokio::task::spawn_blocking(move || paper::pdf(&document, &made)).await;
    drop(turn);
    match set.map_err(AppError::internal)? {
        Ok(bytes) => Ok(bytes),
        Err(paper::Error::TooLong) => {
            Err(AppError::NotNow("This report is too long for a PDF. Take it as Markdown".to_owned()))
        }
        Err(error) => Err(AppError::internal(error)),
    }
}
