//! Screening against the EU AI Act: the answers, and the results, which stay as they were made.

use axum::extract::{Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::eu_ai_act::{self, Answers, Class, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::screening::{self as register, KeptDue, KeptReason, ResultRow, Screening};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, IfMatch, reference};
use crate::api::output::{Answer, Done, Versioned};
use crate::api::problem::Problem;
use crate::api::words::Word;

// The document's macros want names without parameters.
type ClassWord = Word<Class>;
type RoleWord = Word<Role>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show_screening, answer_screening)).routes(routes!(conclude_screening))
}

/// The answers of the interview, by question; the questions that they open are in `next` and `missing`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"answers": {"subject": "system", "union_link": ["market"]}}))]
pub struct AnswersInput {
    /// A word, a list of words, a day or an amount for each question that is answered.
    #[schema(value_type = Object)]
    pub answers: serde_json::Map<String, Value>,
}

/// A sentence, and where the Act says so.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// The article.
    pub article: String,
    /// One sentence.
    pub text: String,
}

/// Something that is owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObligationView {
    /// Stable name.
    pub key: String,
    /// Where it is set.
    pub article: String,
    /// Short name.
    pub title: String,
    /// What to do.
    pub action: String,
    /// In which of our roles we owe it.
    pub roles: Vec<RoleWord>,
    /// First day on which it applies.
    pub applies_from: NaiveDate,
    /// Whether it applies today.
    pub in_force: bool,
    /// What eases it.
    pub notes: Vec<String>,
}

/// A result.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScreeningResultView {
    /// The version of the law that it was made on.
    pub law: String,
    /// The act.
    pub regulation: String,
    /// What amended it.
    pub amendment: String,
    /// The gravest class.
    pub class: ClassWord,
    /// Further classes.
    pub also: Vec<ClassWord>,
    /// Our roles.
    pub roles: Vec<RoleWord>,
    /// Why.
    pub reasons: Vec<ReasonView>,
    /// What is owed.
    pub obligations: Vec<ObligationView>,
    /// What to look out for.
    pub warnings: Vec<ReasonView>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// The screening of a system.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScreeningView {
    /// The version of the answers, as in the `ETag`; 0 before the first one.
    pub version: i32,
    /// Answers so far, as `countersign classify` reads them.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// The question that comes next; none where the interview is complete.
    pub next: Option<String>,
    /// Questions that are asked and not answered, as far as the answers tell.
    pub missing: Vec<String>,
    /// Results, the newest first.
    pub results: Vec<ScreeningResultView>,
}

fn reason(kept: KeptReason) -> ReasonView {
    ReasonView { article: kept.article, text: kept.text }
}

fn obligation(due: KeptDue, today: NaiveDate) -> ObligationView {
    ObligationView {
        key: due.key,
        article: due.article,
        title: due.title,
        action: due.action,
        roles: due.roles.into_iter().map(Word).collect(),
        applies_from: due.applies_from,
        in_force: due.applies_from <= today,
        notes: due.notes,
    }
}

fn result(row: ResultRow, today: NaiveDate) -> ScreeningResultView {
    let kept = row.kept;
    ScreeningResultView {
        law: kept.law.version,
        regulation: kept.law.regulation,
        amendment: kept.law.amendment,
        class: Word(kept.class),
        also: kept.also.into_iter().map(Word).collect(),
        roles: kept.roles.into_iter().map(Word).collect(),
        reasons: kept.reasons.into_iter().map(reason).collect(),
        obligations: kept.obligations.into_iter().map(|due| obligation(due, today)).collect(),
        warnings: kept.warnings.into_iter().map(reason).collect(),
        made_by: row.made_by,
        made_at: row.made_at,
    }
}

impl From<Screening> for ScreeningView {
    fn from(found: Screening) -> Self {
        Self {
            version: found.version,
            answers: serde_json::to_value(&found.answers).unwrap_or_default(),
            next: eu_ai_act::next(&found.answers).map(|q| q.key.as_str().to_owned()),
            missing: eu_ai_act::missing(&found.answers).into_iter().map(|key| key.as_str().to_owned()).collect(),
            results: found.results.into_iter().map(|row| result(row, found.today)).collect(),
        }
    }
}

/// Shows the screening of a system: answers, what is still asked, results
#[utoipa::path(get, path = "/systems/{reference}/screening", tag = "Systems", security(("token" = ["systems:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "Its version is the ETag", body = ScreeningView)))]
pub async fn show_screening(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
) -> Answer<Versioned<ScreeningView>> {
    let found = register::load(&api.store, caller.actor(), reference(&system)?).await?;
    Ok(Versioned(found.version, found.into()))
}

/// Answers the interview: all answers at once, complete or not
#[utoipa::path(put, path = "/systems/{reference}/screening", tag = "Systems", request_body = AnswersInput,
    security(("token" = ["systems:write"])),
    params(("reference" = String, Path, example = "AIS-1"), ("If-Match" = String, Header, example = "\"0\"")),
    responses((status = 204, description = "Saved")))]
pub async fn answer_screening(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    IfMatch(version): IfMatch,
    body: Body<AnswersInput>,
) -> Answer<Done> {
    let system = reference(&system)?;
    let answers =
        Answers::try_from(body.value.answers).map_err(|wrong| Problem::field("answers", wrong.to_string()))?;
    register::answer(&api.store, caller.actor(), system, version, &answers).await?;
    Ok(Done)
}

/// Makes a result of the complete interview, by the law that the program knows
#[utoipa::path(post, path = "/systems/{reference}/screening/results", tag = "Systems",
    security(("token" = ["systems:write"])),
    params(("reference" = String, Path, example = "AIS-1"), ("If-Match" = String, Header, example = "\"1\"")),
    responses((status = 204, description = "Made; it stays as it is")))]
pub async fn conclude_screening(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    IfMatch(version): IfMatch,
) -> Answer<Done> {
    register::conclude(&api.store, caller.actor(), reference(&system)?, version).await?;
    Ok(Done)
}
