//! Systems: register, describe, triage, hand over, retire.

pub mod context;
pub mod handover;
pub mod triage;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, Params, reference};
use crate::api::output::{Answer, Created, Done, List, Versioned};
use crate::api::problem::Problem;
use crate::api::v1::shared::{Named, order, rows, text};
use crate::api::words::{Word, values};
use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use context::ContextView;
use domain::ids::{SystemRef, UnitId};
use domain::system::{Kind, Registration, Stage, Status};
use domain::triage::Tier;
use serde::{Deserialize, Serialize};
use store::systems as register;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

// The document's macros want names without parameters.
type KindWord = Word<Kind>;
type StageWord = Word<Stage>;
type StatusWord = Word<Status>;
type TierWord = Word<Tier>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, edit))
        .routes(routes!(context::context, context::describe))
        .routes(routes!(triage::triage, triage::answer))
        .routes(routes!(triage::ready))
        .routes(routes!(triage::override_tier))
        .routes(routes!(handover::add_contributor))
        .routes(routes!(handover::remove_contributor))
        .routes(routes!(handover::transfer))
        .routes(routes!(handover::retire))
        .routes(routes!(handover::reopen))
}

/// A system in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct SystemItem {
    /// AIS-12; never changes.
    #[schema(example = "AIS-12")]
    pub reference: String,
    /// Its name.
    pub name: String,
    /// Its business unit's name.
    pub unit: String,
    /// Who answers for it, by name.
    pub owner: String,
    /// Where it stands in its life.
    pub stage: StageWord,
    /// What kind of AI it is.
    pub kind: Option<KindWord>,
    /// The tier in force; none before triage.
    pub tier: Option<TierWord>,
    /// Where it stands in the workflow; computed.
    pub status: StatusWord,
    /// Last day of its approval.
    pub valid_until: Option<NaiveDate>,
    /// Risks that are not closed.
    pub risks: i64,
    /// Of those, with residual risk above appetite.
    pub risks_above_appetite: i64,
    /// Last change.
    pub changed_at: DateTime<Utc>,
}

/// Which systems; all filters together.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SystemFilter {
    /// Words of name, vendor or purpose, a part of the name, or a reference.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// A business unit's id.
    pub unit: Option<Uuid>,
    /// An owner's id.
    pub owner: Option<Uuid>,
    /// Lifecycle stage.
    pub stage: Option<StageWord>,
    /// Tier in force.
    pub tier: Option<TierWord>,
    /// Where they stand; may be repeated.
    #[serde(default)]
    pub status: Vec<StatusWord>,
    /// Kind of AI.
    pub kind: Option<KindWord>,
    /// Only those that the caller owns or contributes to.
    pub mine: Option<bool>,
    /// Only those whose approval ends within so many days.
    #[param(minimum = 0, maximum = 3660)]
    pub expiring: Option<u32>,
    /// Ordered by; a minus before it turns the order round.
    #[param(example = "-changed", pattern = "^-?(name|changed|tier|risk|reference)$")]
    pub sort: Option<String>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
    /// Rows of a page: 1 to 200, 50 unless said otherwise.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

fn within_ten_years(days: u32) -> Answer<u32> {
    match days {
        0..=3660 => Ok(days),
        _ => Err(Problem::field("expiring", "Choose 0 to 3660 days")),
    }
}

/// Lists the systems that the caller may see
#[utoipa::path(get, path = "/systems", tag = "Systems", params(SystemFilter), security(("token" = ["systems:read"])),
    responses((status = 200, description = "A page of systems", body = List<SystemItem>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<SystemFilter>,
) -> Answer<List<SystemItem>> {
    use register::list::{Paging, Sort, list};
    let (sort, descending) = order(asked.sort.as_deref(), (Sort::Changed, true))?;
    let paging = Paging { sort, descending, after: asked.after, rows: rows(asked.limit)? };
    let filter = register::list::Filter {
        text: text(asked.q)?,
        unit: asked.unit.map(UnitId),
        owner: asked.owner.map(Into::into),
        stage: asked.stage.map(|w| w.0),
        tier: asked.tier.map(|w| Some(w.0)),
        status: values(asked.status),
        kind: asked.kind.map(|w| w.0),
        mine: asked.mine.unwrap_or(false),
        expiring: asked.expiring.map(within_ten_years).transpose()?,
    };
    let found = list(&api.store, caller.actor(), &filter, &paging).await?;
    Ok(List::of(&uri, found.page, found.total, |row| SystemItem {
        reference: row.reference.to_string(),
        name: row.name,
        unit: row.unit,
        owner: row.owner,
        stage: Word(row.stage),
        kind: row.kind.map(Word),
        tier: row.tier.map(Word),
        status: Word(row.status),
        valid_until: row.valid_until,
        risks: row.risks,
        risks_above_appetite: row.above,
        changed_at: row.changed_at,
    }))
}

/// The five fields that a system begins with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Claims triage assistant", "purpose": "Sorts incoming claims by urgency",
    "unit": "01990000-0000-7000-8000-000000000001", "owner": "01990000-0000-7000-8000-000000000002", "stage": "pilot"}))]
pub struct SystemInput {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 10000)]
    pub purpose: String,
    /// A business unit's id.
    pub unit: Uuid,
    /// The id of the person who answers for it.
    pub owner: Uuid,
    /// Where it stands in its life.
    pub stage: StageWord,
}

impl SystemInput {
    fn checked(&self) -> Answer<Registration> {
        let (unit, owner) = (self.unit.to_string(), self.owner.to_string());
        Ok(Registration::parse(&self.name, &self.purpose, &unit, &owner, self.stage.0.as_str())?)
    }
}

/// Registers a system
#[utoipa::path(post, path = "/systems", tag = "Systems", request_body = SystemInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats make one system", max_length = 255)),
    security(("token" = ["systems:write"])), responses((status = 201, description = "Registered", body = Created)))]
pub async fn add(State(api): State<Api>, caller: Caller, body: Body<SystemInput>) -> Answer<Created> {
    let new = body.value.checked()?;
    let made = register::register::register(&api.store, caller.actor(), &new, body.once).await;
    Created::from(made, |system| format!("/systems/{system}"))
}

/// A system.
#[derive(Debug, Serialize, ToSchema)]
pub struct SystemView {
    /// AIS-12; never changes.
    #[schema(example = "AIS-12")]
    pub reference: String,
    /// The version, as in the `ETag`.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Its business unit.
    pub unit: Named,
    /// Who answers for it.
    pub owner: Named,
    /// Who else works on it.
    pub contributors: Vec<Named>,
    /// Where it stands in its life.
    pub stage: StageWord,
    /// The tier in force; none before triage.
    pub tier: Option<TierWord>,
    /// Whether the committee set the tier against the answers.
    pub tier_overridden: bool,
    /// Where it stands in the workflow; computed.
    pub status: StatusWord,
    /// The review that is open.
    pub open_review: Option<String>,
    /// The last decision.
    pub decision: Option<String>,
    /// Last day of its approval.
    pub valid_until: Option<NaiveDate>,
    /// Since when it differs in substance from what was approved.
    pub stale_since: Option<DateTime<Utc>>,
    /// What MAP asks.
    pub context: ContextView,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub changed_at: DateTime<Utc>,
}

/// Shows a system
#[utoipa::path(get, path = "/systems/{reference}", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "The system; its version is the ETag", body = SystemView)))]
pub async fn show(State(api): State<Api>, caller: Caller, Path(system): Path<String>) -> Answer<Versioned<SystemView>> {
    let system: SystemRef = reference(&system)?;
    let header = register::header(&api.store, caller.actor(), system).await?;
    let details = register::get::details(&api.store, header.located.id).await?;
    Ok(Versioned(
        header.located.version,
        SystemView {
            reference: system.to_string(),
            version: header.located.version,
            name: header.located.name,
            purpose: details.purpose,
            unit: Named { id: details.unit.0, name: header.unit },
            owner: Named { id: header.owner_id.0, name: header.owner },
            contributors: details.contributors.into_iter().map(|c| Named { id: c.id.0, name: c.name }).collect(),
            stage: Word(header.stage),
            tier: header.tier.map(Word),
            tier_overridden: header.tier_overridden,
            status: Word(header.status),
            open_review: header.open_review.map(|r| r.reference.to_string()),
            valid_until: header.decision.as_ref().and_then(|d| d.valid_until),
            stale_since: header.decision.as_ref().and_then(|d| d.stale_since),
            decision: header.decision.map(|d| d.reference.to_string()),
            context: ContextView::of(details.context),
            created_at: details.created_at,
            changed_at: details.changed_at,
        },
    ))
}

/// Changes the five fields of a system
#[utoipa::path(put, path = "/systems/{reference}", tag = "Systems", request_body = SystemInput,
    params(("reference" = String, Path, example = "AIS-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["systems:write"])), responses((status = 204, description = "Changed")))]
pub async fn edit(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<SystemInput>,
) -> Answer<Done> {
    let new = body.value.checked()?;
    register::edit::edit(&api.store, caller.actor(), reference(&system)?, version, &new).await?;
    Ok(Done)
}
