//! Comments on the parts of a dossier. Words stay as they were written; a thread is open or resolved.

use super::Found;
use crate::{Error, Once, Result, Store, Tx};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{CommentId, ReviewRef};
use domain::policy::Action;
use domain::review::Part;
use serde_json::json;

/// What is written: a new thread on a part, or an answer in a thread.
#[derive(Debug, Clone)]
pub enum Place {
    /// A new thread.
    Part(Part),
    /// An answer; it stands on the part that the thread stands on.
    Answer(CommentId),
}

/// Writes a comment. `once` is the form's token.
///
/// # Errors
/// A refusal once the review is closed; [`Error::NotFound`] for a thread of another review.
pub async fn write(
    store: &Store,
    actor: &Actor,
    reference: ReviewRef,
    place: Place,
    body: &str,
    once: Option<Once>,
) -> Result<CommentId> {
    let mut tx = store.begin().await?;
    tx.once(actor, once).await?;
    let review = open_review(&mut tx, actor, reference).await?;
    let (part, parent) = match place {
        Place::Part(part) => (part, None),
        Place::Answer(thread) => (thread_of(&mut tx, &review, thread).await?.part, Some(thread)),
    };
    let (id, now) = (tx.new_id(), tx.now());
    sqlx::query!(
        "insert into comment (id, review_id, part, parent_id, body, author_id, written_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        review.id.0,
        part.as_str(),
        parent.map(|p| p.0),
        body,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    tx.receipt(actor, once, &format!("/reviews/{reference}#{}", part.as_str())).await?;
    let entry = review
        .entry(Action::ReviewComment)
        .after(json!({ "comment": id, "part": part, "answers": parent, "body": body }));
    tx.commit(actor, entry).await?;
    Ok(id.into())
}

/// Resolves a thread, or opens it again. The part that it stands on.
///
/// # Errors
/// A refusal once the review is closed; [`Error::NotFound`] for a thread of another review.
pub async fn resolve(
    store: &Store,
    actor: &Actor,
    reference: ReviewRef,
    thread: CommentId,
    resolved: bool,
) -> Result<Part> {
    let mut tx = store.begin().await?;
    let review = open_review(&mut tx, actor, reference).await?;
    let found = thread_of(&mut tx, &review, thread).await?;
    if found.resolved == resolved {
        return Ok(found.part);
    }
    let now = tx.now();
    sqlx::query!(
        "update comment set resolved_by = $2, resolved_at = $3 where id = $1",
        thread.0,
        resolved.then_some(actor.id.0),
        resolved.then_some(now)
    )
    .execute(tx.conn())
    .await?;
    let entry = review
        .entry(Action::ReviewComment)
        .before(json!({ "comment": thread, "resolved": found.resolved }))
        .after(json!({ "comment": thread, "resolved": resolved }));
    tx.commit(actor, entry).await?;
    Ok(found.part)
}

async fn open_review(tx: &mut Tx, actor: &Actor, reference: ReviewRef) -> Result<Found> {
    let review = super::find(tx.conn(), actor, reference, true).await?;
    review.system.allow(actor, Action::ReviewComment)?;
    if !review.state.is_open() {
        return Err(Refusal::not_now("The review is closed: its comments stay as they are").into());
    }
    Ok(review)
}

struct Thread {
    part: Part,
    resolved: bool,
}

/// A thread's first comment, in this review.
async fn thread_of(tx: &mut Tx, review: &Found, thread: CommentId) -> Result<Thread> {
    let row = sqlx::query!(
        r#"select part, resolved_at is not null as "resolved!" from comment
           where id = $1 and review_id = $2 and parent_id is null"#,
        thread.0,
        review.id.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Thread { part: row.part.parse()?, resolved: row.resolved })
}
