//! Acceptance criteria: written, changed on the version that was read, dropped with a reason.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use domain::error::FieldErrors;
use domain::evidence::findings::Unit;
use domain::ids::{CriterionRef, RiskRef, SystemRef};
use domain::measure::criterion::{Comparison, Criterion, SliceRule, Typed};
use domain::measure::vocabulary::Vocabulary;
use domain::risk::Characteristic;
use serde::{Deserialize, Serialize};
use store::measure::criteria::{self as register, Row};
use store::measure::{board, vocabulary};
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, reference};
use crate::api::output::{Answer, Created, Done, List, Versioned};
use crate::api::v1::shared::ReasonInput;
use crate::api::words::Word;

// The document's macros want names without parameters.
type CharacteristicWord = Word<Characteristic>;
type ComparisonWord = Word<Comparison>;
type SliceWord = Word<SliceRule>;
type UnitWord = Word<Unit>;

/// An acceptance criterion: one metric of the vocabulary against limits, in the metric's unit (a share of 5 % is 0.05).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"metric": "attack_success_rate", "fail": 0.05, "warn": 0.03, "min_samples": 200}))]
pub struct CriterionInput {
    /// A key of the vocabulary (`GET /metrics`).
    #[schema(pattern = "^[a-z][a-z0-9_]{0,59}$")]
    pub metric: String,
    /// The task, probe or scorer that the value must come from; `*` for any characters. None: wherever.
    #[schema(max_length = 200)]
    pub scope: Option<String>,
    /// Which value counts; `overall` when left out.
    pub slice: Option<SliceWord>,
    /// The acceptable side; when left out, where better lies for the metric.
    pub comparison: Option<ComparisonWord>,
    /// Beyond this it warns; on the better side of `fail`.
    pub warn: Option<f64>,
    /// Beyond this it fails.
    pub fail: f64,
    /// The characteristic that it speaks for; the metric's own when left out.
    pub characteristic: Option<CharacteristicWord>,
    /// How old a result may be, in days.
    #[schema(minimum = 1, maximum = 3650)]
    pub max_age_days: Option<u32>,
    /// Fewest samples that a result must rest on.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub min_samples: Option<u64>,
    /// Why it is asked; Markdown.
    #[schema(max_length = 10000)]
    pub note: Option<String>,
    /// Risks of the same system whose likelihood it tells of, by reference.
    #[serde(default)]
    pub risks: Vec<String>,
}

impl CriterionInput {
    /// Checks all of it: every wrong field is named.
    fn checked(&self, vocabulary: &Vocabulary) -> Result<(Criterion, Vec<RiskRef>), FieldErrors> {
        let number = |value: Option<String>| value.unwrap_or_default();
        let warn = number(self.warn.map(|limit| limit.to_string()));
        let (age, samples) =
            (number(self.max_age_days.map(|n| n.to_string())), number(self.min_samples.map(|n| n.to_string())));
        let typed = Typed {
            metric: &self.metric,
            scope: self.scope.as_deref().unwrap_or_default(),
            slice: self.slice.map(|word| word.0.as_str()).unwrap_or_default(),
            comparison: self.comparison.map(|word| word.0.as_str()).unwrap_or_default(),
            warn: &warn,
            fail: &self.fail.to_string(),
            characteristic: self.characteristic.map(|word| word.0.as_str()).unwrap_or_default(),
            max_age_days: &age,
            min_samples: &samples,
            note: self.note.as_deref().unwrap_or_default(),
        };
        let criterion = Criterion::parse(typed, vocabulary);
        let risks: Result<Vec<RiskRef>, _> = self.risks.iter().map(|risk| risk.parse()).collect();
        match (criterion, risks) {
            (Ok(criterion), Ok(risks)) => Ok((criterion, risks)),
            (criterion, risks) => {
                let mut errors = criterion.err().unwrap_or_default();
                if risks.is_err() {
                    errors.add("risks", "This is no reference of the register");
                }
                Err(errors)
            }
        }
    }
}

/// That a criterion was dropped.
#[derive(Debug, Serialize, ToSchema)]
pub struct DroppedView {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// An acceptance criterion.
#[derive(Debug, Serialize, ToSchema)]
pub struct CriterionView {
    /// C-4.
    #[schema(example = "C-4")]
    pub reference: String,
    /// The version, as in the `ETag`.
    pub version: i32,
    /// Its system.
    pub system: String,
    /// All of it in one line.
    pub says: String,
    /// A key of the vocabulary.
    pub metric: String,
    /// The unit of the limits.
    pub unit: UnitWord,
    /// The task, probe or scorer that the value must come from.
    pub scope: Option<String>,
    /// Which value counts.
    pub slice: SliceWord,
    /// The acceptable side.
    pub comparison: ComparisonWord,
    /// Beyond this it warns.
    pub warn: Option<f64>,
    /// Beyond this it fails.
    pub fail: f64,
    /// The characteristic that it speaks for.
    pub characteristic: CharacteristicWord,
    /// How old a result may be, in days.
    pub max_age_days: Option<u32>,
    /// Fewest samples that a result must rest on.
    pub min_samples: Option<u64>,
    /// Why it is asked; Markdown.
    pub note: Option<String>,
    /// Risks whose likelihood it tells of.
    pub risks: Vec<String>,
    /// Who wrote it last.
    pub changed_by: String,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// That it judges nothing any more.
    pub dropped: Option<DroppedView>,
}

impl CriterionView {
    fn of(row: Row, system: SystemRef, vocabulary: &Vocabulary) -> Self {
        let asked = row.criterion;
        Self {
            reference: row.reference.to_string(),
            version: row.version,
            system: system.to_string(),
            says: asked.said(vocabulary),
            metric: asked.metric,
            unit: Word(asked.unit),
            scope: asked.scope,
            slice: Word(asked.slice),
            comparison: Word(asked.comparison),
            warn: asked.warn,
            fail: asked.fail,
            characteristic: Word(asked.characteristic),
            max_age_days: asked.max_age_days,
            min_samples: asked.min_samples,
            note: asked.note,
            risks: row.risks.iter().map(ToString::to_string).collect(),
            changed_by: row.changed_by,
            changed_at: row.changed_at,
            dropped: row.dropped.map(|(at, by, reason)| DroppedView { at, by, reason }),
        }
    }
}

/// Lists the criteria of a system that are in force
#[utoipa::path(get, path = "/systems/{reference}/criteria", tag = "Measure",
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["criteria:read"])),
    responses((status = 200, description = "All of them, oldest first", body = List<CriterionView>)))]
pub async fn list(State(api): State<Api>, caller: Caller, Path(system): Path<String>) -> Answer<List<CriterionView>> {
    let board = board(&api.store, caller.actor(), reference(&system)?).await?;
    let (system, vocabulary) = (board.located.reference, board.vocabulary);
    Ok(List::whole(board.criteria.into_iter().map(|row| CriterionView::of(row, system, &vocabulary)).collect()))
}

/// Writes a criterion
#[utoipa::path(post, path = "/systems/{reference}/criteria", tag = "Measure", request_body = CriterionInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats make one criterion", max_length = 255)),
    security(("token" = ["criteria:write"])), responses((status = 201, description = "Written", body = Created)))]
pub async fn add(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<CriterionInput>,
) -> Answer<Created> {
    let system = reference(&system)?;
    let (criterion, risks) = body.value.checked(&vocabulary::all(&api.store).await?)?;
    let made = register::add(&api.store, caller.actor(), system, &criterion, &risks, body.once).await;
    Created::from(made, |criterion| format!("/criteria/{criterion}"))
}

/// Shows a criterion
#[utoipa::path(get, path = "/criteria/{reference}", tag = "Measure", security(("token" = ["criteria:read"])),
    params(("reference" = String, Path, example = "C-1")),
    responses((status = 200, description = "The criterion; its version is the ETag", body = CriterionView)))]
pub async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(criterion): Path<String>,
) -> Answer<Versioned<CriterionView>> {
    let found = register::get(&api.store, caller.actor(), reference::<CriterionRef>(&criterion)?).await?;
    let vocabulary = vocabulary::all(&api.store).await?;
    Ok(Versioned(found.row.version, CriterionView::of(found.row, found.located.reference, &vocabulary)))
}

/// Changes a criterion; after an approval that is a change in substance
#[utoipa::path(put, path = "/criteria/{reference}", tag = "Measure", request_body = CriterionInput,
    params(("reference" = String, Path, example = "C-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["criteria:write"])), responses((status = 204, description = "Changed")))]
pub async fn edit(
    State(api): State<Api>,
    caller: Caller,
    Path(criterion): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<CriterionInput>,
) -> Answer<Done> {
    let of = reference(&criterion)?;
    let (criterion, risks) = body.value.checked(&vocabulary::all(&api.store).await?)?;
    register::edit(&api.store, caller.actor(), of, version, &criterion, &risks).await?;
    Ok(Done)
}

/// Drops a criterion: it judges nothing any more, and stays readable
#[utoipa::path(post, path = "/criteria/{reference}/drop", tag = "Measure", request_body = ReasonInput,
    params(("reference" = String, Path, example = "C-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["criteria:write"])), responses((status = 204, description = "Dropped")))]
pub async fn drop(
    State(api): State<Api>,
    caller: Caller,
    Path(criterion): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    let why = super::super::prose("reason", &body.value.reason)?;
    register::drop(&api.store, caller.actor(), reference(&criterion)?, version, &why).await?;
    Ok(Done)
}
