//! The portfolio's figures, and search.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::UnitId;
use domain::system::Status;
use domain::triage::Tier;
use serde::{Deserialize, Serialize};
use store::portfolio as figures;
use store::search::{self, Kind, QUERY_MAX};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::risks::Cell;
use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::Params;
use crate::api::output::{Answer, List};
use crate::api::problem::Problem;
use crate::api::words::Word;

// The document's macros want names without parameters.
type KindWord = Word<Kind>;
type StatusWord = Word<Status>;
type TierWord = Word<Tier>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(portfolio)).routes(routes!(find))
}

/// Of which unit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PortfolioQuery {
    /// A business unit's id; all of them when left out.
    pub unit: Option<Uuid>,
}

/// Systems of one tier and status.
#[derive(Debug, Serialize, ToSchema)]
pub struct SystemCount {
    /// Null before triage.
    pub tier: Option<TierWord>,
    /// Where they stand.
    pub status: StatusWord,
    /// How many.
    pub systems: i64,
}

/// Risks that share their inherent and residual place on the matrix.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeatCell {
    /// Before mitigations.
    pub inherent: Option<Cell>,
    /// With those in place.
    pub residual: Option<Cell>,
    /// How many.
    pub risks: i64,
}

/// A review that waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// The review.
    pub reference: String,
    /// The system's name.
    pub system: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The state at the end of one month (the present month: now).
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthView {
    /// Its first day.
    pub month: NaiveDate,
    /// Systems registered until then.
    pub systems: i64,
    /// Risks known then.
    pub risks: i64,
    /// Of those, above the appetite that their matrix had.
    pub above_appetite: i64,
    /// Decisions made in the month.
    pub decisions: i64,
    /// Mitigations implemented in the month.
    pub implemented: i64,
}

/// The portfolio's figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct PortfolioView {
    /// Systems by tier and status.
    pub systems: Vec<SystemCount>,
    /// Open risks by inherent and residual place.
    pub heat: Vec<HeatCell>,
    /// Open risks above appetite.
    pub risks_above_appetite: i64,
    /// Overdue mitigations.
    pub mitigations_overdue: i64,
    /// Reviews that wait.
    pub reviews_waiting: i64,
    /// The oldest of them.
    pub longest_waiting: Vec<WaitingView>,
    /// Approvals that end within 90 days.
    pub approvals_expiring: i64,
    /// Twelve months, oldest first.
    pub movement: Vec<MonthView>,
}

/// Shows the portfolio's figures, of one business unit or of all
#[utoipa::path(get, path = "/portfolio", tag = "Portfolio", params(PortfolioQuery),
    security(("token" = ["portfolio:read"])),
    responses((status = 200, description = "The figures of this moment", body = PortfolioView)))]
pub async fn portfolio(
    State(api): State<Api>,
    caller: Caller,
    Params(asked): Params<PortfolioQuery>,
) -> Answer<Json<PortfolioView>> {
    let unit = asked.unit.map(UnitId);
    let found = figures::portfolio(&api.store, caller.actor(), unit).await?;
    let months = figures::movement(&api.store, caller.actor(), unit).await?;
    let count =
        |s: figures::SystemCount| SystemCount { tier: s.tier.map(Word), status: Word(s.status), systems: s.systems };
    let cell = |m: figures::Movement| HeatCell {
        inherent: m.inherent.map(Cell::from),
        residual: m.residual.map(Cell::from),
        risks: m.risks,
    };
    let waiting =
        |w: figures::Waiting| WaitingView { reference: w.reference.to_string(), system: w.system, since: w.since };
    let month = |m: figures::Month| MonthView {
        month: m.month,
        systems: m.systems,
        risks: m.risks,
        above_appetite: m.above_appetite,
        decisions: m.decisions,
        implemented: m.implemented,
    };
    Ok(Json(PortfolioView {
        systems: found.systems.into_iter().map(count).collect(),
        heat: found.heat.into_iter().map(cell).collect(),
        risks_above_appetite: found.above_appetite,
        mitigations_overdue: found.overdue,
        reviews_waiting: found.waiting,
        longest_waiting: found.top_waiting.into_iter().map(waiting).collect(),
        approvals_expiring: found.expiring,
        movement: months.into_iter().map(month).collect(),
    }))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, parts of names, a reference.
    #[param(min_length = 1, max_length = 200)]
    pub q: String,
    /// Hits of each kind: 1 to 50, 10 unless said otherwise.
    #[param(minimum = 1, maximum = 50)]
    pub limit: Option<i64>,
}

/// Something found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HitView {
    /// Its reference.
    pub reference: String,
    /// What it is called.
    pub title: String,
    /// Where it belongs.
    pub context: String,
}

/// Hits of one kind, best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// What they are.
    pub kind: KindWord,
    /// How many there are in all.
    pub total: i64,
    /// The best of them.
    pub hits: Vec<HitView>,
}

/// Searches systems, risks, mitigations and evidence
#[utoipa::path(get, path = "/search", tag = "Portfolio", params(SearchQuery), security(("token" = ["search:read"])),
    responses((status = 200, description = "What was found, by kind", body = List<GroupView>)))]
pub async fn find(
    State(api): State<Api>,
    caller: Caller,
    Params(asked): Params<SearchQuery>,
) -> Answer<List<GroupView>> {
    if asked.q.is_empty() || asked.q.chars().count() > QUERY_MAX || asked.q.contains('\0') {
        return Err(Problem::field("q", format!("Ask in 1 to {QUERY_MAX} characters")));
    }
    let each = asked.limit.unwrap_or(10);
    if !(1..=50).contains(&each) {
        return Err(Problem::field("limit", "Choose 1 to 50"));
    }
    let found = search::search(&api.store, caller.actor(), &asked.q, each).await?;
    let hit = |hit: search::Hit| HitView { reference: hit.reference, title: hit.title, context: hit.context };
    let group = |group: search::Group| GroupView {
        kind: Word(group.kind),
        total: group.total,
        hits: group.hits.into_iter().map(hit).collect(),
    };
    Ok(List::whole(found.into_iter().map(group).collect()))
}
