//! The audit trail: read it, export its head, verify it.

use axum::Json;
use axum::extract::{OriginalUri, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::audit::Head;
use serde::{Deserialize, Serialize};
use store::audit as register;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, Params};
use crate::api::output::{Answer, List};
use crate::api::problem::Problem;
use crate::api::v1::shared::text;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(head)).routes(routes!(verify))
}

/// One field before and after.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// The field.
    pub field: String,
    /// Before; null when there was nothing.
    pub before: Option<String>,
    /// After; null when there is nothing.
    pub after: Option<String>,
}

/// One event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Number in the chain.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by name then; the program's part otherwise.
    pub actor: String,
    /// From where.
    pub address: Option<String>,
    /// The API token that it was done with.
    pub token: Option<String>,
    /// Who answers for that token.
    pub token_owner: Option<String>,
    /// What was done.
    #[schema(example = "risk.rate")]
    pub action: String,
    /// Kind of the thing.
    #[schema(example = "risk")]
    pub subject_kind: String,
    /// Its reference or name.
    #[schema(example = "R-340")]
    pub subject: String,
    /// What it changed.
    pub changes: Vec<ChangeView>,
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Words anywhere in the event.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// Done by this person, by id.
    pub actor: Option<Uuid>,
    /// This action.
    #[param(max_length = 100, example = "risk.rate")]
    pub action: Option<String>,
    /// On things of this kind.
    #[param(max_length = 100, example = "risk")]
    pub kind: Option<String>,
    /// From this day on (UTC).
    pub from: Option<NaiveDate>,
    /// Up to this day, with it (UTC).
    pub until: Option<NaiveDate>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
}

/// Lists the audit trail, newest first
#[utoipa::path(get, path = "/audit/events", tag = "Audit", params(EventQuery), security(("token" = ["audit:read"])),
    responses((status = 200, description = "A page of the trail", body = List<EventView>)))]
pub async fn events(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<EventQuery>,
) -> Answer<List<EventView>> {
    let word = |field: &str, given: Option<String>| match given {
        Some(word) if word.len() > 100 || word.contains('\0') => Err(Problem::field(field, "This is no such word")),
        other => Ok(other),
    };
    super::cursor::<i64>(asked.after.as_deref())?;
    let filter = register::Filter {
        actor: asked.actor,
        action: word("action", asked.action)?,
        subject_kind: word("kind", asked.kind)?,
        text: text(asked.q)?,
        from: asked.from,
        until: asked.until,
        after: asked.after,
    };
    let page = register::list(&api.store, caller.actor(), &filter).await?;
    Ok(List::of(&uri, page, None, |event| {
        let (token, token_owner) = event.via.map(|via| (via.token, via.owner)).unzip();
        EventView {
            seq: event.seq,
            at: event.at,
            actor: event.actor,
            address: event.address,
            token,
            token_owner,
            action: event.action,
            subject_kind: event.subject_kind,
            subject: event.subject,
            changes: event
                .changes
                .into_iter()
                .map(|c| ChangeView { field: c.field, before: c.before, after: c.after })
                .collect(),
        }
    }))
}

/// A point of the chain: keep it elsewhere, and compare later.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadView {
    /// Number of the last event.
    #[schema(minimum = 0)]
    pub seq: i64,
    /// Its hash, hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
}

impl HeadView {
    fn of(head: Head) -> Self {
        Self { seq: head.seq, hash: head.hash }
    }
}

/// Exports the head of the chain
#[utoipa::path(get, path = "/audit/head", tag = "Audit", security(("token" = ["audit:read"])),
    responses((status = 200, description = "The head", body = HeadView)))]
pub async fn head(State(api): State<Api>, caller: Caller) -> Answer<Json<HeadView>> {
    let export = register::export_head_for(&api.store, caller.actor()).await?;
    Ok(Json(HeadView::of(export.head)))
}

/// Heads that were exported earlier.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyInput {
    /// At most 100.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub heads: Vec<HeadView>,
}

/// The first event that does not hold.
#[derive(Debug, Serialize, ToSchema)]
pub struct BrokenView {
    /// Its number.
    pub seq: i64,
    /// What is wrong with it.
    pub why: String,
}

/// What a check of the chain found.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifyView {
    /// Whether everything holds.
    pub intact: bool,
    /// Events that were checked and hold.
    pub events: i64,
    /// Where the chain ends.
    pub head: Option<HeadView>,
    /// The first event that does not hold.
    pub broken: Option<BrokenView>,
}

/// Checks the whole chain, also against heads that were exported earlier
#[utoipa::path(post, path = "/audit/verify", tag = "Audit", request_body = VerifyInput,
    security(("token" = ["audit:read"])),
    responses((status = 200, description = "What was found; a broken chain is a finding, not an error", body = VerifyView)))]
pub async fn verify(State(api): State<Api>, caller: Caller, body: Body<VerifyInput>) -> Answer<Json<VerifyView>> {
    let heads = body.value.heads;
    if heads.len() > 100 {
        return Err(Problem::field("heads", "At most 100 heads at once"));
    }
    let right = |head: &HeadView| head.seq >= 0 && domain::canonical::unhex32(&head.hash).is_some();
    if !heads.iter().all(right) {
        return Err(Problem::field("heads", "This is no head that was exported here"));
    }
    let earlier = heads.into_iter().map(|head| Head { seq: head.seq, hash: head.hash }).collect();
    let report = register::verify_for(&api.store, caller.actor(), earlier).await?;
    Ok(Json(VerifyView {
        intact: report.intact,
        events: report.events,
        head: report.head.map(HeadView::of),
        broken: report.broken.map(|broken| BrokenView { seq: broken.seq, why: broken.why }),
    }))
}
