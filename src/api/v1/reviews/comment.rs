//! Comments on a review, by thread.

use crate::api::Api;
use crate::api::auth::Caller;
use crate::api::input::{Body, id, reference};
use crate::api::output::{Answer, Created, Done};
use crate::api::problem::Problem;
use crate::api::words::Word;
use axum::extract::{Path, State};
use domain::ids::{CommentId, ReviewRef};
use domain::review::Part;
use serde::Deserialize;
use store::reviews as register;
use utoipa::ToSchema;
use uuid::Uuid;

// The document's macros want names without parameters.
type PartWord = Word<Part>;

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
    let text = super::super::prose("body", &given.body)?;
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
