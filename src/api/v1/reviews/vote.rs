//! Votes, signed, and stepping aside.

use super::dossier_of;
use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, reference};
use crate::api::output::{Answer, Created, Done};
use crate::api::problem::Problem;
use crate::api::v1::shared::ReasonInput;
use crate::api::words::Word;
use axum::extract::{Path, State};
use chrono::NaiveDate;
use domain::ids::ReviewRef;
use domain::review::Choice;
use domain::review::vote::{Ballot, Condition};
use serde::Deserialize;
use store::reviews as register;
use utoipa::ToSchema;
use uuid::Uuid;

// The document's macros want names without parameters.
type ChoiceWord = Word<Choice>;

/// A condition of an approval.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionInput {
    /// What must be done.
    #[schema(min_length = 1, max_length = 10000)]
    pub text: String,
    /// The id of the person who takes care of it.
    pub owner: Uuid,
    /// Until when.
    pub due_on: NaiveDate,
}

/// A vote, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteInput {
    /// SHA-256 of the dossier that was read.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub dossier_sha256: String,
    /// How.
    pub choice: ChoiceWord,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
    /// On what conditions.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub conditions: Vec<ConditionInput>,
    /// The signature: the caller's password.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    pub password: String,
}

/// Votes, signed with the password
#[utoipa::path(post, path = "/reviews/{reference}/votes", tag = "Reviews", request_body = VoteInput,
    params(("reference" = String, Path, example = "RV-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:vote"])), responses((status = 201, description = "Signed", body = Created)))]
pub async fn vote(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<VoteInput>,
) -> Answer<Created> {
    let (review, given) = (reference::<ReviewRef>(&review)?, body.value);
    let names = super::super::people::names(&api, given.conditions.iter().map(|c| c.owner)).await?;
    let condition = |c: ConditionInput| {
        let owner = names.get(&c.owner).cloned();
        let owner = owner.ok_or_else(|| Problem::field("conditions", "Choose who takes care of it"))?;
        Ok(Condition { text: c.text, owner_id: c.owner.into(), owner, due_on: c.due_on })
    };
    let ballot = Ballot {
        dossier: dossier_of(&given.dossier_sha256)?,
        choice: given.choice.0,
        reason: super::super::prose("reason", &given.reason)?,
        conditions: given.conditions.into_iter().map(condition).collect::<Answer<_>>()?,
    };
    let made = register::vote::vote(&api.store, caller.actor(), review, &ballot, &given.password, body.once).await;
    Created::from(made, |()| format!("/reviews/{review}"))
}

/// Steps aside from a review
#[utoipa::path(post, path = "/reviews/{reference}/recuse", tag = "Reviews", request_body = ReasonInput,
    params(("reference" = String, Path, example = "RV-1")), security(("token" = ["reviews:vote"])),
    responses((status = 204, description = "Stepped aside")))]
pub async fn recuse(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    let why = super::super::prose("reason", &body.value.reason)?;
    register::recuse::recuse(&api.store, caller.actor(), reference(&review)?, &why).await?;
    Ok(Done)
}
