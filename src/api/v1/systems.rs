//! Systems: register, describe, triage, hand over, retire.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::{SystemRef, UnitId};
use domain::page::{PAGE_ROWS, PAGE_ROWS_MAX};
use domain::readiness::{Step, readiness};
use domain::system::{Autonomy, Context, DataCategory, Kind, Model, Registration, Sourcing, Stage, Status};
use domain::triage::{Answers, Question, Tier};
use serde::{Deserialize, Serialize};
use store::systems as register;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, Params, id, reference};
use crate::api::output::{Answer, Created, Done, List, Versioned};
use crate::api::problem::Problem;
use crate::api::words::{Word, values, words};

// The document's macros want names without parameters.
type AutonomyWord = Word<Autonomy>;
type DataCategoryWord = Word<DataCategory>;
type KindWord = Word<Kind>;
type QuestionWord = Word<Question>;
type SourcingWord = Word<Sourcing>;
type StageWord = Word<Stage>;
type StatusWord = Word<Status>;
type TierWord = Word<Tier>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, edit))
        .routes(routes!(context, describe))
        .routes(routes!(triage, answer))
        .routes(routes!(ready))
        .routes(routes!(override_tier))
        .routes(routes!(add_contributor))
        .routes(routes!(remove_contributor))
        .routes(routes!(transfer))
        .routes(routes!(retire))
        .routes(routes!(reopen))
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

/// Rows of a page, as asked for.
///
/// # Errors
/// 422 outside of 1 to 200.
pub fn rows(limit: Option<usize>) -> Answer<usize> {
    match limit.unwrap_or(PAGE_ROWS) {
        rows @ 1..=PAGE_ROWS_MAX => Ok(rows),
        _ => Err(Problem::field("limit", format!("Choose 1 to {PAGE_ROWS_MAX}"))),
    }
}

fn within_ten_years(days: u32) -> Answer<u32> {
    match days {
        0..=3660 => Ok(days),
        _ => Err(Problem::field("expiring", "Choose 0 to 3660 days")),
    }
}

/// "-changed" → (changed, descending).
///
/// # Errors
/// 422 at `sort`.
pub fn order<T: domain::text::Words>(sort: Option<&str>, usual: (T, bool)) -> Answer<(T, bool)> {
    let Some(sort) = sort else { return Ok(usual) };
    let (name, descending) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let by = name.parse().map_err(|_| Problem::field("sort", format!("Choose one of: {}", T::WORDS.join(", "))))?;
    Ok((by, descending))
}

/// A text to search for; what Postgres can't hold finds nothing worth asking.
///
/// # Errors
/// 422 at `q`.
pub fn text(given: Option<String>) -> Answer<Option<String>> {
    match given {
        Some(text) if text.chars().count() > domain::text::LINE_MAX || text.contains('\0') => {
            Err(Problem::field("q", format!("Ask in {} characters or fewer", domain::text::LINE_MAX)))
        }
        other => Ok(other.filter(|text| !text.trim().is_empty())),
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

/// Somebody or something with an id and a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
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

/// A model that a system is made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelView {
    /// Who provides it.
    #[schema(max_length = 200)]
    pub provider: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Its version; empty when the provider names none.
    #[schema(max_length = 200)]
    pub version: String,
}

/// What MAP asks about a system beyond its registration.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextView {
    /// What kind of AI it is.
    pub kind: Option<KindWord>,
    /// Made or bought.
    pub sourcing: Option<SourcingWord>,
    /// Whom it was bought from.
    #[schema(max_length = 200)]
    pub vendor: Option<String>,
    /// Who uses it.
    #[schema(max_length = 10000)]
    pub intended_users: Option<String>,
    /// Who is affected by it.
    #[schema(max_length = 10000)]
    pub affected_groups: Option<String>,
    /// What data it processes.
    #[serde(default)]
    pub data_categories: Vec<DataCategoryWord>,
    /// How far it acts by itself.
    pub autonomy: Option<AutonomyWord>,
    /// How people oversee it.
    #[schema(max_length = 10000)]
    pub oversight: Option<String>,
    /// Where it runs (place and provider).
    #[schema(max_length = 10000)]
    pub runs_where: Option<String>,
    /// Models that it is made of.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub models: Vec<ModelView>,
}

impl ContextView {
    fn of(context: Context) -> Self {
        let model = |m: Model| ModelView { provider: m.provider, name: m.name, version: m.version };
        Self {
            kind: context.kind.map(Word),
            sourcing: context.sourcing.map(Word),
            vendor: context.vendor,
            intended_users: context.intended_users,
            affected_groups: context.affected_groups,
            data_categories: words(context.data_categories),
            autonomy: context.autonomy.map(Word),
            oversight: context.oversight,
            runs_where: context.runs_where,
            models: context.models.into_iter().map(model).collect(),
        }
    }

    fn given(self) -> Context {
        let model = |m: ModelView| Model { provider: m.provider, name: m.name, version: m.version };
        Context {
            kind: self.kind.map(|w| w.0),
            sourcing: self.sourcing.map(|w| w.0),
            vendor: self.vendor,
            intended_users: self.intended_users,
            affected_groups: self.affected_groups,
            data_categories: values(self.data_categories),
            autonomy: self.autonomy.map(|w| w.0),
            oversight: self.oversight,
            runs_where: self.runs_where,
            models: self.models.into_iter().map(model).collect(),
        }
    }
}

/// Shows a system's context
#[utoipa::path(get, path = "/systems/{reference}/context", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "The context; the system's version is the ETag", body = ContextView)))]
pub async fn context(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
) -> Answer<Versioned<ContextView>> {
    let header = register::header(&api.store, caller.actor(), reference(&system)?).await?;
    let details = register::get::details(&api.store, header.located.id).await?;
    Ok(Versioned(header.located.version, ContextView::of(details.context)))
}

/// Describes a system's context: what is left out is emptied
#[utoipa::path(put, path = "/systems/{reference}/context", tag = "Systems", request_body = ContextView,
    params(("reference" = String, Path, example = "AIS-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["systems:write"])), responses((status = 204, description = "Described")))]
pub async fn describe(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<ContextView>,
) -> Answer<Done> {
    let new = body.value.given().checked()?;
    register::context::describe(&api.store, caller.actor(), reference(&system)?, version, &new).await?;
    Ok(Done)
}

/// The triage's answers and the tier that they lead to.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriageView {
    /// Yes or no, by question.
    pub answers: BTreeMap<String, bool>,
    /// The tier that the answers lead to, by the rules of their time.
    pub tier: TierWord,
    /// The questions that decided it.
    pub because: Vec<QuestionWord>,
    /// Who answered.
    pub answered_by: String,
    /// When.
    pub answered_at: DateTime<Utc>,
}

/// The newest answers; all null before the first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriageState {
    /// The newest answers.
    pub newest: Option<TriageView>,
    /// The tier that the committee set instead, if it did, and why.
    pub committee_tier: Option<TierWord>,
    /// Its reason.
    pub committee_reason: Option<String>,
}

/// Shows a system's triage
#[utoipa::path(get, path = "/systems/{reference}/triage", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "The newest answers", body = TriageState)))]
pub async fn triage(State(api): State<Api>, caller: Caller, Path(system): Path<String>) -> Answer<Json<TriageState>> {
    let header = register::header(&api.store, caller.actor(), reference(&system)?).await?;
    let details = register::get::details(&api.store, header.located.id).await?;
    let (tier, reason) = details.tier_override.map(|o| (Word(o.tier), o.reason)).unzip();
    Ok(Json(TriageState {
        newest: details.triage.map(|t| TriageView {
            answers: t.answers.iter().map(|(question, yes)| (question.to_string(), yes)).collect(),
            tier: Word(t.tier),
            because: words(t.because),
            answered_by: t.by,
            answered_at: t.at,
        }),
        committee_tier: tier,
        committee_reason: reason,
    }))
}

/// Yes or no to each of the eight questions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "eight yes-or-no questions")]
pub struct TriageInput {
    /// A practice that Article 5 of the EU AI Act prohibits?
    pub prohibited_practice: bool,
    /// Could a wrong output injure people, or stop essential services?
    pub safety: bool,
    /// Does it decide, or strongly influence, what a person gets?
    pub rights: bool,
    /// Special categories of personal data, biometrics, criminal records, children?
    pub sensitive: bool,
    /// Other personal data?
    pub personal: bool,
    /// Does it act without a person confirming each step?
    pub acts: bool,
    /// Do people outside the organisation meet it?
    pub public: bool,
    /// Would a fault reach many, or cost much, before anybody noticed?
    pub scale: bool,
}

/// Answers the triage; the tier is derived, never sent
#[utoipa::path(post, path = "/systems/{reference}/triage", tag = "Systems", request_body = TriageInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["systems:write"])), responses((status = 201, description = "Answered", body = Created)))]
pub async fn answer(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<TriageInput>,
) -> Answer<Created> {
    let system: SystemRef = reference(&system)?;
    let given = body.value;
    let answers = Answers::new(BTreeMap::from([
        (Question::ProhibitedPractice, given.prohibited_practice),
        (Question::Safety, given.safety),
        (Question::Rights, given.rights),
        (Question::Sensitive, given.sensitive),
        (Question::Personal, given.personal),
        (Question::Acts, given.acts),
        (Question::Public, given.public),
        (Question::Scale, given.scale),
    ]))
    .map_err(|wrong| Problem::field("", wrong.to_string()))?;
    let made = register::triage::answer(&api.store, caller.actor(), system, &answers, body.once).await;
    Created::from(made, |_| format!("/systems/{system}/triage"))
}

/// One thing that a submission needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadinessItem {
    /// What it is.
    pub step: String,
    /// Whether it is there.
    pub done: bool,
    /// What is missing.
    pub missing: Option<String>,
}

/// What a submission still needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// Whether nothing is missing.
    pub ready: bool,
    /// Item by item.
    pub items: Vec<ReadinessItem>,
}

/// Shows what a submission still needs
#[utoipa::path(get, path = "/systems/{reference}/readiness", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "The readiness list", body = Readiness)))]
pub async fn ready(State(api): State<Api>, caller: Caller, Path(system): Path<String>) -> Answer<Json<Readiness>> {
    let header = register::header(&api.store, caller.actor(), reference(&system)?).await?;
    let mut conn = api.store.pool().acquire().await.map_err(store::Error::from)?;
    let facts = register::readiness::facts(&mut conn, header.located.id, api.store.today()).await?;
    let items = readiness(&facts);
    let name = |step: Step| step.label().to_owned();
    Ok(Json(Readiness {
        ready: domain::readiness::is_ready(&items),
        items: items
            .into_iter()
            .map(|item| ReadinessItem { step: name(item.step), done: item.done(), missing: item.missing })
            .collect(),
    }))
}

/// The committee's tier; null lifts it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TierInput {
    /// The tier, or null for what the answers lead to.
    pub tier: Option<TierWord>,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
}

/// Sets another tier than the answers lead to, as the committee
#[utoipa::path(post, path = "/systems/{reference}/tier", tag = "Systems", request_body = TierInput,
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:decide"])), responses((status = 204, description = "Set")))]
pub async fn override_tier(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<TierInput>,
) -> Answer<Done> {
    let (tier, reason) = (body.value.tier.map(|w| w.0), body.value.reason);
    let system = reference(&system)?;
    match register::override_tier::override_tier(&api.store, caller.actor(), system, tier, &reason, body.once).await {
        Ok(()) | Err(store::Error::Replayed { .. }) => Ok(Done),
        Err(error) => Err(error.into()),
    }
}

/// A person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// Their id.
    pub person: Uuid,
}

/// Adds a contributor; one who is there already stays
#[utoipa::path(post, path = "/systems/{reference}/contributors", tag = "Systems", request_body = PersonInput,
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["systems:write"])),
    responses((status = 204, description = "Added")))]
pub async fn add_contributor(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<PersonInput>,
) -> Answer<Done> {
    register::people::add(&api.store, caller.actor(), reference(&system)?, body.value.person.into()).await?;
    Ok(Done)
}

/// Takes a contributor off; they stay involved
#[utoipa::path(delete, path = "/systems/{reference}/contributors/{person}", tag = "Systems",
    params(("reference" = String, Path, example = "AIS-1"), ("person" = Uuid, Path)),
    security(("token" = ["systems:write"])), responses((status = 204, description = "Taken off")))]
pub async fn remove_contributor(
    State(api): State<Api>,
    caller: Caller,
    Path((system, person)): Path<(String, String)>,
) -> Answer<Done> {
    let person = id("person", &person).map_err(|_| Problem::from(store::Error::NotFound))?;
    register::people::remove(&api.store, caller.actor(), reference(&system)?, person).await?;
    Ok(Done)
}

/// A new owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferInput {
    /// The new owner's id.
    pub owner: Uuid,
    /// Whether the old one goes on as a contributor.
    #[serde(default)]
    pub keep_contributing: bool,
}

/// Gives a system to another owner
#[utoipa::path(post, path = "/systems/{reference}/transfer", tag = "Systems", request_body = TransferInput,
    params(("reference" = String, Path, example = "AIS-1"), ("If-Match" = String, Header, example = "\"1\"")),
    security(("token" = ["systems:write"])), responses((status = 204, description = "Handed over")))]
pub async fn transfer(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<TransferInput>,
) -> Answer<Done> {
    let TransferInput { owner, keep_contributing } = body.value;
    let system = reference(&system)?;
    register::people::transfer(&api.store, caller.actor(), system, version, owner.into(), keep_contributing).await?;
    Ok(Done)
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonInput {
    /// The reason, for the audit trail.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
}

/// Retires a system
#[utoipa::path(post, path = "/systems/{reference}/retire", tag = "Systems", request_body = ReasonInput,
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["systems:write"])),
    responses((status = 204, description = "Retired")))]
pub async fn retire(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    register::retire::retire(&api.store, caller.actor(), reference(&system)?, &body.value.reason).await?;
    Ok(Done)
}

/// A stage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StageInput {
    /// Where the system goes on.
    pub stage: StageWord,
}

/// Takes a retired system up again
#[utoipa::path(post, path = "/systems/{reference}/reopen", tag = "Systems", request_body = StageInput,
    params(("reference" = String, Path, example = "AIS-1")), security(("token" = ["systems:write"])),
    responses((status = 204, description = "Taken up again")))]
pub async fn reopen(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    body: Body<StageInput>,
) -> Answer<Done> {
    register::retire::reopen(&api.store, caller.actor(), reference(&system)?, body.value.stage.0).await?;
    Ok(Done)
}
