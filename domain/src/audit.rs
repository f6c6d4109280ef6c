//! The audit trail: what an event holds, how events are chained, and how a chain is verified.
//!
//! hash(n) = SHA-256( hash(n − 1) ‖ body(n) ), where body is canonical JSON and holds its own number. The first event
//! follows [`GENESIS`]. Numbers have no gaps, so a missing event shows; a cut tail and a chain rewritten as a whole show
//! against a head that was exported before.

use crate::canonical;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the first event follows.
pub const GENESIS: [u8; 32] = [0; 32];

/// Everything about one event; its canonical text is what is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Number in the chain, from 1, without gaps.
    pub seq: i64,
    /// When, to the microsecond.
    pub at: DateTime<Utc>,
    /// Who; none for the program itself.
    pub actor_id: Option<Uuid>,
    /// Their name then, or the program's part that acted.
    pub actor: String,
    /// From where (address), or none for the command line and jobs.
    pub address: Option<String>,
    /// The API token that it was done with; left out of the text where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<crate::actor::Via>,
    /// What was done ("risk.rate").
    pub action: String,
    /// Kind of the thing ("risk").
    pub subject_kind: String,
    /// The thing.
    pub subject_id: Option<Uuid>,
    /// Its reference or name ("R-340").
    pub subject: String,
    /// Other things that it concerns (the risk's system, …), for histories.
    pub related: Vec<Uuid>,
    /// Values before, by field.
    pub before: serde_json::Value,
    /// Values after, by field.
    pub after: serde_json::Value,
}

impl Body {
    /// The canonical text.
    ///
    /// # Errors
    /// When a value holds a floating-point number.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        canonical::to_string(self)
    }
}

/// The hash of an event.
pub fn link(previous: &[u8; 32], body: &str) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(32 + body.len());
    bytes.extend_from_slice(previous);
    bytes.extend_from_slice(body.as_bytes());
    canonical::sha256(&bytes)
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The column beside the body; must equal it.
    pub seq: i64,
    /// Canonical text.
    pub body: String,
    /// Hash of the event before.
    pub previous: Vec<u8>,
    /// Hash of this event.
    pub hash: Vec<u8>,
    /// The columns by which people filter, as they are stored; must equal the body's.
    pub columns: Columns,
}

/// Copies of the body's values, kept for filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// [`Body::at`]
    pub at: DateTime<Utc>,
    /// [`Body::actor_id`]
    pub actor_id: Option<Uuid>,
    /// [`Body::actor`]
    pub actor: String,
    /// [`Body::action`]
    pub action: String,
    /// [`Body::subject_kind`]
    pub subject_kind: String,
    /// [`Body::subject_id`]
    pub subject_id: Option<Uuid>,
    /// [`Body::subject`]
    pub subject: String,
    /// [`Body::related`]
    pub related: Vec<Uuid>,
}

impl Columns {
    /// The columns that belong to a body.
    pub fn of(body: &Body) -> Self {
        Self {
            at: body.at,
            actor_id: body.actor_id,
            actor: body.actor.clone(),
            action: body.action.clone(),
            subject_kind: body.subject_kind.clone(),
            subject_id: body.subject_id,
            subject: body.subject.clone(),
            related: body.related.clone(),
        }
    }
}

/// A point of the chain, exported and compared later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Number of the last event.
    pub seq: i64,
    /// Its hash, hexadecimal.
    pub hash: String,
}

/// Where and how a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Number of the first event that does not hold.
    pub seq: i64,
    /// What is wrong with it.
    pub why: String,
}

/// Checks a chain event by event, in order; holds constant memory.
#[derive(Debug, Clone)]
pub struct Verifier {
    last: i64,
    hash: [u8; 32],
    checkpoints: Vec<Head>,
}

impl Verifier {
    /// Begins at the first event. `checkpoints` are heads exported earlier.
    pub fn new(mut checkpoints: Vec<Head>) -> Self {
        checkpoints.sort_by_key(|h| h.seq);
        Self { last: 0, hash: GENESIS, checkpoints }
    }

    /// Checks the next event.
    ///
    /// # Errors
    /// The first thing that does not hold; the verifier is of no further use then.
    pub fn push(&mut self, event: &Stored) -> Result<(), Broken> {
        let expected = self.last + 1;
        let broken = |why: String| Err(Broken { seq: expected, why });
        if event.seq != expected {
            return broken(format!("event {expected} is missing; {} follows", event.seq));
        }
        if event.previous != self.hash {
            return broken("it does not name the hash of the event before".to_owned());
        }
        let hash = link(&self.hash, &event.body);
        if event.hash != hash {
            return broken("its content does not give its hash".to_owned());
        }
        let Ok(body) = serde_json::from_str::<Body>(&event.body) else {
            return broken("its content can't be read".to_owned());
        };
        if body.seq != event.seq || Columns::of(&body) != event.columns {
            return broken("a column differs from the content that was hashed".to_owned());
        }
        let exported = self.checkpoints.iter().filter(|h| h.seq == event.seq);
        if exported.map(|h| canonical::unhex32(&h.hash)).any(|exported| exported != Some(hash)) {
            return broken("its hash differs from the one that was exported: the chain was rewritten".to_owned());
        }
        self.last = expected;
        self.hash = hash;
        Ok(())
    }

    /// Ends the check; `stored_head` is what the register says its head is.
    ///
    /// # Errors
    /// When events are missing at the end.
    pub fn finish(self, stored_head: Option<&Head>) -> Result<Head, Broken> {
        let reached = Head { seq: self.last, hash: canonical::hex(&self.hash) };
        let before_all = self.checkpoints.iter().filter(|h| h.seq < 1);
        if before_all.into_iter().any(|h| h.seq < 0 || canonical::unhex32(&h.hash) != Some(GENESIS)) {
            return Err(Broken { seq: 1, why: "a head that was exported names no event of this chain".to_owned() });
        }
        if let Some(head) = self.checkpoints.iter().find(|h| h.seq > self.last) {
            return Err(Broken {
                seq: self.last + 1,
                why: format!(
                    "the chain ends at {}, but a head was exported at {}: the end was cut off",
                    self.last, head.seq
                ),
            });
        }
        if let Some(head) = stored_head
            && *head != reached
        {
            return Err(Broken {
                seq: self.last + 1,
                why: format!("the chain ends at {}, but the register's head is {}", self.last, head.seq),
            });
        }
        Ok(reached)
    }
}
