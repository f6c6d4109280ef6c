//! What is done about a risk, and its end.

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, reference};
use crate::api::output::{Answer, Done};
use crate::api::v1::shared::ReasonInput;
use crate::api::words::Word;
use axum::extract::{Path, State};
use domain::risk::{Handling, Status, Treatment};
use serde::Deserialize;
use store::risks::{self as register};
use utoipa::ToSchema;
use uuid::Uuid;

// The document's macros want names without parameters.
type StatusWord = Word<Status>;
type TreatmentWord = Word<Treatment>;

/// What is done about a risk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlingInput {
    /// What is decided to do; null for nothing yet.
    pub treatment: Option<TreatmentWord>,
    /// The id of the person who answers for it.
    pub owner: Option<Uuid>,
    /// Where it stands. Closing is a verb of its own.
    pub status: StatusWord,
}

/// Sets treatment, owner and status of a risk
#[utoipa::path(put, path = "/risks/{reference}/handling", tag = "Risks", request_body = HandlingInput,
    params(("reference" = String, Path, example = "R-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["risks:write"])), responses((status = 204, description = "Set")))]
pub async fn handle(
    State(api): State<Api>,
    caller: Caller,
    Path(risk): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<HandlingInput>,
) -> Answer<Done> {
    let HandlingInput { treatment, owner, status } = body.value;
    let new = Handling { treatment: treatment.map(|w| w.0), owner: owner.map(Into::into), status: status.0 };
    register::handle(&api.store, caller.actor(), reference(&risk)?, version, new).await?;
    Ok(Done)
}

/// Closes a risk that no longer exists
#[utoipa::path(post, path = "/risks/{reference}/close", tag = "Risks", request_body = ReasonInput,
    params(("reference" = String, Path, example = "R-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["risks:write"])), responses((status = 204, description = "Closed")))]
pub async fn close(
    State(api): State<Api>,
    caller: Caller,
    Path(risk): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    let why = super::super::prose("reason", &body.value.reason)?;
    register::close(&api.store, caller.actor(), reference(&risk)?, version, &why).await?;
    Ok(Done)
}

/// Opens a closed risk again
#[utoipa::path(post, path = "/risks/{reference}/reopen", tag = "Risks",
    params(("reference" = String, Path, example = "R-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["risks:write"])), responses((status = 204, description = "Open again")))]
pub async fn reopen(
    State(api): State<Api>,
    caller: Caller,
    Path(risk): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<Done> {
    register::reopen(&api.store, caller.actor(), reference(&risk)?, version).await?;
    Ok(Done)
}
