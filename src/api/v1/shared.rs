//! What several areas take and give: pages of lists, order, words to search for, names, reasons.

use domain::page::{PAGE_ROWS, PAGE_ROWS_MAX};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::output::Answer;
use crate::api::problem::Problem;

/// Rows of a page, as asked for.
///
/// # Errors
/// 422 outside of 1 to 200.
pub fn rows(limit: Option<usize>) -> Answer<usize> {
    match limit.unwrap_or(PAGE_ROWS) {
        rows @ 1..=PAGE_ROWS_MAX => Ok(rows),
        _ => Err(Problem::field("limit", format!("Choose 1 to {PAGE_ROWS_MAX}"))),
    }
}

/// "-changed" → (changed, descending).
///
/// # Errors
/// 422 at `sort`.
pub fn order<T: domain::text::Words>(sort: Option<&str>, usual: (T, bool)) -> Answer<(T, bool)> {
    let Some(sort) = sort else { return Ok(usual) };
    let (name, descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let by = name.parse().map_err(|_| Problem::field("sort", format!("Choose one of: {}", T::WORDS.join(", "))))?;
    Ok((by, descending))
}

/// A text to search for; what Postgres can't hold finds nothing worth asking.
///
/// # Errors
/// 422 at `q`.
pub fn text(given: Option<String>) -> Answer<Option<String>> {
    match given {
        Some(text) if text.chars().count() > domain::text::LINE_MAX || text.contains('\0') => {
            Err(Problem::field("q", format!("Ask in {} characters or fewer", domain::text::LINE_MAX)))
        }
        other => Ok(other.filter(|text| !text.trim().is_empty())),
    }
}

/// Somebody or something with an id and a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// The reason, for the audit trail.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
}
