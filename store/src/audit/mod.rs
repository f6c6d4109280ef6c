//! The audit chain: adding to it here; reading, exporting and verifying it in the modules.

mod event;
pub mod head;
pub mod history;
pub mod list;
pub mod verify;

pub use event::{Change, Event};
pub use head::{export as export_head, export_for as export_head_for};
pub use history::history;
pub use list::{Filter, choices, events, list};
pub use verify::{Report, verify, verify_for};

use crate::tx::{Tx, Who};
use crate::{Error, Result};
use domain::audit::{Body, link};
use serde::Serialize;
use uuid::Uuid;

/// What a change was, for the audit trail.
#[derive(Debug, Clone)]
pub struct Entry {
    action: &'static str,
    subject_kind: &'static str,
    subject_id: Option<Uuid>,
    subject: String,
    related: Vec<Uuid>,
    before: serde_json::Value,
    after: serde_json::Value,
}

impl Entry {
    /// `action` is a verb of `domain::policy` or its kin ("risk.rate"); the subject by kind ("risk"), id and reference.
    pub fn new(action: &'static str, kind: &'static str, id: impl Into<Option<Uuid>>, subject: impl ToString) -> Self {
        Self {
            action,
            subject_kind: kind,
            subject_id: id.into(),
            subject: subject.to_string(),
            related: Vec::new(),
            before: serde_json::Value::Null,
            after: serde_json::Value::Null,
        }
    }

    /// Another thing in whose history the event belongs (a risk's system).
    #[must_use]
    pub fn related(mut self, id: impl Into<Uuid>) -> Self {
        self.related.push(id.into());
        self
    }

    /// Values before, by field. Floating-point numbers are refused when it is written.
    #[must_use]
    pub fn before(mut self, value: impl Serialize) -> Self {
        self.before = serde_json::to_value(value).unwrap_or(serde_json::Value::Null);
        self
    }

    /// Values after, by field.
    #[must_use]
    pub fn after(mut self, value: impl Serialize) -> Self {
        self.after = serde_json::to_value(value).unwrap_or(serde_json::Value::Null);
        self
    }

    /// Why it was done, where a reason was given.
    #[must_use]
    pub fn reason(mut self, why: Option<&str>) -> Self {
        if let (Some(why), Some(after)) = (why, self.after.as_object_mut()) {
            after.insert("reason".to_owned(), why.into());
        }
        self
    }

    /// Values before and after of those fields only that differ.
    #[must_use]
    pub fn changed<T: Serialize>(mut self, before: &T, after: &T) -> Self {
        use serde_json::Value;
        self = self.before(before).after(after);
        if let (Value::Object(old), Value::Object(new)) = (&mut self.before, &mut self.after) {
            let same: Vec<String> =
                old.iter().filter(|(k, v)| new.get(*k) == Some(*v)).map(|(k, _)| k.clone()).collect();
            for field in same {
                old.remove(&field);
                new.remove(&field);
            }
        }
        self
    }
}

/// Adds the event. The head stays locked until the transaction ends, so this comes last.
pub(crate) async fn append(tx: &mut Tx, who: Who<'_>, entry: Entry) -> Result<()> {
    let head =
        sqlx::query!(r#"select seq as "seq!", hash as "hash!" from audit_lock_head()"#).fetch_one(tx.conn()).await?;
    let previous: [u8; 32] =
        head.hash.as_slice().try_into().map_err(|_| Error::Stored("the audit head is no SHA-256".to_owned()))?;
    let (actor_id, actor, address, via) = match who {
        Who::Person(p) => (Some(p.id.0), p.name.clone(), p.address.map(|a| a.to_string()), p.token.clone()),
        Who::Program(part) => (None, part.to_owned(), None, None),
    };
    let body = Body {
        seq: head.seq + 1,
        // Taken under the lock, so that time rises with the number.
        at: tx.now(),
        actor_id,
        actor,
        address,
        via,
        action: entry.action.to_owned(),
        subject_kind: entry.subject_kind.to_owned(),
        subject_id: entry.subject_id,
        subject: entry.subject,
        related: entry.related,
        before: entry.before,
        after: entry.after,
    };
    let text = body.text()?;
    let hash = link(&previous, &text);
    sqlx::query!(
        "insert into audit_event
           (seq, at, actor_id, actor, action, subject_kind, subject_id, subject, related, body, previous, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        body.seq,
        body.at,
        body.actor_id,
        body.actor,
        body.action,
        body.subject_kind,
        body.subject_id,
        body.subject,
        &body.related,
        text,
        previous.as_slice(),
        hash.as_slice(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The fields of two values that differ, for an event's before and after.
pub(crate) fn changed(
    before: &impl Serialize,
    after: &impl Serialize,
) -> Result<(serde_json::Value, serde_json::Value)> {
    let (mut before, mut after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    if let (Some(old), Some(new)) = (before.as_object_mut(), after.as_object_mut()) {
        let same: Vec<String> = old.iter().filter(|(k, v)| new.get(*k) == Some(*v)).map(|(k, _)| k.clone()).collect();
        for field in same {
            old.remove(&field);
            new.remove(&field);
        }
    }
    Ok((before, after))
}
