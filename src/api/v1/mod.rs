//! Version 1: one module an area. A handler reads its input, calls one function of `store` and answers.
//!
//! An operation names its scope in `security`; [`super::auth`] asks it before the handler runs.

pub mod audit;
pub mod evidence;
pub mod findings;
pub mod me;
pub mod measure;
pub mod mitigations;
pub mod people;
pub mod profile;
pub mod reports;
pub mod reviews;
pub mod risks;
pub mod screening;
pub mod shared;
pub mod systems;
pub mod upload;

use std::str::FromStr;

use domain::text;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::output::Answer;
use super::problem::Problem;

/// All routes, by area.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(me::document))
        .routes(routes!(me::show))
        .merge(systems::routes())
        .merge(risks::routes())
        .merge(mitigations::routes())
        .merge(evidence::routes())
        .merge(measure::routes())
        .merge(profile::routes())
        .merge(screening::routes())
        .merge(reviews::routes())
        .merge(people::routes())
        .merge(audit::routes())
        .merge(reports::routes())
}

/// A text of one line that must be there.
fn line(field: &str, given: &str) -> Answer<String> {
    let checked = text::line(given).map_err(|why| Problem::field(field, format!("This {why}")))?;
    checked.ok_or_else(|| Problem::field(field, "This field is required"))
}

/// A text of several lines that must be there.
fn prose(field: &str, given: &str) -> Answer<String> {
    opt_prose(field, Some(given))?.ok_or_else(|| Problem::field(field, "This field is required"))
}

/// A text of several lines.
fn opt_prose(field: &str, given: Option<&str>) -> Answer<Option<String>> {
    text::prose(given.unwrap_or_default()).map_err(|why| Problem::field(field, format!("This {why}")))
}

/// A reference in a body.
fn named<T: FromStr>(given: &str, field: &str) -> Answer<T> {
    given.parse().map_err(|_| Problem::field(field, "This is no reference of the register"))
}

/// A cursor that reads as what this list hands out.
fn cursor<T: FromStr>(after: Option<&str>) -> Answer<()> {
    match after {
        Some(after) if after.parse::<T>().is_err() => Err(Problem::field("after", "This is no cursor of this list")),
        _ => Ok(()),
    }
}
