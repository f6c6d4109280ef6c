//! Ratings: given on the matrix in force, never changed.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use domain::ids::RiskRef;
use domain::risk::RatingKind;
use domain::risk::matrix::Point;
use serde::{Deserialize, Serialize};
use store::risks::{self as register, NewRating};
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, reference};
use crate::api::output::{Answer, Created, List};
use crate::api::problem::Problem;
use crate::api::words::Word;

// The document's macros want names without parameters.
type RatingKindWord = Word<RatingKind>;

/// A rating that was given.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingView {
    /// Inherent, residual or target.
    pub kind: RatingKindWord,
    /// Likelihood.
    pub likelihood: i16,
    /// Impact.
    pub impact: i16,
    /// The matrix's version that it was made on.
    pub matrix_version: i32,
    /// The level that the matrix gives, by name.
    pub level: Option<String>,
    /// Why.
    pub rationale: Option<String>,
    /// By whom.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

pub(super) fn rating(page: &register::RiskPage, rating: &register::get::Rating) -> RatingView {
    let matrix = page.matrices.get(&rating.matrix_version);
    let level = matrix.and_then(|matrix| matrix.levels.get(usize::from(matrix.level(rating.at)?)));
    RatingView {
        kind: Word(rating.kind),
        likelihood: rating.at.likelihood,
        impact: rating.at.impact,
        matrix_version: rating.matrix_version,
        level: level.map(|level| level.label.clone()),
        rationale: rating.rationale.clone(),
        by: rating.by.clone(),
        at: rating.rated_at,
    }
}

/// Shows a risk's ratings, newest first
#[utoipa::path(get, path = "/risks/{reference}/ratings", tag = "Risks", security(("token" = ["risks:read"])),
    params(("reference" = String, Path, example = "R-1")),
    responses((status = 200, description = "Every rating, at most 500", body = List<RatingView>)))]
pub async fn ratings(State(api): State<Api>, caller: Caller, Path(risk): Path<String>) -> Answer<List<RatingView>> {
    let page = register::get(&api.store, caller.actor(), reference::<RiskRef>(&risk)?).await?;
    Ok(List::whole(page.ratings.iter().map(|given| rating(&page, given)).collect()))
}

/// A rating; its level is the matrix's, never sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatingInput {
    /// Inherent, residual or target.
    pub kind: RatingKindWord,
    /// Likelihood, 1 to the matrix's steps.
    #[schema(minimum = 1, maximum = 7)]
    pub likelihood: i16,
    /// Impact, 1 to the matrix's steps.
    #[schema(minimum = 1, maximum = 7)]
    pub impact: i16,
    /// Why.
    #[schema(max_length = 10000)]
    pub rationale: Option<String>,
}

/// Rates a risk; earlier ratings stay
#[utoipa::path(post, path = "/risks/{reference}/ratings", tag = "Risks", request_body = RatingInput,
    params(("reference" = String, Path, example = "R-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["risks:write"])), responses((status = 201, description = "Rated", body = Created)))]
pub async fn rate(
    State(api): State<Api>,
    caller: Caller,
    Path(risk): Path<String>,
    body: Body<RatingInput>,
) -> Answer<Created> {
    let (risk, given) = (reference::<RiskRef>(&risk)?, body.value);
    let rationale = domain::text::prose(given.rationale.as_deref().unwrap_or_default())
        .map_err(|why| Problem::field("rationale", format!("This {why}")))?;
    let at = Point { likelihood: given.likelihood, impact: given.impact };
    let new = NewRating { kind: given.kind.0, at, rationale };
    let made = register::rate(&api.store, caller.actor(), risk, &[new], body.once).await;
    Created::from(made, |()| format!("/risks/{risk}"))
}
