//! An event as people read it.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::audit::Body;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// One field before and after, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Name of the field.
    pub field: String,
    /// Value before; none when there was nothing.
    pub before: Option<String>,
    /// Value after; none when there is nothing.
    pub after: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Number in the chain.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by name then; the program's part otherwise.
    pub actor: String,
    /// Whether a person did it.
    pub by_person: bool,
    /// From where.
    pub address: Option<String>,
    /// The API token that it was done with: its name, and who answers for it.
    pub via: Option<domain::actor::Via>,
    /// What was done ("risk.rate").
    pub action: String,
    /// Kind of the thing ("risk").
    pub subject_kind: String,
    /// The thing.
    pub subject_id: Option<Uuid>,
    /// Its reference or name.
    pub subject: String,
    /// What it changed, field by field.
    pub changes: Vec<Change>,
}

impl Event {
    /// Reads the text that was hashed: what people see is what the chain protects.
    pub(super) fn read(body: &str) -> Result<Self> {
        let body: Body = serde_json::from_str(body).map_err(|e| Error::Stored(format!("audit event: {e}")))?;
        Ok(Self {
            seq: body.seq,
            at: body.at,
            by_person: body.actor_id.is_some(),
            actor: body.actor,
            address: body.address,
            via: body.via,
            action: body.action,
            subject_kind: body.subject_kind,
            subject_id: body.subject_id,
            subject: body.subject,
            changes: changes(&body.before, &body.after),
        })
    }
}

/// The fields that differ. A value that is no object counts as one nameless field.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let fields = |value: &Value| match value {
        Value::Object(map) => map.clone(),
        Value::Null => serde_json::Map::new(),
        other => std::iter::once(("value".to_owned(), other.clone())).collect(),
    };
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| Change { field: name.clone(), before: text(before.get(name)), after: text(after.get(name)) })
        .filter(|change| change.before != change.after)
        .collect()
}

/// A value in words; nested ones as lines.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) if items.iter().all(|i| !i.is_object() && !i.is_array()) => {
            Some(items.iter().filter_map(|i| text(Some(i))).collect::<Vec<_>>().join(", "))
        }
        nested => serde_json::to_string_pretty(nested).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_shown_and_nothing_is_nothing() {
        let found = changes(
            &json!({"name": "Fraud model", "stage": "pilot", "vendor": null, "tags": []}),
            &json!({"name": "Fraud model", "stage": "production", "vendor": "", "tags": ["a", "b"]}),
        );
        let row = |field: &str, before: Option<&str>, after: Option<&str>| Change {
            field: field.into(),
            before: before.map(Into::into),
            after: after.map(Into::into),
        };
        assert_eq!(found, [row("stage", Some("pilot"), Some("production")), row("tags", None, Some("a, b"))]);
        assert_eq!(changes(&Value::Null, &json!({"done": true})), [row("done", None, Some("yes"))]);
    }
}
