//! Frameworks that were loaded from a file: what they are, and the official texts that are shown under our questions.

use crate::audit::Entry;
use crate::tx::Who;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::framework::import::Imported;
use domain::policy::{self, Action, Relation};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Loaded {
    /// Controls in it.
    pub controls: usize,
    /// Of those, texts of AI RMF 1.0 that are now shown under the questions.
    pub texts: usize,
    /// Whether it took the place of an older version of itself.
    pub replaced: bool,
}

/// Keeps a framework; the same one again takes its own place.
///
/// # Errors
/// A refusal to anybody but administrators.
pub async fn import(store: &Store, actor: &Actor, imported: &Imported) -> Result<Loaded> {
    policy::allow(actor, Action::FrameworksManage, Relation::default())?;
    let mut tx = store.begin().await?;
    let official: BTreeMap<&str, &str> = imported
        .official_texts()
        .filter_map(|(asked, control)| Some((asked.id.as_str(), control.text.as_deref()?)))
        .collect();
    let body = json!({ "imported": imported, "official": official });
    let now = tx.now();
    let version = sqlx::query_scalar!(
        "insert into framework (key, body, changed_at, changed_by) values ($1, $2, $3, $4)
         on conflict (key) do update set body = excluded.body, version = framework.version + 1, removed_at = null,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by
         returning version",
        imported.key,
        body,
        now,
        actor.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    let loaded = Loaded { controls: imported.controls.len(), texts: official.len(), replaced: version > 1 };
    let entry = Entry::new("framework.import", "framework", None, &imported.key).after(json!({
        "title": imported.title, "version": imported.version, "controls": loaded.controls, "texts": loaded.texts,
    }));
    tx.commit(Who::Person(actor), entry).await?;
    Ok(loaded)
}

/// Official texts by identifier, of every framework that brought some; the newest file counts.
pub(super) async fn texts(conn: &mut PgConnection) -> Result<BTreeMap<String, String>> {
    let bodies = sqlx::query_scalar!(
        r#"select body -> 'official' as "official!" from framework where removed_at is null order by changed_at"#
    )
    .fetch_all(conn)
    .await?;
    let mut all = BTreeMap::new();
    for body in bodies {
        all.extend(serde_json::from_value::<BTreeMap<String, String>>(body)?);
    }
    Ok(all)
}
