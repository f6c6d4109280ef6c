//! Who works on a system, who owns it, and the end of its use.

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, id, reference};
use crate::api::output::{Answer, Done};
use crate::api::problem::Problem;
use crate::api::v1::shared::ReasonInput;
use crate::api::words::Word;
use axum::extract::{Path, State};
use domain::system::Stage;
use serde::Deserialize;
use store::systems as register;
use utoipa::ToSchema;
use uuid::Uuid;

// The document's macros want names without parameters.
type StageWord = Word<Stage>;

/// A person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// Their id.
    pub person: Uuid,
}

/// Adds a contributor; one who is there already stays
#[utoipa::path(post, path = "/systems/{reference}/contributors", tag = "Systems", request_body = PersonInput,
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["systems:write"])),
    responses((status = 204, description = "Added")))]
pub async fn add_contributor(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<PersonInput>,
) -> Answer<Done> {
    register::people::add(&api.store, caller.actor(), reference(&system)?, body.value.person.into()).await?;
    Ok(Done)
}

/// Takes a contributor off; they stay involved
#[utoipa::path(delete, path = "/systems/{reference}/contributors/{person}", tag = "Systems",
    params(("reference" = String, Path, example = "AIS-1"), ("person" = Uuid, Path)),
    security(("token" = ["systems:write"])), responses((status = 204, description = "Taken off")))]
pub async fn remove_contributor(
    State(api): State<Api>,
    caller: Caller,
    Path((system, person)): Path<(String, String)>,
) -> Answer<Done> {
    let person = id("person", &person).map_err(|_| Problem::from(store::Error::NotFound))?;
    register::people::remove(&api.store, caller.actor(), reference(&system)?, person).await?;
    Ok(Done)
}

/// A new owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferInput {
    /// The new owner's id.
    pub owner: Uuid,
    /// Whether the old one goes on as a contributor.
    #[serde(default)]
    pub keep_contributing: bool,
}

/// Gives a system to another owner
#[utoipa::path(post, path = "/systems/{reference}/transfer", tag = "Systems", request_body = TransferInput,
    params(("reference" = String, Path, example = "AIS-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["systems:write"])), responses((status = 204, description = "Handed over")))]
pub async fn transfer(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<TransferInput>,
) -> Answer<Done> {
    let TransferInput { owner, keep_contributing } = body.value;
    let system = reference(&system)?;
    register::people::transfer(&api.store, caller.actor(), system, version, owner.into(), keep_contributing).await?;
    Ok(Done)
}

/// Retires a system
#[utoipa::path(post, path = "/systems/{reference}/retire", tag = "Systems", request_body = ReasonInput,
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["systems:write"])),
    responses((status = 204, description = "Retired")))]
pub async fn retire(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    register::retire::retire(&api.store, caller.actor(), reference(&system)?, &body.value.reason).await?;
    Ok(Done)
}

/// A stage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageInput {
    /// Where the system goes on.
    pub stage: StageWord,
}

/// Takes a retired system up again
#[utoipa::path(post, path = "/systems/{reference}/reopen", tag = "Systems", request_body = StageInput,
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["systems:write"])),
    responses((status = 204, description = "Taken up again")))]
pub async fn reopen(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<StageInput>,
) -> Answer<Done> {
    register::retire::reopen(&api.store, caller.actor(), reference(&system)?, body.value.stage.0).await?;
    Ok(Done)
}
