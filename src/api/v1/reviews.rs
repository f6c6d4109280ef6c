//! Reviews and decisions. State moves only through verbs; votes and decisions are signed with the password, as in the
//! browser.

use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use chrono::{DateTime, NaiveDate, Utc};
use domain::canonical::unhex32;
use domain::ids::{CommentId, DecisionRef, ReviewRef, SystemRef, UnitId};
use domain::review::vote::{Ballot, Condition};
use domain::review::{Choice, Outcome, Part, State as Stand};
use domain::triage::Tier;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::reviews as register;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::systems::ReasonInput;
use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, Key, Params, id, reference};
use crate::api::output::{Answer, Created, Done, List};
use crate::api::problem::Problem;
use crate::api::words::Word;

// The document's macros want names without parameters.
type ChoiceWord = Word<Choice>;
type OutcomeWord = Word<Outcome>;
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
        .routes(routes!(comment))
        .routes(routes!(resolve))
        .routes(routes!(vote))
        .routes(routes!(recuse))
        .routes(routes!(request_changes))
        .routes(routes!(withdraw))
        .routes(routes!(decide))
        .routes(routes!(decision))
        .routes(routes!(revoke))
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

/// A comment: on a part of the dossier, or in answer to a thread.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentInput {
    /// The part, for a new thread.
    pub part: Option<PartWord>,
    /// The thread that it answers.
    pub thread: Option<Uuid>,
    /// Markdown.
    #[schema(min_length = 1, max_length = 10000)]
    pub body: String,
}

/// Comments on a review
#[utoipa::path(post, path = "/reviews/{reference}/comments", tag = "Reviews", request_body = CommentInput,
    params(("reference" = String, Path, example = "RV-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:comment"])), responses((status = 201, description = "Written", body = Created)))]
pub async fn comment(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<CommentInput>,
) -> Answer<Created> {
    use register::comment::{Place, write};
    let (review, given) = (reference::<ReviewRef>(&review)?, body.value);
    let place = match (given.part, given.thread) {
        (Some(part), None) => Place::Part(part.0),
        (None, Some(thread)) => Place::Answer(CommentId(thread)),
        _ => return Err(Problem::field("part", "Name either a part or a thread")),
    };
    let text = super::prose("body", &given.body)?;
    let made = write(&api.store, caller.actor(), review, place, &text, body.once).await;
    Created::from(made, |_| format!("/reviews/{review}"))
}

/// Whether a thread is settled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveInput {
    /// Settled, or open again.
    pub resolved: bool,
}

/// Settles a thread, or opens it again
#[utoipa::path(post, path = "/reviews/{reference}/comments/{thread}/resolve", tag = "Reviews",
    request_body = ResolveInput,
    params(("reference" = String, Path, example = "RV-1"), ("thread" = Uuid, Path)),
    security(("token" = ["reviews:comment"])), responses((status = 204, description = "Done")))]
pub async fn resolve(
    State(api): State<Api>,
    caller: Caller,
    Path((review, thread)): Path<(String, String)>,
    body: Body<ResolveInput>,
) -> Answer<Done> {
    let thread = id::<CommentId>("thread", &thread).map_err(|_| Problem::from(store::Error::NotFound))?;
    let review = reference(&review)?;
    register::comment::resolve(&api.store, caller.actor(), review, thread, body.value.resolved).await?;
    Ok(Done)
}

/// A condition of an approval.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionInput {
    /// What must be done.
    #[schema(min_length = 1, max_length = 10000)]
    pub text: String,
    /// The id of the person who takes care of it.
    pub owner: Uuid,
    /// Until when.
    pub due_on: NaiveDate,
}

/// A vote, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteInput {
    /// SHA-256 of the dossier that was read.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub dossier_sha256: String,
    /// How.
    pub choice: ChoiceWord,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
    /// On what conditions.
    #[serde(default)]
    #[schema(max_items = 5)]
    pub conditions: Vec<ConditionInput>,
    /// The signature: the caller's password.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    pub password: String,
}

/// The hash that a signer read.
fn dossier_of(given: &str) -> Answer<[u8; 32]> {
    unhex32(given)
        .ok_or_else(|| Problem::field("dossier_sha256", "Send the 64 hexadecimal digits of the dossier's SHA-256"))
}

/// Votes, signed with the password
#[utoipa::path(post, path = "/reviews/{reference}/votes", tag = "Reviews", request_body = VoteInput,
    params(("reference" = String, Path, example = "RV-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:vote"])), responses((status = 201, description = "Signed", body = Created)))]
pub async fn vote(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<VoteInput>,
) -> Answer<Created> {
    let (review, given) = (reference::<ReviewRef>(&review)?, body.value);
    let names = super::people::names(&api, given.conditions.iter().map(|c| c.owner)).await?;
    let condition = |c: ConditionInput| {
        let owner = names.get(&c.owner).cloned();
        let owner = owner.ok_or_else(|| Problem::field("conditions", "Choose who takes care of it"))?;
        Ok(Condition { text: c.text, owner_id: c.owner.into(), owner, due_on: c.due_on })
    };
    let ballot = Ballot {
        dossier: dossier_of(&given.dossier_sha256)?,
        choice: given.choice.0,
        reason: super::prose("reason", &given.reason)?,
        conditions: given.conditions.into_iter().map(condition).collect::<Answer<_>>()?,
    };
    let made = register::vote::vote(&api.store, caller.actor(), review, &ballot, &given.password, body.once).await;
    Created::from(made, |()| format!("/reviews/{review}"))
}

/// Steps aside from a review
#[utoipa::path(post, path = "/reviews/{reference}/recuse", tag = "Reviews", request_body = ReasonInput,
    params(("reference" = String, Path, example = "RV-1")), security(("token" = ["reviews:vote"])),
    responses((status = 204, description = "Stepped aside")))]
pub async fn recuse(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<ReasonInput>,
) -> Answer<Done> {
    let why = super::prose("reason", &body.value.reason)?;
    register::recuse::recuse(&api.store, caller.actor(), reference(&review)?, &why).await?;
    Ok(Done)
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

/// A decision, signed by the chair. The outcome is computed from the votes; it is named so that one more vote since it
/// was read does not go unseen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideInput {
    /// SHA-256 of the dossier whose votes are counted.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub dossier_sha256: String,
    /// What the votes amounted to when they were read.
    pub outcome: OutcomeWord,
    /// A sentence for the minutes.
    #[schema(max_length = 10000)]
    pub statement: Option<String>,
    /// Last day of an approval, if it is to end sooner than the tier allows.
    pub valid_until: Option<NaiveDate>,
    /// The signature: the caller's password.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    pub password: String,
}

/// Closes a review, signed with the password
#[utoipa::path(post, path = "/reviews/{reference}/decide", tag = "Reviews", request_body = DecideInput,
    params(("reference" = String, Path, example = "RV-1"),
        ("Idempotency-Key" = Option<String>, Header, max_length = 255)),
    security(("token" = ["reviews:decide"])), responses((status = 201, description = "Decided", body = Created)))]
pub async fn decide(
    State(api): State<Api>,
    caller: Caller,
    Path(review): Path<String>,
    body: Body<DecideInput>,
) -> Answer<Created> {
    let (review, given) = (reference::<ReviewRef>(&review)?, body.value);
    let closing = register::decide::Closing {
        dossier: dossier_of(&given.dossier_sha256)?,
        outcome: given.outcome.0,
        statement: super::opt_prose("statement", given.statement.as_deref())?,
        valid_until: given.valid_until,
    };
    let made = register::decide::decide(&api.store, caller.actor(), review, &closing, &given.password, body.once).await;
    Created::from(made, |decision| format!("/decisions/{decision}"))
}

/// A decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionView {
    /// D-3.
    #[schema(example = "D-3")]
    pub reference: String,
    /// The review that it closed.
    pub review: String,
    /// The system.
    pub system: String,
    /// What was decided.
    pub outcome: OutcomeWord,
    /// Where its review stands now: an approval may have expired or ended.
    pub state: StateWord,
    /// The tier then.
    pub tier: TierWord,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// Who closed it.
    pub decided_by: String,
    /// Last day of an approval.
    pub valid_until: Option<NaiveDate>,
    /// Since when the system differs in substance.
    pub stale_since: Option<DateTime<Utc>>,
    /// Everything that was signed, and how to check it offline.
    #[schema(value_type = Object)]
    pub bundle: Value,
}

/// Shows a decision, with all that is needed to verify it offline
#[utoipa::path(get, path = "/decisions/{reference}", tag = "Reviews", security(("token" = ["reviews:read"])),
    params(("reference" = String, Path, example = "D-1")),
    responses((status = 200, description = "The decision", body = DecisionView)))]
pub async fn decision(
    State(api): State<Api>,
    caller: Caller,
    Path(decision): Path<String>,
) -> Answer<Json<DecisionView>> {
    let found = register::decision::get(&api.store, caller.actor(), reference::<DecisionRef>(&decision)?).await?;
    Ok(Json(DecisionView {
        bundle: found.bundle(),
        reference: found.reference.to_string(),
        review: found.review.to_string(),
        system: found.system.reference.to_string(),
        outcome: Word(found.outcome),
        state: Word(found.state),
        tier: Word(found.tier),
        decided_at: found.decided_at,
        decided_by: found.decided_by,
        valid_until: found.valid_until,
        stale_since: found.stale_since,
    }))
}

/// A revocation, signed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeInput {
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    pub reason: String,
    /// The signature: the caller's password.
    #[schema(min_length = 1, max_length = 128, format = Password)]
    pub password: String,
}

/// Revokes an approval, signed with the password
#[utoipa::path(post, path = "/decisions/{reference}/revoke", tag = "Reviews", request_body = RevokeInput,
    params(("reference" = String, Path, example = "D-1")), security(("token" = ["reviews:decide"])),
    responses((status = 204, description = "Revoked")))]
pub async fn revoke(
    State(api): State<Api>,
    caller: Caller,
    Path(decision): Path<String>,
    body: Body<RevokeInput>,
) -> Answer<Done> {
    let why = super::prose("reason", &body.value.reason)?;
    let decision = reference(&decision)?;
    register::revoke::revoke(&api.store, caller.actor(), decision, &why, &body.value.password).await?;
    Ok(Done)
}
