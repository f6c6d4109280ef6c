//! Reviews and decisions. State moves only through verbs; votes and decisions are signed with the password, as in the
//! browser.

pub mod comment;
pub mod decide;
pub mod vote;

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, Key, Params, reference};
use crate::api::output::{Answer, Created, Done, List};
use crate::api::problem::Problem;
use crate::api::v1::shared::ReasonInput;
use crate::api::words::Word;
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, Utc};
use domain::canonical::unhex32;
use domain::ids::{ReviewRef, SystemRef, UnitId};
use domain::review::{Choice, Part, State as Stand};
use domain::triage::Tier;
use serde::{Deserialize, Serialize};
use store::reviews as register;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

// The document's macros want names without parameters.
type ChoiceWord = Word<Choice>;
type PartWord = Word<Part>;
type StateWord = Word<Stand>;
type TierWord = Word<Tier>;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(queue))
        .routes(routes!(passages))
        .routes(routes!(submit))
        .routes(routes!(show))
        .routes(routes!(dossier))
        .routes(routes!(open))
        .routes(routes!(comment::comment))
        .routes(routes!(comment::resolve))
        .routes(routes!(vote::vote))
        .routes(routes!(vote::recuse))
        .routes(routes!(request_changes))
        .routes(routes!(withdraw))
        .routes(routes!(decide::decide))
        .routes(routes!(decide::decisions))
        .routes(routes!(decide::decision))
        .routes(routes!(decide::revoke))
}

/// A review that waits for the committee.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingItem {
    /// RV-3.
    #[schema(example = "RV-3")]
    pub reference: String,
    /// Submitted, or in review.
    pub state: StateWord,
    /// The system.
    pub system: String,
    /// Its name.
    pub system_name: String,
    /// Its business unit.
    pub unit: String,
    /// Its tier.
    pub tier: TierWord,
    /// Whether a residual risk lies above appetite.
    pub above_appetite: bool,
    /// Since when it waits.
    pub submitted_at: DateTime<Utc>,
    /// Submissions so far.
    pub revision: i32,
    /// Votes on the dossier under review.
    pub votes: i64,
    /// Votes that the tier asks for.
    pub votes_needed: i64,
    /// Whether the caller may vote and has not.
    pub my_turn: bool,
}

/// Which reviews.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueQuery {
    /// Of the systems of one unit, by id.
    pub unit: Option<Uuid>,
    /// The cursor of `next`.
    #[param(max_length = 400)]
    pub after: Option<String>,
}

/// Lists the reviews that wait for the committee, oldest first
#[utoipa::path(get, path = "/reviews", tag = "Reviews", params(QueueQuery), security(("token" = ["reviews:read"])),
    responses((status = 200, description = "A page of the queue", body = List<WaitingItem>)))]
pub async fn queue(
    State(api): State<Api>,
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Params(asked): Params<QueueQuery>,
) -> Answer<List<WaitingItem>> {
    let after = asked.after.as_deref().map(|after| super::named::<ReviewRef>(after, "after")).transpose()?;
    let page = register::list::queue(&api.store, caller.actor(), asked.unit.map(UnitId), after).await?;
    Ok(List::of(&uri, page, None, |row| WaitingItem {
        reference: row.reference.to_string(),
        state: Word(row.state),
        system: row.system.to_string(),
        system_name: row.name,
        unit: row.unit,
        tier: Word(row.tier),
        above_appetite: row.above_appetite,
        submitted_at: row.submitted_at,
        revision: row.revision,
        votes: row.votes,
        votes_needed: row.needed,
        my_turn: row.my_turn,
    }))
}

/// One passage of a system through the committee.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageItem {
    /// RV-3.
    #[schema(example = "RV-3")]
    pub reference: String,
    /// Where it stands.
    pub state: StateWord,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// Why, where a reason was given.
    pub state_reason: Option<String>,
    /// When it last came to the committee.
    pub submitted_at: Option<DateTime<Utc>>,
    /// How often it was submitted.
    pub revisions: i64,
    /// Its decision.
    pub decision: Option<String>,
}

/// Lists a system's reviews, newest first
#[utoipa::path(get, path = "/systems/{reference}/reviews", tag = "Reviews", security(("token" = ["reviews:read"])),
    params(("reference" = String, Path, example = "AIS-1")),
    responses((status = 200, description = "Its reviews, at most 200", body = List<PassageItem>)))]
pub async fn passages(State(api): State<Api>, caller: Caller, Path(system): Path<String>) -> Answer<List<PassageItem>> {
    let (_, rows) = register::passages::passages(&api.store, caller.actor(), reference(&system)?).await?;
    let item = |row: register::passages::Passage| PassageItem {
        reference: row.reference.to_string(),
        state: Word(row.state),
        state_since: row.state_since,
        state_reason: row.state_reason,
        submitted_at: row.submitted_at,
        revisions: row.revisions,
        decision: row.decision.map(|(decision, ..)| decision.to_string()),
    };
    Ok(List::whole(rows.into_iter().map(item).collect()))
}

/// Submits a system: the dossier is frozen and hashed
///
/// Whoever submits declares that the dossier is complete and correct to the best of their knowledge.
#[utoipa::path(post, path = "/systems/{reference}/submit", tag = "Reviews",
    params(("reference" = String, Path, example = "AIS-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:submit"])), responses((status = 201, description = "Submitted", body = Created)))]
pub async fn submit(
    State(api): State<Api>,
    caller: Caller,
    Path(system): Path<String>,
    Key(once): Key,
) -> Answer<Created> {
    let system: SystemRef = reference(&system)?;
    let made = register::submit::submit(&api.store, caller.actor(), system, once).await;
    Created::from(made, |review| format!("/reviews/{review}"))
}

/// A signed vote.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoteView {
    /// Who, by name when they signed.
    pub voter: String,
    /// Their id.
    pub voter_id: Uuid,
    /// Whether as chair.
    pub chair: bool,
    /// How.
    pub choice: ChoiceWord,
    /// Why.
    pub reason: String,
    /// What the signature means, in full.
    pub meaning: String,
    /// When.
    pub signed_at: DateTime<Utc>,
    /// Hash of the dossier that it speaks of.
    pub dossier_sha256: String,
    /// Whether it speaks of the newest dossier and so counts.
    pub counts: bool,
}

/// One comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentView {
    /// Who.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Markdown.
    pub body: String,
}

/// A thread of comments.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThreadView {
    /// Names it in an answer, and when it is resolved.
    pub id: Uuid,
    /// The part of the dossier that it stands on.
    pub part: PartWord,
    /// Who resolved it.
    pub resolved_by: Option<String>,
    /// Oldest first.
    pub comments: Vec<CommentView>,
}

/// A review.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewView {
    /// RV-3.
    #[schema(example = "RV-3")]
    pub reference: String,
    /// Its system.
    pub system: String,
    /// Where it stands.
    pub state: StateWord,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// Why, where a reason was given.
    pub state_reason: Option<String>,
    /// Submissions so far.
    pub revision: i32,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// By whom.
    pub submitted_by: String,
    /// SHA-256 of the dossier under review: a vote names it.
    pub dossier_sha256: String,
    /// Votes, those on earlier revisions too.
    pub votes: Vec<VoteView>,
    /// Whether the quorum stands.
    pub quorum_met: bool,
    /// Comments, by thread.
    pub threads: Vec<ThreadView>,
    /// The decision.
    pub decision: Option<String>,
}

/// Shows a review
#[utoipa::path(get, path = "/reviews/{reference}", tag = "Reviews", security(("token" = ["reviews:read"])),
    params(("reference" = String, Path, example = "RV-1")),
    responses((status = 200, description = "The review", body = ReviewView)))]
pub async fn show(State(api): State<Api>, caller: Caller, Path(review): Path<String>) -> Answer<Json<ReviewView>> {
    let review = register::get::get(&api.store, caller.actor(), reference::<ReviewRef>(&review)?).await?;
    let view = |vote: register::get::Vote, counts: bool| VoteView {
        voter: vote.voter,
        voter_id: vote.voter_id.0,
        chair: vote.chair,
        choice: Word(vote.choice),
        reason: vote.reason,
        meaning: vote.meaning,
        signed_at: vote.signed_at,
        dossier_sha256: vote.dossier_sha256,
        counts,
    };
    let void = review.void_votes.into_iter().map(|vote| view(vote, false));
    Ok(Json(ReviewView {
        reference: review.found.reference.to_string(),
        system: review.found.system.reference.to_string(),
        state: Word(review.found.state),
        state_since: review.state_since,
        state_reason: review.state_reason,
        revision: review.found.revision,
        submitted_at: review.submitted_at,
        submitted_by: review.submitted_by,
        dossier_sha256: domain::canonical::hex(&review.found.sha256),
        quorum_met: review.tally.is_met(),
        votes: void.chain(review.votes.into_iter().map(|vote| view(vote, true))).collect(),
        threads: review.threads.into_iter().map(thread).collect(),
        decision: review.decision.map(|decision| decision.to_string()),
    }))
}

fn thread(thread: register::get::Thread) -> ThreadView {
    let comment = |c: register::get::Comment| CommentView { author: c.author, at: c.at, body: c.body };
    ThreadView {
        id: thread.id.0,
        part: Word(thread.part),
        resolved_by: thread.resolved_by,
        comments: thread.comments.into_iter().map(comment).collect(),
    }
}

/// Shows the dossier under review: canonical JSON, whose SHA-256 every vote names
#[utoipa::path(get, path = "/reviews/{reference}/dossier", tag = "Reviews", security(("token" = ["reviews:read"])),
    params(("reference" = String, Path, example = "RV-1")),
    responses((status = 200, description = "The text that was hashed, byte for byte", body = Object,
        content_type = "application/json")))]
pub async fn dossier(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
) -> Answer<([(axum::http::HeaderName, &'static str); 1], String)> {
    let review = register::get::get(&api.store, caller.actor(), reference::<ReviewRef>(&review)?).await?;
    Ok(([(axum::http::header::CONTENT_TYPE, "application/json")], review.text))
}

/// Starts a review
#[utoipa::path(post, path = "/reviews/{reference}/open", tag = "Reviews", security(("token" = ["reviews:decide"])),
    params(("reference" = String, Path, example = "RV-1")), responses((status = 204, description = "Started")))]
pub async fn open(State(api): State<Api>, caller: Caller, Path(review): Path<String>) -> Answer<Done> {
    register::open::open(&api.store, caller.actor(), reference(&review)?).await?;
    Ok(Done)
}

/// The hash that a signer read.
fn dossier_of(given: &str) -> Answer<[u8; 32]> {
    unhex32(given)
        .ok_or_else(|| Problem::field("dossier_sha256", "Send the 64 hexadecimal digits of the dossier's SHA-256"))
}

/// What must change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesInput {
    /// SHA-256 of the dossier that was read.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub dossier_sha256: String,
    /// What must change, and why.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
}

/// Sends a review back to its owner
#[utoipa::path(post, path = "/reviews/{reference}/request-changes", tag = "Reviews", request_body = ChangesInput,
    params(("reference" = String, Path, example = "RV-1")), security(("token" = ["reviews:decide"])),
    responses((status = 204, description = "Sent back")))]
pub async fn request_changes(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<ChangesInput>,
) -> Answer<Done> {
    let (read, why) = (dossier_of(&body.value.dossier_sha256)?, super::prose("reason", &body.value.reason)?);
    let review = reference(&review)?;
    register::request_changes::request_changes(&api.store, caller.actor(), review, &read, &why).await?;
    Ok(Done)
}

/// Takes a submission back
#[utoipa::path(post, path = "/reviews/{reference}/withdraw", tag = "Reviews", request_body = ReasonInput,
    params(("reference" = String, Path, example = "RV-1")), security(("token" = ["reviews:submit"])),
    responses((status = 204, description = "Taken back")))]
pub async fn withdraw(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    let why = super::prose("reason", &body.value.reason)?;
    register::withdraw::withdraw(&api.store, caller.actor(), reference(&review)?, &why).await?;
    Ok(Done)
}
