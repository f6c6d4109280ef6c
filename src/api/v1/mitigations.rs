//! Mitigations: added for risks, changed, reported on.

use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{MitigationRef, RiskRef, UnitId};
use domain::mitigation::{Kind, Status};
use serde::{Deserialize, Serialize};
use store::mitigations::{
    self as register, Due, MitigationFilter, MitigationSort, MitigationText, NewMitigation, NewResidual,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::risks::Cell;
use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, Params, reference};
use crate::api::output::{Answer, Created, Done, List, Versioned};
use crate::api::problem::Problem;
use crate::api::v1::shared::{order, rows, text};
use crate::api::words::Word;

// The document's macros want names without parameters.
/// Named in queries only, so that the document does not find it by itself.
pub type DueWord = Word<Due>;
type KindWord = Word<Kind>;
type StatusWord = Word<Status>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(add)).routes(routes!(show, edit)).routes(routes!(advance))
}

/// A mitigation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct MitigationItem {
    /// M-7.
    #[schema(example = "M-7")]
    pub reference: String,
    /// Short name.
    pub title: String,
    /// Its system.
    #[schema(example = "AIS-12")]
    pub system: String,
    /// The system's name.
    pub system_name: String,
    /// How it acts.
    pub kind: KindWord,
    /// How far it is.
    pub status: StatusWord,
    /// Who does it, by name.
    pub assignee: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// Whether the committee asked for it.
    pub condition: bool,
    /// Risks that it acts on.
    pub risks: i64,
}

/// Which mitigations; all filters together. Dropped ones, and those of retired systems, are left out unless asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MitigationQuery {
    /// Words in title and description, or a reference.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// Of one system, by reference.
    #[param(example = "AIS-12")]
    pub system: Option<String>,
    /// Of the systems of one unit, by id.
    pub unit: Option<Uuid>,
    /// Assigned to somebody, by id.
    pub assignee: Option<Uuid>,
    /// By status.
    pub status: Option<StatusWord>,
    /// By kind.
    pub kind: Option<KindWord>,
    /// Open ones that are overdue, due in the next 30 days, or without a date.
    pub due: Option<DueWord>,
    /// Conditions of the committee only.
    pub conditions: Option<bool>,
    /// Ordered by; a minus before it turns the order round.
    #[param(example = "due", pattern = "^-?(due|ref)$")]
    pub sort: Option<String>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
    /// Rows of a page: 1 to 200, 50 unless said otherwise.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

/// Lists the mitigations that the caller may see
#[utoipa::path(get, path = "/mitigations", tag = "Mitigations", params(MitigationQuery),
    security(("token" = ["mitigations:read"])),
    responses((status = 200, description = "A page of mitigations", body = List<MitigationItem>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<MitigationQuery>,
) -> Answer<List<MitigationItem>> {
    let sort = order::<MitigationSort>(asked.sort.as_deref(), (MitigationSort::Due, false))?;
    let limit = rows(asked.limit)?;
    let filter = MitigationFilter {
        text: text(asked.q)?,
        system: asked.system.as_deref().map(super::risks::system).transpose()?,
        unit: asked.unit.map(UnitId),
        assignee: asked.assignee.map(|person| Some(person.into())),
        status: asked.status.map(|w| w.0),
        kind: asked.kind.map(|w| w.0),
        due: asked.due.map(|w| w.0),
        conditions: asked.conditions.unwrap_or(false),
    };
    let found = register::list(&api.store, caller.actor(), &filter, sort, asked.after.as_deref(), limit).await?;
    Ok(List::of(&uri, found.page, Some(found.total), |row| MitigationItem {
        reference: row.reference.to_string(),
        title: row.title,
        system: row.system.to_string(),
        system_name: row.system_name,
        kind: Word(row.kind),
        status: Word(row.status),
        assignee: row.assignee,
        due_on: row.due_on,
        condition: row.condition,
        risks: row.risks,
    }))
}

/// What a mitigation leaves of a risk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidualInput {
    /// One of the mitigation's risks.
    #[schema(example = "R-340")]
    pub risk: String,
    /// Where the risk then lies.
    pub at: Cell,
}

/// A mitigation as it is written down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MitigationInput {
    /// Short name.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// How it acts.
    pub kind: KindWord,
    /// What is done; Markdown.
    #[serde(default)]
    #[schema(max_length = 10000)]
    pub description: String,
    /// The id of the person who does it.
    pub assignee: Option<Uuid>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// The risks that it acts on, by reference.
    #[schema(min_items = 1, max_items = 50, example = json!(["R-340"]))]
    pub risks: Vec<String>,
    /// What it leaves of some of them: residual ratings, given with the mitigation. Only when it is added.
    #[serde(default)]
    pub residual: Vec<ResidualInput>,
}

/// The texts, checked.
struct Checked {
    title: String,
    description: String,
    risks: Vec<RiskRef>,
}

impl MitigationInput {
    fn checked(&self) -> Answer<Checked> {
        Ok(Checked {
            title: super::line("title", &self.title)?,
            description: super::opt_prose("description", Some(&self.description))?.unwrap_or_default(),
            risks: self.risks.iter().map(|risk| super::named(risk, "risks")).collect::<Answer<_>>()?,
        })
    }
}

/// Adds a mitigation for one risk or several
#[utoipa::path(post, path = "/systems/{reference}/mitigations", tag = "Mitigations", request_body = MitigationInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats make one mitigation", max_length = 255)),
    security(("token" = ["mitigations:write"])), responses((status = 201, description = "Added", body = Created)))]
pub async fn add(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<MitigationInput>,
) -> Answer<Created> {
    let (system, given) = (reference(&system)?, body.value);
    let Checked { title, description, risks } = given.checked()?;
    let residual = |r: &ResidualInput| Ok(NewResidual { risk: super::named(&r.risk, "residual")?, at: r.at.into() });
    let new = NewMitigation {
        title,
        kind: given.kind.0,
        description,
        assignee: given.assignee.map(Into::into),
        due_on: given.due_on,
        risks,
        residual: given.residual.iter().map(residual).collect::<Answer<_>>()?,
    };
    let made = register::add(&api.store, caller.actor(), system, &new, body.once).await;
    Created::from(made, |mitigation| format!("/mitigations/{mitigation}"))
}

/// Who did something, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Act {
    /// By name.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A mitigation.
#[derive(Debug, Serialize, ToSchema)]
pub struct MitigationView {
    /// M-7.
    #[schema(example = "M-7")]
    pub reference: String,
    /// The version, as in the `ETag`.
    pub version: i32,
    /// Its system.
    pub system: String,
    /// Short name.
    pub title: String,
    /// How it acts.
    pub kind: KindWord,
    /// What is done; Markdown.
    pub description: String,
    /// The id of the person who does it.
    pub assignee: Option<Uuid>,
    /// Their name.
    pub assignee_name: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// How far it is.
    pub status: StatusWord,
    /// Who reported it implemented.
    pub implemented: Option<Act>,
    /// Who verified it.
    pub verified: Option<Act>,
    /// The decision whose condition it is.
    pub condition_of: Option<String>,
    /// The risks that it acts on; empty for somebody who may not see them.
    pub risks: Vec<String>,
    /// Evidence of its implementation.
    pub evidence: Vec<String>,
    /// Last change.
    pub changed_at: DateTime<Utc>,
}

/// Shows a mitigation
#[utoipa::path(get, path = "/mitigations/{reference}", tag = "Mitigations", security(("token" = ["mitigations:read"])),
    params(("reference" = String, Path, example = "M-1")),
    responses((status = 200, description = "The mitigation; its version is the ETag", body = MitigationView)))]
pub async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(mitigation): Path<String>,
) -> Answer<Versioned<MitigationView>> {
    let page = register::get(&api.store, caller.actor(), reference::<MitigationRef>(&mitigation)?).await?;
    let (assignee, assignee_name) = page.assignee.map(|(id, name)| (id.0, name)).unzip();
    Ok(Versioned(
        page.version,
        MitigationView {
            reference: page.reference.to_string(),
            version: page.version,
            system: page.located.reference.to_string(),
            title: page.title,
            kind: Word(page.kind),
            description: page.description,
            assignee,
            assignee_name,
            due_on: page.due_on,
            status: Word(page.status),
            implemented: page.implemented.map(|(_, by, at)| Act { by, at }),
            verified: page.verified.map(|(_, by, at)| Act { by, at }),
            condition_of: page.condition_of.map(|decision| decision.to_string()),
            risks: page.risks.iter().map(|risk| risk.reference.to_string()).collect(),
            evidence: page.evidence.iter().map(|(evidence, ..)| evidence.to_string()).collect(),
            changed_at: page.changed_at,
        },
    ))
}

/// Changes a mitigation; a condition of the committee keeps its words and its date
#[utoipa::path(put, path = "/mitigations/{reference}", tag = "Mitigations", request_body = MitigationInput,
    params(("reference" = String, Path, example = "M-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["mitigations:write"])), responses((status = 204, description = "Changed")))]
pub async fn edit(
    State(api): State<Api>,
    caller: Caller,
    Path(mitigation): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<MitigationInput>,
) -> Answer<Done> {
    let given = body.value;
    if !given.residual.is_empty() {
        return Err(Problem::field("residual", "Rate the risks themselves: POST /risks/{reference}/ratings"));
    }
    let Checked { title, description, risks } = given.checked()?;
    let new = MitigationText {
        title,
        kind: given.kind.0,
        description,
        assignee: given.assignee.map(Into::into),
        due_on: given.due_on,
        risks,
    };
    register::edit(&api.store, caller.actor(), reference(&mitigation)?, version, &new).await?;
    Ok(Done)
}

/// Progress.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressInput {
    /// How far it is now. Verified only by somebody who did not implement it.
    pub status: StatusWord,
    /// What was done, for the audit trail.
    #[schema(max_length = 10000)]
    pub note: Option<String>,
}

/// Reports progress on a mitigation
#[utoipa::path(post, path = "/mitigations/{reference}/progress", tag = "Mitigations", request_body = ProgressInput,
    params(("reference" = String, Path, example = "M-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["mitigations:write"])), responses((status = 204, description = "Reported")))]
pub async fn advance(
    State(api): State<Api>,
    caller: Caller,
    Path(mitigation): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<ProgressInput>,
) -> Answer<Done> {
    let note = super::opt_prose("note", body.value.note.as_deref())?;
    let (mitigation, to) = (reference(&mitigation)?, body.value.status.0);
    register::advance(&api.store, caller.actor(), mitigation, version, to, note.as_deref()).await?;
    Ok(Done)
}
