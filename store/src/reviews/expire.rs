//! A job: approvals whose last day is over end, each in its own transaction.

use crate::audit::Entry;
use crate::tx::Who;
use crate::{Result, Store};
use domain::ids::ReviewRef;
use domain::review::{State, Verb, advance};
use serde_json::json;
use uuid::Uuid;

/// Most approvals of one run: the next run goes on.
pub const RUN_MAX: i64 = 500;

/// Ends approvals that are past their last day. The number of those ended.
///
/// A system's standing never waits for this: it is computed from the date. Any number of programs may run it at once.
pub async fn expire(store: &Store) -> Result<usize> {
    let due = sqlx::query!(
        "select r.id, r.system_id from review r join decision d on d.review_id = r.id
         where r.state in ('approved', 'approved_with_conditions') and d.valid_until < $1
         order by d.valid_until limit $2",
        store.today(),
        RUN_MAX
    )
    .fetch_all(store.pool())
    .await?;
    let mut ended = 0;
    for review in due {
        ended += usize::from(expire_one(store, review.id, review.system_id).await?);
    }
    Ok(ended)
}

/// Ends one approval, unless somebody was quicker or is at work on its system.
async fn expire_one(store: &Store, review: Uuid, system: Uuid) -> Result<bool> {
    let mut tx = store.begin().await?;
    let free = sqlx::query_scalar!("select id from system where id = $1 for update skip locked", system)
        .fetch_optional(tx.conn())
        .await?;
    let row = sqlx::query!(
        r#"select r.number, r.state, d.valid_until as "valid_until!" from review r join decision d on d.review_id = r.id
           where r.id = $1 for update of r"#,
        review
    )
    .fetch_one(tx.conn())
    .await?;
    let before: State = row.state.parse()?;
    if free.is_none() || !before.is_approval() {
        return Ok(false);
    }
    let (after, now) = (advance(before, Verb::Expire)?, tx.now());
    sqlx::query!(
        "update review set state = $2, state_since = $3, state_by = null, state_reason = null, version = version + 1
         where id = $1",
        review,
        after.as_str(),
        now
    )
    .execute(tx.conn())
    .await?;
    let entry = Entry::new("review.expire", "review", review, ReviewRef(row.number))
        .related(system)
        .before(json!({ "state": before }))
        .after(json!({ "state": after, "valid_until": row.valid_until }));
    tx.commit(Who::Program("expiry"), entry).await?;
    Ok(true)
}
