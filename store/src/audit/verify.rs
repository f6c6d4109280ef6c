//! The whole chain, checked event by event, in constant memory.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::audit::{Broken, Columns, Head, Stored, Verifier};
use domain::canonical::hex;
use domain::policy::{self, Action, Relation};
use serde::Serialize;

/// Events that are read at once.
const BATCH: i64 = 500;

/// What a check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether everything holds.
    pub intact: bool,
    /// Events that were checked and hold.
    pub events: i64,
    /// Earlier heads that it was compared with.
    pub compared: Vec<Head>,
    /// Where the chain ends.
    pub head: Option<Head>,
    /// The first event that does not hold.
    pub broken: Option<Broken>,
}

/// Checks the chain, also against heads that were exported earlier. For the operator; people ask [`verify_for`].
///
/// # Errors
/// When the database can't be read. A broken chain is a report, not an error.
pub async fn verify(store: &Store, earlier: Vec<Head>) -> Result<Report> {
    let mut verifier = Verifier::new(earlier.clone());
    // One snapshot: events that are added meanwhile are neither seen nor missed.
    let mut tx = store.pool().begin().await?;
    sqlx::query!("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
    let mut report = Report { intact: false, events: 0, compared: earlier, head: None, broken: None };
    let mut last = i64::MIN;
    loop {
        let rows = sqlx::query!(
            "select seq, at, actor_id, actor, action, subject_kind, subject_id, subject, related, body, previous, hash
             from audit_event where seq > $1 order by seq limit $2",
            last,
            BATCH
        )
        .fetch_all(&mut *tx)
        .await?;
        let Some(end) = rows.last() else { break };
        last = end.seq;
        for row in rows {
            let event = Stored {
                seq: row.seq,
                body: row.body,
                previous: row.previous,
                hash: row.hash,
                columns: Columns {
                    at: row.at,
                    actor_id: row.actor_id,
                    actor: row.actor,
                    action: row.action,
                    subject_kind: row.subject_kind,
                    subject_id: row.subject_id,
                    subject: row.subject,
                    related: row.related,
                },
            };
            if let Err(broken) = verifier.push(&event) {
                report.broken = Some(broken);
                return Ok(report);
            }
            report.events += 1;
        }
    }
    let stored = sqlx::query!("select seq, hash from audit_head").fetch_optional(&mut *tx).await?;
    // A register without a head is as wrong as one with another head.
    let stored = stored.map_or(Head { seq: 0, hash: String::new() }, |h| Head { seq: h.seq, hash: hex(&h.hash) });
    match verifier.finish(Some(&stored)) {
        Ok(head) => (report.head, report.intact) = (Some(head), true),
        Err(broken) => report.broken = Some(broken),
    }
    Ok(report)
}

/// The same for somebody who may read the whole trail.
///
/// # Errors
/// A refusal for others.
pub async fn verify_for(store: &Store, actor: &Actor, earlier: Vec<Head>) -> Result<Report> {
    policy::allow(actor, Action::AuditRead, Relation::default())?;
    verify(store, earlier).await
}
