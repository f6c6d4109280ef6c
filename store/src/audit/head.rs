//! The chain's head: exported now, compared later. It shows a cut tail and a chain rewritten as a whole.

use crate::{Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::audit::Head;
use domain::canonical::hex;
use domain::policy::{self, Action, Relation};
use serde::{Deserialize, Serialize};

/// A head with the time of its export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Number and hash of the last event.
    #[serde(flatten)]
    pub head: Head,
    /// When it was exported.
    pub exported_at: DateTime<Utc>,
}

/// The head as it is now. For the operator; people ask [`export_for`].
///
/// # Errors
/// When the database can't be read.
pub async fn export(store: &Store) -> Result<Export> {
    let row = sqlx::query!("select seq, hash from audit_head").fetch_one(store.pool()).await?;
    Ok(Export { head: Head { seq: row.seq, hash: hex(&row.hash) }, exported_at: store.now() })
}

/// The same for somebody who may read the whole trail.
///
/// # Errors
/// A refusal for others.
pub async fn export_for(store: &Store, actor: &Actor) -> Result<Export> {
    policy::allow(actor, Action::AuditRead, Relation::default())?;
    export(store).await
}

/// Reads heads that were exported earlier: one, or a list of them.
///
/// # Errors
/// A message in words.
pub fn parse(text: &str) -> Result<Vec<Head>, &'static str> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        One(Head),
        Many(Vec<Head>),
    }
    const WRONG: &str = "This is not a head that was exported here";
    let heads = match serde_json::from_str(text).map_err(|_| WRONG)? {
        Given::One(head) => vec![head],
        Given::Many(heads) => heads,
    };
    let good = |head: &Head| head.seq >= 0 && domain::canonical::unhex32(&head.hash).is_some();
    if !heads.is_empty() && heads.iter().all(good) { Ok(heads) } else { Err(WRONG) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_read_again_and_nothing_else_is() {
        let head = Head { seq: 3, hash: "ab".repeat(32) };
        let export = Export { head: head.clone(), exported_at: DateTime::UNIX_EPOCH };
        assert_eq!(parse(&serde_json::to_string(&export).unwrap()), Ok(vec![head.clone()]));
        assert_eq!(parse(&serde_json::to_string(&[&head, &head]).unwrap()), Ok(vec![head.clone(), head]));
        for wrong in ["", "[]", "{}", r#"{"seq":1,"hash":"x"}"#, r#"{"seq":-1,"hash":""}"#, "seq 3"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
