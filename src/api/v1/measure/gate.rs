//! The gate: may this system go on now? The answer comes with a statement that can be checked without the register.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use domain::canonical::hex;
use domain::measure::gate::{Check, Reason};
use serde::{Deserialize, Serialize};
use store::measure::{gate as register, keys as register_keys};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Params, reference};
use crate::api::output::{Answer, List};
use crate::api::problem::Problem;
use crate::api::words::Word;
use crate::signing::dsse::Envelope;
use crate::signing::statement::Statement;

// The document's macros want names without parameters.
type CheckWord = Word<Check>;

/// For what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GateQuery {
    /// The model version that is to be deployed: `3.1`, `gbm 3.1`, `gbm@3.1` or `In-house/gbm@3.1`.
    #[param(max_length = 200, example = "3.1")]
    pub model: Option<String>,
}

/// The gate's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateView {
    /// AIS-12.
    #[schema(example = "AIS-12")]
    pub system: String,
    /// The system's name.
    pub name: String,
    /// Whether it may go on: every reason holds.
    pub allow: bool,
    /// What was asked, in order.
    pub reasons: Vec<ReasonView>,
    /// The model version that was asked about.
    pub model: Option<String>,
    /// When it was asked.
    pub at: DateTime<Utc>,
    /// Until when the answer may be relied on.
    pub valid_until: DateTime<Utc>,
    /// The approval that it rests on.
    pub decision: Option<ApprovalView>,
    /// The same, signed: a DSSE envelope of the type `application/vnd.countersign.gate+json`.
    pub statement: Envelope,
}

/// One thing that was asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// What.
    pub check: CheckWord,
    /// Whether it holds.
    pub holds: bool,
    /// In one sentence.
    pub says: String,
}

/// An approval.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalView {
    /// D-3.
    #[schema(example = "D-3")]
    pub reference: String,
    /// SHA-256 of the dossier that was signed, hexadecimal.
    pub dossier_sha256: String,
    /// Its last day.
    pub valid_until: Option<NaiveDate>,
}

impl From<Reason> for ReasonView {
    fn from(reason: Reason) -> Self {
        Self { check: Word(reason.check), holds: reason.holds, says: reason.says }
    }
}

/// Asks whether a system may go on: approved, unchanged since, conditions met, criteria hold, model version approved
///
/// 200 whether it may or not: `allow` says it, and `reasons` why.
#[utoipa::path(get, path = "/systems/{reference}/gate", tag = "Measure",
    params(("reference" = String, Path, example = "AIS-1"), GateQuery), security(("token" = ["criteria:read"])),
    responses((status = 200, description = "The answer, with every reason, and signed", body = GateView)))]
pub async fn gate(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    Params(asked): Params<GateQuery>,
) -> Answer<Json<GateView>> {
    let model = asked.model.as_deref().map(|model| super::super::line("model", model)).transpose()?;
    let answer = register::ask(&api.store, caller.actor(), reference(&system)?, model.as_deref()).await?;
    let said = Statement::of(&answer, &api.instance);
    let statement = said.seal(&api.signer).map_err(|error| {
        tracing::error!(%error, "a gate's answer can't be signed");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
    })?;
    Ok(Json(GateView {
        system: said.system,
        name: said.name,
        allow: said.allow,
        reasons: said.reasons.into_iter().map(ReasonView::from).collect(),
        model: said.model,
        at: said.at,
        valid_until: said.valid_until,
        decision: said.decision.map(|decision| ApprovalView {
            reference: decision.reference,
            dossier_sha256: decision.dossier_sha256,
            valid_until: decision.valid_until,
        }),
        statement,
    }))
}

/// A key that statements were signed with.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyView {
    /// The `keyid` of signatures.
    pub id: String,
    /// The public half (Ed25519, 32 bytes), hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub public_key: String,
    /// Since when it signs.
    pub added_at: DateTime<Utc>,
}

/// Lists the public keys that statements can be checked with, newest first
#[utoipa::path(get, path = "/signing-keys", tag = "Measure", security(("token" = ["criteria:read"])),
    responses((status = 200, description = "All keys that this register has had", body = List<KeyView>)))]
pub async fn keys(State(api): State<Api>) -> Answer<List<KeyView>> {
    let keys = register_keys::all(&api.store).await?;
    let view = |key: register_keys::Key| KeyView { id: key.id, public_key: hex(&key.public), added_at: key.added_at };
    Ok(List::whole(keys.into_iter().map(view).collect()))
}
