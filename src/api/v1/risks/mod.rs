//! Risks: written freely or taken from the library, rated, handled, closed. Ratings are only ever added.

pub mod catalogue;
pub mod handle;

pub mod rate;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, Params, reference};
use crate::api::output::{Answer, Created, Done, List, Versioned};
use crate::api::problem::Problem;
use crate::api::v1::shared::{order, rows, text};
use crate::api::words::Word;
use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{RiskRef, SystemRef, UnitId};
use domain::risk::matrix::Point;
use domain::risk::{Characteristic, RatingKind, RiskText, Status, Treatment, library};
use rate::{RatingView, rating};
use serde::{Deserialize, Serialize};
use store::risks::{self as register, NewRisk, RiskFilter, RiskSort};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

// The document's macros want names without parameters.
type CharacteristicWord = Word<Characteristic>;
type StatusWord = Word<Status>;
type TreatmentWord = Word<Treatment>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(add))
        .routes(routes!(show, edit))
        .routes(routes!(handle::handle))
        .routes(routes!(rate::ratings, rate::rate))
        .routes(routes!(handle::close))
        .routes(routes!(handle::reopen))
        .routes(routes!(catalogue::library_list))
}

/// A place on the matrix, from 1.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Likelihood, 1 to the matrix's steps.
    #[schema(minimum = 1, maximum = 7)]
    pub likelihood: i16,
    /// Impact, 1 to the matrix's steps.
    #[schema(minimum = 1, maximum = 7)]
    pub impact: i16,
}

impl From<Cell> for Point {
    fn from(cell: Cell) -> Self {
        Self { likelihood: cell.likelihood, impact: cell.impact }
    }
}

impl From<Point> for Cell {
    fn from(point: Point) -> Self {
        Self { likelihood: point.likelihood, impact: point.impact }
    }
}

/// A rating and the version of the matrix that it was made on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rated {
    /// Likelihood.
    pub likelihood: i16,
    /// Impact.
    pub impact: i16,
    /// The matrix's version.
    pub matrix_version: i32,
}

impl Rated {
    fn of(at: Point, matrix_version: i32) -> Self {
        Self { likelihood: at.likelihood, impact: at.impact, matrix_version }
    }
}

/// A risk in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct RiskItem {
    ///
    #[schema(example = "R-340")]
    pub reference: String,
    /// Short name.
    pub title: String,
    /// Its system.
    #[schema(example = "AIS-12")]
    pub system: String,
    /// The system's name.
    pub system_name: String,
    /// The characteristic of trustworthy AI that it threatens.
    pub characteristic: CharacteristicWord,
    /// What is decided to do about it.
    pub treatment: Option<TreatmentWord>,
    /// Where it stands.
    pub status: StatusWord,
    /// Who answers for it, by name.
    pub owner: Option<String>,
    /// Before mitigations.
    pub inherent: Option<Rated>,
    /// With those in place.
    pub residual: Option<Rated>,
    /// Whether residual risk lies above appetite.
    pub above_appetite: bool,
    /// Mitigations that are not dropped.
    pub mitigations: i64,
    /// Of those, overdue.
    pub mitigations_overdue: i64,
    /// Last change.
    pub changed_at: DateTime<Utc>,
}

/// Which risks; all filters together. Closed ones, and those of retired systems, are left out unless asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RiskQuery {
    /// Words in the texts, part of the title, or a reference.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// Of one system, by reference.
    #[param(example = "AIS-12")]
    pub system: Option<String>,
    /// Of the systems of one unit, by id.
    pub unit: Option<Uuid>,
    /// Whom somebody answers for, by id.
    pub owner: Option<Uuid>,
    /// By characteristic.
    pub characteristic: Option<CharacteristicWord>,
    /// By treatment.
    pub treatment: Option<TreatmentWord>,
    /// By status.
    pub status: Option<StatusWord>,
    /// Closed ones too.
    pub with_closed: Option<bool>,
    /// Only those with residual risk above appetite.
    pub above_appetite: Option<bool>,
    /// Ordered by; a minus before it turns the order round.
    #[param(example = "-residual", pattern = "^-?(residual|inherent|ref|changed)$")]
    pub sort: Option<String>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
    /// Rows of a page: 1 to 200, 50 unless said otherwise.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
}

/// Lists the risks that the caller may see
#[utoipa::path(get, path = "/risks", tag = "Risks", params(RiskQuery), security(("token" = ["risks:read"])),
    responses((status = 200, description = "A page of risks", body = List<RiskItem>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<RiskQuery>,
) -> Answer<List<RiskItem>> {
    let sort = order::<RiskSort>(asked.sort.as_deref(), (RiskSort::Residual, true))?;
    let limit = rows(asked.limit)?;
    let filter = RiskFilter {
        text: text(asked.q)?,
        system: asked.system.as_deref().map(system).transpose()?,
        unit: asked.unit.map(UnitId),
        owner: asked.owner.map(|owner| Some(owner.into())),
        characteristic: asked.characteristic.map(|w| w.0),
        treatment: asked.treatment.map(|w| Some(w.0)),
        status: asked.status.map(|w| w.0),
        with_closed: asked.with_closed.unwrap_or(false),
        above_appetite: asked.above_appetite.unwrap_or(false),
        ..RiskFilter::default()
    };
    let found = register::list(&api.store, caller.actor(), &filter, sort, asked.after.as_deref(), limit).await?;
    Ok(List::of(&uri, found.page, Some(found.total), |row| RiskItem {
        reference: row.reference.to_string(),
        title: row.title,
        system: row.system.to_string(),
        system_name: row.system_name,
        characteristic: Word(row.characteristic),
        treatment: row.treatment.map(Word),
        status: Word(row.status),
        owner: row.owner,
        inherent: row.inherent.map(|r| Rated::of(r.at, r.matrix)),
        residual: row.residual.map(|r| Rated::of(r.at, r.matrix)),
        above_appetite: row.above,
        mitigations: row.mitigations,
        mitigations_overdue: row.overdue,
        changed_at: row.changed_at,
    }))
}

/// A system's reference in a query or body.
///
/// # Errors
/// 422 at `system`.
pub fn system(given: &str) -> Answer<SystemRef> {
    given.parse().map_err(|_| Problem::field("system", "This is no system's reference, like AIS-12"))
}

/// A risk to be added: from the library by its key, or written freely (then title, cause, event, consequence and
/// characteristic are needed).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"library": "hallucination", "treatment": "mitigate", "inherent": {"likelihood": 4, "impact": 3}}))]
pub struct RiskInput {
    /// A key of the library; its texts are copied, and those given here replace them.
    pub library: Option<String>,
    /// Short name.
    #[schema(max_length = 200)]
    pub title: Option<String>,
    /// What brings it about.
    #[schema(max_length = 10000)]
    pub cause: Option<String>,
    /// What happens.
    #[schema(max_length = 10000)]
    pub event: Option<String>,
    /// What follows, and for whom.
    #[schema(max_length = 10000)]
    pub consequence: Option<String>,
    /// The characteristic of trustworthy AI that it threatens.
    pub characteristic: Option<CharacteristicWord>,
    /// What is decided to do about it.
    pub treatment: Option<TreatmentWord>,
    /// The id of the person who answers for it.
    pub owner: Option<Uuid>,
    /// Where it lies before mitigations.
    pub inherent: Option<Cell>,
}

impl RiskInput {
    fn checked(self) -> Answer<NewRisk> {
        let copied = match &self.library {
            None => None,
            Some(key) => {
                let entry = library::get(key);
                let entry = entry.ok_or_else(|| Problem::field("library", "The library has no such key"))?;
                Some(NewRisk::from_library(&entry.key)?)
            }
        };
        let old = copied.as_ref().map(|risk| &risk.text);
        let said = |given: Option<String>, old: Option<&String>| given.or_else(|| old.cloned()).unwrap_or_default();
        let characteristic = self.characteristic.map(|w| w.0).or_else(|| old.map(|t| t.characteristic));
        let text = RiskText::parse(
            &said(self.title, old.map(|t| &t.title)),
            &said(self.cause, old.map(|t| &t.cause)),
            &said(self.event, old.map(|t| &t.event)),
            &said(self.consequence, old.map(|t| &t.consequence)),
            characteristic.map(Characteristic::as_str).unwrap_or_default(),
        )?;
        Ok(NewRisk {
            text,
            library_key: self.library,
            treatment: self.treatment.map(|w| w.0),
            owner: self.owner.map(Into::into),
            inherent: self.inherent.map(Into::into),
        })
    }
}

/// Adds a risk to a system
#[utoipa::path(post, path = "/systems/{reference}/risks", tag = "Risks", request_body = RiskInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats make one risk", max_length = 255)),
    security(("token" = ["risks:write"])), responses((status = 201, description = "Added", body = Created)))]
pub async fn add(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<RiskInput>,
) -> Answer<Created> {
    let (system, new) = (reference(&system)?, body.value.checked()?);
    let made = register::add(&api.store, caller.actor(), system, &[new], body.once).await;
    Created::from(made, |risks| match risks.first() {
        Some(risk) => format!("/risks/{risk}"),
        None => format!("/systems/{system}/risks"),
    })
}

/// Something linked to a risk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Linked {
    /// Its reference.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// How far it is, or how it stands.
    pub status: Option<String>,
    /// Its date: due, or what it speaks of.
    pub date: Option<NaiveDate>,
}

/// A risk.
#[derive(Debug, Serialize, ToSchema)]
pub struct RiskView {
    ///
    #[schema(example = "R-340")]
    pub reference: String,
    /// The version, as in the `ETag`.
    pub version: i32,
    /// Its system.
    pub system: String,
    /// The system's name.
    pub system_name: String,
    /// The library's key that it was taken from.
    pub library: Option<String>,
    /// Short name.
    pub title: String,
    /// What brings it about.
    pub cause: String,
    /// What happens.
    pub event: String,
    /// What follows, and for whom.
    pub consequence: String,
    /// The characteristic of trustworthy AI that it threatens.
    pub characteristic: CharacteristicWord,
    /// What is decided to do about it.
    pub treatment: Option<TreatmentWord>,
    /// Where it stands.
    pub status: StatusWord,
    /// Who answers for it, by id.
    pub owner: Option<Uuid>,
    /// Their name.
    pub owner_name: Option<String>,
    /// The newest rating of each kind.
    pub ratings: Vec<RatingView>,
    /// Whether residual risk lies above appetite.
    pub above_appetite: bool,
    /// What is done about it.
    pub mitigations: Vec<Linked>,
    /// What was found out about it.
    pub evidence: Vec<Linked>,
    /// What looks wrong, in words.
    pub hints: Vec<String>,
    /// Last change.
    pub changed_at: DateTime<Utc>,
}

/// Shows a risk
#[utoipa::path(get, path = "/risks/{reference}", tag = "Risks", security(("token" = ["risks:read"])),
    params(("reference" = String, Path, example = "R-1")),
    responses((status = 200, description = "The risk; its version is the ETag", body = RiskView)))]
pub async fn show(State(api): State<Api>, caller: Caller, Path(risk): Path<String>) -> Answer<Versioned<RiskView>> {
    let page = register::get(&api.store, caller.actor(), reference::<RiskRef>(&risk)?).await?;
    let newest = RatingKind::ALL.iter().filter_map(|kind| page.current(*kind)).map(|r| rating(&page, r)).collect();
    let linked = |reference: String, title: &str, status: Option<String>, date: Option<NaiveDate>| Linked {
        reference,
        title: title.to_owned(),
        status,
        date,
    };
    let mitigations = page.mitigations.iter();
    let mitigations =
        mitigations.map(|m| linked(m.reference.to_string(), &m.title, Some(m.status.to_string()), m.due_on));
    let evidence = page.evidence.iter().map(|e| linked(e.reference.to_string(), &e.title, None, Some(e.speaks_of)));
    Ok(Versioned(
        page.version,
        RiskView {
            reference: page.reference.to_string(),
            version: page.version,
            system: page.located.reference.to_string(),
            system_name: page.located.name.clone(),
            library: page.library_key.clone(),
            ratings: newest,
            mitigations: mitigations.collect(),
            evidence: evidence.collect(),
            hints: page.hints.iter().map(|hint| hint.label().to_owned()).collect(),
            above_appetite: page.above,
            characteristic: Word(page.text.characteristic),
            title: page.text.title,
            cause: page.text.cause,
            event: page.text.event,
            consequence: page.text.consequence,
            treatment: page.handling.treatment.map(Word),
            status: Word(page.handling.status),
            owner: page.handling.owner.map(|id| id.0),
            owner_name: page.owner,
            changed_at: page.changed_at,
        },
    ))
}

/// A risk's texts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskTextInput {
    /// Short name.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What brings it about.
    #[schema(min_length = 1, max_length = 10000)]
    pub cause: String,
    /// What happens.
    #[schema(min_length = 1, max_length = 10000)]
    pub event: String,
    /// What follows, and for whom.
    #[schema(min_length = 1, max_length = 10000)]
    pub consequence: String,
    /// The characteristic of trustworthy AI that it threatens.
    pub characteristic: CharacteristicWord,
}

/// Changes a risk's texts
#[utoipa::path(put, path = "/risks/{reference}", tag = "Risks", request_body = RiskTextInput,
    params(("reference" = String, Path, example = "R-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["risks:write"])), responses((status = 204, description = "Changed")))]
pub async fn edit(
    State(api): State<Api>,
    caller: Caller,
    Path(risk): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<RiskTextInput>,
) -> Answer<Done> {
    let given = body.value;
    let kind = given.characteristic.0.as_str();
    let text = RiskText::parse(&given.title, &given.cause, &given.event, &given.consequence, kind)?;
    register::edit(&api.store, caller.actor(), reference(&risk)?, version, &text).await?;
    Ok(Done)
}
