//! Two result files of a system side by side.

use axum::Json;
use axum::extract::{Path, State};
use domain::ids::EvidenceRef;
use domain::measure::compare::{Change, Compared};
use serde::{Deserialize, Serialize};
use store::measure::compare::side_by_side;
use store::measure::{Board, board};
use utoipa::{IntoParams, ToSchema};

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Params, reference};
use crate::api::output::Answer;
use crate::api::problem::Problem;
use crate::api::v1::findings::MetricView;
use crate::api::v1::named;
use crate::api::words::Word;

// The document's macros want names without parameters.
type ChangeWord = Word<Change>;

/// Which two.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CompareQuery {
    /// The first piece of evidence, by reference.
    #[param(example = "E-1", pattern = "^E-[0-9]{1,15}$")]
    pub a: String,
    /// The second.
    #[param(example = "E-2", pattern = "^E-[0-9]{1,15}$")]
    pub b: String,
}

/// Two results side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparisonView {
    /// The first piece of evidence.
    pub a: String,
    /// The second.
    pub b: String,
    /// What both measured.
    pub rows: Vec<ComparedView>,
    /// What only the first measured.
    pub only_a: Vec<MetricView>,
    /// What only the second measured.
    pub only_b: Vec<MetricView>,
}

/// One metric of both.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedView {
    /// In the first.
    pub a: MetricView,
    /// In the second, in the unit of the first where it can be converted.
    pub b: MetricView,
    /// The term of the vocabulary that both mean.
    pub metric: Option<String>,
    /// Second minus first.
    pub difference: Option<f64>,
    /// Low end of the difference's 95 % interval.
    pub low: Option<f64>,
    /// High end of it.
    pub high: Option<f64>,
    /// What it comes to.
    pub change: ChangeWord,
    /// How it was compared sample by sample: pairs, test and p-value, in words.
    pub paired: Option<String>,
    /// Why it was not.
    pub unpaired: Option<String>,
}

impl From<Compared> for ComparedView {
    fn from(row: Compared) -> Self {
        Self {
            a: row.a.into(),
            b: row.b.into(),
            metric: row.term,
            difference: row.difference,
            low: row.interval.map(|(low, _)| low),
            high: row.interval.map(|(_, high)| high),
            change: Word(row.change),
            paired: row.paired.map(|pairs| pairs.said()),
            unpaired: row.unpaired,
        }
    }
}

/// Compares two result files of a system: what got better or worse, and what may be chance
#[utoipa::path(get, path = "/systems/{reference}/compare", tag = "Measure",
    params(("reference" = String, Path, example = "AIS-1"), CompareQuery), security(("token" = ["criteria:read"])),
    responses((status = 200, description = "Metric by metric", body = ComparisonView)))]
pub async fn compare(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    Params(asked): Params<CompareQuery>,
) -> Answer<Json<ComparisonView>> {
    let board = board(&api.store, caller.actor(), reference(&system)?).await?;
    let (a, b) = (read(&board, "a", &asked.a)?, read(&board, "b", &asked.b)?);
    let found = side_by_side(&api.store, a, b, &board.vocabulary).await?;
    let metrics = |list: Vec<_>| list.into_iter().map(MetricView::from).collect();
    Ok(Json(ComparisonView {
        a: a.reference.to_string(),
        b: b.reference.to_string(),
        rows: found.rows.into_iter().map(ComparedView::from).collect(),
        only_a: metrics(found.only_a),
        only_b: metrics(found.only_b),
    }))
}

fn read<'a>(board: &'a Board, field: &str, given: &str) -> Answer<&'a store::measure::board::Read> {
    let wanted: EvidenceRef = named(given, field)?;
    let found = board.evidence.iter().find(|piece| piece.reference == wanted);
    found.ok_or_else(|| Problem::field(field, "This is no result file of this system that counts and was read"))
}
