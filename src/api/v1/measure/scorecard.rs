//! What the evidence of a system comes to, and what that proposes for its risks.

use axum::Json;
use axum::extract::{Path, State};
use chrono::NaiveDate;
use domain::evidence::findings::{RunState, Unit};
use domain::ids::CriterionRef;
use domain::measure::scorecard::{CriterionResult, Measured, Row, Verdict};
use domain::measure::stats::Origin;
use domain::risk::Characteristic;
use serde::{Deserialize, Serialize};
use store::measure::proposals::{self, Open};
use store::measure::{Board, board};
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, reference};
use crate::api::output::{Answer, Done};
use crate::api::v1::{named, opt_prose};
use crate::api::words::Word;

// The document's macros want names without parameters.
type CharacteristicWord = Word<Characteristic>;
type OriginWord = Word<Origin>;
type RunStateWord = Word<RunState>;
type UnitWord = Word<Unit>;
type VerdictWord = Word<Verdict>;

/// The TEVV scorecard of a system.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScorecardView {
    /// AIS-12.
    #[schema(example = "AIS-12")]
    pub system: String,
    /// The day that it holds for.
    pub as_of: NaiveDate,
    /// All characteristics of trustworthy AI, each with its verdict.
    pub characteristics: Vec<CharacteristicView>,
    /// What failing criteria propose for risks, and nobody has answered.
    pub proposals: Vec<ProposalView>,
}

/// What stands in the scorecard of one characteristic.
#[derive(Debug, Serialize, ToSchema)]
pub struct CharacteristicView {
    /// Which one.
    pub characteristic: CharacteristicWord,
    /// The worst of its results.
    pub verdict: VerdictWord,
    /// Why, where no result says it.
    pub because: Vec<String>,
    /// Its criteria's results.
    pub results: Vec<ResultView>,
}

/// What the evidence says to one criterion.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultView {
    /// C-4.
    #[schema(example = "C-4")]
    pub criterion: String,
    /// The criterion in one line.
    pub says: String,
    /// What it comes to.
    pub verdict: VerdictWord,
    /// Why, what matters most first.
    pub because: Vec<String>,
    /// The value that decided.
    pub deciding: Option<MeasuredView>,
    /// The value of every run, oldest first.
    pub trend: Vec<PointView>,
}

/// A value, with everything that is needed to find it again.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasuredView {
    /// The evidence that it is from.
    #[schema(example = "E-9")]
    pub evidence: String,
    /// SHA-256 of its file, hexadecimal.
    pub sha256: String,
    /// The tool.
    pub tool: String,
    /// Its version.
    pub tool_version: Option<String>,
    /// What was evaluated.
    pub target: Option<String>,
    /// The metric, as the tool calls it.
    pub metric: String,
    /// Task, probe or scorer; empty for the whole run.
    pub scope: String,
    /// The group that it is of.
    pub slice: Option<String>,
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: UnitWord,
    /// Low end of its 95 % interval.
    pub low: Option<f64>,
    /// High end of it.
    pub high: Option<f64>,
    /// Where the interval comes from.
    pub interval: Option<OriginWord>,
    /// Samples that it rests on.
    pub samples: Option<u64>,
    /// The day that the evidence speaks of.
    pub speaks_of: NaiveDate,
    /// The day of the run, where the file gives one.
    pub ran_on: Option<NaiveDate>,
    /// How the run ended.
    pub state: RunStateWord,
}

/// One point of a trend.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointView {
    /// The day.
    pub on: NaiveDate,
    /// The value.
    pub value: f64,
    /// The evidence that it is from.
    pub evidence: String,
}

/// A likelihood that a failing criterion proposes; a person accepts or rejects it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    /// The criterion that fails.
    pub criterion: String,
    /// On which evidence.
    pub evidence: String,
    /// The risk.
    pub risk: String,
    /// Its title.
    pub risk_title: String,
    /// Its residual likelihood now.
    pub now: i16,
    /// The likelihood that is proposed.
    pub likelihood: i16,
    /// Why.
    pub reason: String,
}

impl From<&Board> for ScorecardView {
    fn from(board: &Board) -> Self {
        Self {
            system: board.located.reference.to_string(),
            as_of: board.today,
            characteristics: board.scorecard.characteristics.iter().map(CharacteristicView::from).collect(),
            proposals: board.proposals.iter().map(ProposalView::from).collect(),
        }
    }
}

impl From<&Row<CriterionRef>> for CharacteristicView {
    fn from(row: &Row<CriterionRef>) -> Self {
        Self {
            characteristic: Word(row.characteristic),
            verdict: Word(row.verdict),
            because: row.because.clone(),
            results: row.results.iter().map(ResultView::from).collect(),
        }
    }
}

impl From<&CriterionResult<CriterionRef>> for ResultView {
    fn from(result: &CriterionResult<CriterionRef>) -> Self {
        let point = |p: &domain::measure::scorecard::Point| PointView {
            on: p.on,
            value: p.value,
            evidence: p.evidence.to_string(),
        };
        Self {
            criterion: result.id.to_string(),
            says: result.said.clone(),
            verdict: Word(result.verdict),
            because: result.because.clone(),
            deciding: result.deciding.as_ref().map(MeasuredView::from),
            trend: result.trend.iter().map(point).collect(),
        }
    }
}

impl From<&Measured> for MeasuredView {
    fn from(found: &Measured) -> Self {
        Self {
            evidence: found.evidence.to_string(),
            sha256: found.sha256.clone(),
            tool: found.tool.clone(),
            tool_version: found.tool_version.clone(),
            target: found.target.clone(),
            metric: found.metric.clone(),
            scope: found.scope.clone(),
            slice: found.slice.clone(),
            value: found.value,
            unit: Word(found.unit),
            low: found.interval.map(|interval| interval.low),
            high: found.interval.map(|interval| interval.high),
            interval: found.interval.map(|interval| Word(interval.origin)),
            samples: found.samples,
            speaks_of: found.speaks_of,
            ran_on: found.ran_on,
            state: Word(found.state),
        }
    }
}

impl From<&Open> for ProposalView {
    fn from(open: &Open) -> Self {
        Self {
            criterion: open.criterion.to_string(),
            evidence: open.evidence.to_string(),
            risk: open.risk.to_string(),
            risk_title: open.title.clone(),
            now: open.now.0,
            likelihood: open.likelihood,
            reason: open.reason.clone(),
        }
    }
}

/// Shows the TEVV scorecard of a system, as of today
#[utoipa::path(get, path = "/systems/{reference}/scorecard", tag = "Measure",
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["criteria:read"])),
    responses((status = 200, description = "A verdict for each characteristic", body = ScorecardView)))]
pub async fn scorecard(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
) -> Answer<Json<ScorecardView>> {
    let found = board(&api.store, caller.actor(), reference(&system)?).await?;
    Ok(Json(ScorecardView::from(&found)))
}

/// What somebody makes of a proposal of the scorecard.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"criterion": "C-4", "risk": "R-7", "evidence": "E-9", "accepted": true}))]
pub struct ProposalInput {
    /// The criterion that fails, by reference.
    #[schema(pattern = "^C-[0-9]{1,15}$")]
    pub criterion: String,
    /// The risk, by reference.
    #[schema(pattern = "^R-[0-9]{1,15}$")]
    pub risk: String,
    /// The evidence that it fails on, by reference.
    #[schema(pattern = "^E-[0-9]{1,15}$")]
    pub evidence: String,
    /// Whether the risk is rated as proposed.
    pub accepted: bool,
    /// Why; asked for where the proposal is rejected.
    #[schema(max_length = 10000)]
    pub why: Option<String>,
}

/// Accepts or rejects what a failing criterion proposes for a risk; accepted, the risk is rated so
#[utoipa::path(post, path = "/systems/{reference}/proposals", tag = "Measure", request_body = ProposalInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats answer once", max_length = 255)),
    security(("token" = ["risks:write"])), responses((status = 204, description = "Answered")))]
pub async fn answer(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<ProposalInput>,
) -> Answer<Done> {
    let (system, given) = (reference(&system)?, body.value);
    let answer = proposals::Answer {
        criterion: named(&given.criterion, "criterion")?,
        risk: named(&given.risk, "risk")?,
        evidence: named(&given.evidence, "evidence")?,
        accepted: given.accepted,
        why: opt_prose("why", given.why.as_deref())?,
    };
    match proposals::answer(&api.store, caller.actor(), system, &answer, body.once).await {
        Ok(()) | Err(store::Error::Replayed { .. }) => Ok(Done),
        Err(error) => Err(error.into()),
    }
}
