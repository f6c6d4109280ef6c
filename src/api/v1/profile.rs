//! The AI RMF profile: of a system (MAP, MEASURE, MANAGE) and of the organisation (GOVERN), answer by answer.

use axum::extract::{Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::framework::required::{default_target, is_required};
use domain::framework::{self, Draft, Subcategory, Typed, nist};
use serde::{Deserialize, Serialize};
use store::profile::{self as register, Links, Profile, Said, Whose};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, reference};
use crate::api::output::{Answer, Done, List, Versioned};
use crate::api::problem::Problem;
use crate::api::words::Word;

// The document's macros want names without parameters.
type StateWord = Word<framework::State>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_profile))
        .routes(routes!(show_answer, save_answer))
        .routes(routes!(verify_answer))
        .routes(routes!(list_govern))
        .routes(routes!(show_govern, save_govern))
        .routes(routes!(verify_govern))
}

/// An answer to a subcategory.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"stands": "partial", "text": "Latency is watched; drift is not.", "rests_on": ["R-1"]}))]
pub struct AnswerInput {
    /// Where it stands: not_started, partial, implemented or not_applicable. Verified is what somebody else says.
    pub stands: StateWord,
    /// Where it is to get: partial, implemented or verified; as the tier asks when left out.
    pub target: Option<StateWord>,
    /// What is in place and what is missing; Markdown. There where something is in place.
    #[schema(max_length = 10000)]
    pub text: Option<String>,
    /// Why it does not apply; Markdown. There exactly then.
    #[schema(max_length = 10000)]
    pub reason: Option<String>,
    /// Who sees to it.
    pub owner: Option<Uuid>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// Risks, mitigations and evidence, by reference; a system's own.
    #[serde(default)]
    pub rests_on: Vec<String>,
}

impl AnswerInput {
    fn checked(&self) -> Result<Said, Problem> {
        let due = self.due_on.map(|day| day.to_string()).unwrap_or_default();
        let typed = Typed {
            state: self.stands.0.as_str(),
            target: self.target.map(|word| word.0.as_str()).unwrap_or_default(),
            text: self.text.as_deref().unwrap_or_default(),
            reason: self.reason.as_deref().unwrap_or_default(),
            due: &due,
        };
        let draft = Draft::parse(typed)?;
        if let Some(strange) = self.rests_on.iter().find(|one| one.contains([',', ';']) || one.trim().is_empty()) {
            return Err(Problem::field("rests_on", format!("{strange:?} is no reference of the register")));
        }
        let links = Links::parse(&self.rests_on.join(" ")).map_err(|why| Problem::field("rests_on", why))?;
        Ok(Said { draft, owner: self.owner.map(Into::into), links })
    }
}

/// A subcategory and its answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerView {
    /// The official identifier.
    #[schema(example = "MEASURE 2.10")]
    pub subcategory: String,
    /// A short title, in our words.
    pub title: String,
    /// What is asked, in our words.
    pub question: String,
    /// Whether a submission at the system's tier needs it.
    pub required: bool,
    /// The version, as in the `ETag`; 0 where there is no answer yet.
    pub version: i32,
    /// Where it stands.
    pub stands: StateWord,
    /// Where it is to get.
    pub target: StateWord,
    /// What is in place and what is missing; Markdown.
    pub text: Option<String>,
    /// Why it does not apply; Markdown.
    pub reason: Option<String>,
    /// Who sees to it.
    pub owner: Option<Uuid>,
    /// Their name.
    pub owner_name: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// Risks, mitigations and evidence that it rests on.
    pub rests_on: Vec<String>,
    /// Who answered last.
    pub answered_by: Option<String>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
    /// Who else checked it since.
    pub verified_by: Option<String>,
    /// When.
    pub verified_at: Option<DateTime<Utc>>,
}

impl AnswerView {
    fn of(profile: &Profile, asked: &Subcategory) -> Self {
        let row = profile.answers.get(&asked.id);
        let draft = row.map(|row| &row.answer.draft);
        let target = draft.and_then(|draft| draft.target).unwrap_or_else(|| default_target(profile.tier));
        let links = row.map(|row| row.links.to_string()).unwrap_or_default();
        let verified = row.and_then(|row| row.verified.as_ref());
        let owner = row.and_then(|row| row.owner.as_ref());
        Self {
            subcategory: asked.id.clone(),
            title: asked.title.clone(),
            question: asked.question.clone(),
            required: profile.tier.is_some_and(|tier| is_required(tier, &asked.id)),
            version: row.map_or(0, |row| row.version),
            stands: Word(profile.state(&asked.id)),
            target: Word(target),
            text: draft.and_then(|draft| draft.text.clone()),
            reason: draft.and_then(|draft| draft.reason.clone()),
            owner: owner.map(|owner| owner.id.0),
            owner_name: owner.map(|owner| owner.name.clone()),
            due_on: draft.and_then(|draft| draft.due),
            rests_on: links.split(", ").filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            answered_by: row.map(|row| row.answered_by.clone()),
            answered_at: row.map(|row| row.answered_at),
            verified_by: verified.map(|(who, _)| who.name.clone()),
            verified_at: verified.map(|(_, at)| *at),
        }
    }
}

/// Whether somebody else than the author checked an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifiedInput {
    /// `false` takes it back.
    pub verified: bool,
}

/// The subcategory of an address: "MEASURE-2.10" is MEASURE 2.10.
fn control(slug: &str) -> String {
    slug.replace('-', " ")
}

async fn all(api: &Api, caller: &Caller, whose: Whose) -> Answer<List<AnswerView>> {
    let profile = register::load(&api.store, caller.actor(), whose).await?;
    Ok(List::whole(nist().at(whose.level()).map(|asked| AnswerView::of(&profile, asked)).collect()))
}

async fn one(api: &Api, caller: &Caller, whose: Whose, slug: &str) -> Answer<Versioned<AnswerView>> {
    let profile = register::load(&api.store, caller.actor(), whose).await?;
    let view = AnswerView::of(&profile, whose.asks(&control(slug))?);
    Ok(Versioned(view.version, view))
}

async fn put(api: &Api, caller: &Caller, whose: Whose, slug: &str, version: i32, said: &Said) -> Answer<Done> {
    register::save(&api.store, caller.actor(), whose, &control(slug), version, said).await?;
    Ok(Done)
}

async fn check(api: &Api, caller: &Caller, whose: Whose, slug: &str, version: i32, holds: bool) -> Answer<Done> {
    let control = control(slug);
    if holds {
        register::verify(&api.store, caller.actor(), whose, &control, version).await?;
    } else {
        register::unverify(&api.store, caller.actor(), whose, &control, version).await?;
    }
    Ok(Done)
}

/// Lists what MAP, MEASURE and MANAGE ask of a system, with its answers
#[utoipa::path(get, path = "/systems/{reference}/profile", tag = "Profile", security(("token" = ["profile:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "All 53, in the framework's order", body = List<AnswerView>)))]
pub async fn list_profile(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
) -> Answer<List<AnswerView>> {
    all(&api, &caller, Whose::System(reference(&system)?)).await
}

/// Shows one subcategory of a system
#[utoipa::path(get, path = "/systems/{reference}/profile/{subcategory}", tag = "Profile",
    security(("token" = ["profile:read"])),
    params(("reference" = String, Path, example = "AIS-1"), ("subcategory" = String, Path, example = "MEASURE-2.10")),
    responses((status = 200, description = "Its version is the ETag, 0 where nothing was answered", body = AnswerView)))]
pub async fn show_answer(
    State(api): State<Api>,
    caller: Caller,
    Path((system, slug)): Path<(String, String)>,
) -> Answer<Versioned<AnswerView>> {
    one(&api, &caller, Whose::System(reference(&system)?), &slug).await
}

/// Answers a subcategory for a system
#[utoipa::path(put, path = "/systems/{reference}/profile/{subcategory}", tag = "Profile", request_body = AnswerInput,
    security(("token" = ["profile:write"])),
    params(("reference" = String, Path, example = "AIS-1"), ("subcategory" = String, Path, example = "MEASURE-2.10"),
        ("If-Match" = String, Header, example = "\"0\"")),
    responses((status = 204, description = "Saved")))]
pub async fn save_answer(
    State(api): State<Api>,
    caller: Caller,
    Path((system, slug)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    body: Body<AnswerInput>,
) -> Answer<Done> {
    put(&api, &caller, Whose::System(reference(&system)?), &slug, version, &body.value.checked()?).await
}

/// Notes that an answer was checked by somebody else than its author, or takes that back
#[utoipa::path(post, path = "/systems/{reference}/profile/{subcategory}/verify", tag = "Profile",
    request_body = VerifiedInput, security(("token" = ["profile:write"])),
    params(("reference" = String, Path, example = "AIS-1"), ("subcategory" = String, Path, example = "MEASURE-2.10"),
        ("If-Match" = String, Header, example = "\"1\"")),
    responses((status = 204, description = "Noted")))]
pub async fn verify_answer(
    State(api): State<Api>,
    caller: Caller,
    Path((system, slug)): Path<(String, String)>,
    IfMatch(version): IfMatch,
    body: Body<VerifiedInput>,
) -> Answer<Done> {
    check(&api, &caller, Whose::System(reference(&system)?), &slug, version, body.value.verified).await
}

/// Lists what GOVERN asks of the organisation, with its answers
#[utoipa::path(get, path = "/profile", tag = "Profile", security(("token" = ["profile:read"])),
    responses((status = 200, description = "All 19, in the framework's order", body = List<AnswerView>)))]
pub async fn list_govern(State(api): State<Api>, caller: Caller) -> Answer<List<AnswerView>> {
    all(&api, &caller, Whose::Organisation).await
}

/// Shows one subcategory of the organisation
#[utoipa::path(get, path = "/profile/{subcategory}", tag = "Profile", security(("token" = ["profile:read"])),
    params(("subcategory" = String, Path, example = "GOVERN-1.1")),
    responses((status = 200, description = "Its version is the ETag, 0 where nothing was answered", body = AnswerView)))]
pub async fn show_govern(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
) -> Answer<Versioned<AnswerView>> {
    one(&api, &caller, Whose::Organisation, &slug).await
}

/// Answers a subcategory for the organisation
#[utoipa::path(put, path = "/profile/{subcategory}", tag = "Profile", request_body = AnswerInput,
    security(("token" = ["profile:write"])),
    params(("subcategory" = String, Path, example = "GOVERN-1.1"), ("If-Match" = String, Header, example = "\"0\"")),
    responses((status = 204, description = "Saved")))]
pub async fn save_govern(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<AnswerInput>,
) -> Answer<Done> {
    put(&api, &caller, Whose::Organisation, &slug, version, &body.value.checked()?).await
}

/// Notes that an answer of the organisation was checked by somebody else than its author, or takes that back
#[utoipa::path(post, path = "/profile/{subcategory}/verify", tag = "Profile", request_body = VerifiedInput,
    security(("token" = ["profile:write"])),
    params(("subcategory" = String, Path, example = "GOVERN-1.1"), ("If-Match" = String, Header, example = "\"1\"")),
    responses((status = 204, description = "Noted")))]
pub async fn verify_govern(
    State(api): State<Api>,
    caller: Caller,
    Path(slug): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<VerifiedInput>,
) -> Answer<Done> {
    check(&api, &caller, Whose::Organisation, &slug, version, body.value.verified).await
}
