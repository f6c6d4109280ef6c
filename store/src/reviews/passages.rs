//! A system's passages through the committee, newest first.

use crate::relation::{self, Located};
use crate::{Error, Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::Actor;
use domain::ids::{DecisionRef, ReviewRef, SystemRef};
use domain::review::{Outcome, State};

/// Passages shown; a system has a few a year.
const SHOWN: i64 = 200;

/// One passage.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The review.
    pub reference: ReviewRef,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub state_since: DateTime<Utc>,
    /// Why, where a reason was given.
    pub state_reason: Option<String>,
    /// When it last came to the committee.
    pub submitted_at: Option<DateTime<Utc>>,
    /// How often it was submitted.
    pub revisions: i64,
    /// Threads that are open.
    pub open_comments: i64,
    /// Its decision, if there is one.
    pub decision: Option<(DecisionRef, Outcome, Option<NaiveDate>)>,
}

/// The passages of a system.
///
/// # Errors
/// [`Error::NotFound`] for people who don't read its reviews.
pub async fn passages(store: &Store, actor: &Actor, reference: SystemRef) -> Result<(Located, Vec<Passage>)> {
    let mut conn = store.pool().acquire().await?;
    let system = relation::locate(&mut conn, actor, reference, false).await?;
    if !super::reads(actor, &system) {
        return Err(Error::NotFound);
    }
    let rows = sqlx::query!(
        r#"select r.number, r.state, r.state_since, r.state_reason, r.submitted_at,
             (select count(*) from dossier b where b.review_id = r.id) as "revisions!",
             (select count(*) from comment c where c.review_id = r.id and c.parent_id is null and c.resolved_at is null)
               as "open_comments!",
             d.number as "decision?", d.outcome as "outcome?", d.valid_until as "valid_until?"
           from review r left join decision d on d.review_id = r.id
           where r.system_id = $1 order by r.opened_at desc, r.id desc limit $2"#,
        system.id.0,
        SHOWN
    )
    .fetch_all(&mut *conn)
    .await?;
    let passages = rows
        .into_iter()
        .map(|r| {
            let decision = match (r.decision, r.outcome) {
                (Some(number), Some(outcome)) => Some((DecisionRef(number), outcome.parse()?, r.valid_until)),
                _ => None,
            };
            Ok(Passage {
                reference: ReviewRef(r.number),
                state: r.state.parse()?,
                state_since: r.state_since,
                state_reason: r.state_reason,
                submitted_at: r.submitted_at,
                revisions: r.revisions,
                open_comments: r.open_comments,
                decision,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok((system, passages))
}
