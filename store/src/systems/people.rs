//! Who works on a system: contributors and the owner. Whoever was ever among them never votes on it.

use crate::audit::Entry;
use crate::error::same_version;
use crate::relation::locate;
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{PersonId, SystemRef};
use domain::policy::Action;
use domain::token;
use serde_json::json;
use sqlx::PgConnection;

/// Adds a contributor; adding one who is there already changes nothing.
pub async fn add(store: &Store, actor: &Actor, reference: SystemRef, person: PersonId) -> Result<()> {
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::SystemTransfer)?;
    let (name, _) = may_work(tx.conn(), person, "person").await?;
    let owner =
        sqlx::query_scalar!("select owner_id from system where id = $1", located.id.0).fetch_one(tx.conn()).await?;
    if owner == person.0 {
        return Err(Refusal::field("person", format!("{name} owns the system already")).into());
    }
    let now = tx.now();
    let added = sqlx::query!(
        "insert into system_contributor (system_id, person_id, added_at) values ($1, $2, $3) on conflict do nothing",
        located.id.0,
        person.0,
        now
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    if added == 0 {
        return Ok(());
    }
    let entry = Entry::new("system.transfer", "system", located.id.0, reference)
        .related(person.0)
        .after(json!({ "contributor": name }));
    tx.commit_content(actor, located.id, entry).await
}

/// Takes a contributor off; they stay involved.
pub async fn remove(store: &Store, actor: &Actor, reference: SystemRef, person: PersonId) -> Result<()> {
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::SystemTransfer)?;
    let name = sqlx::query_scalar!(
        "delete from system_contributor c using person p
         where c.system_id = $1 and c.person_id = $2 and p.id = c.person_id returning p.name",
        located.id.0,
        person.0
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let entry = Entry::new("system.transfer", "system", located.id.0, reference)
        .related(person.0)
        .before(json!({ "contributor": name }));
    tx.commit_content(actor, located.id, entry).await
}

/// Gives the system to another owner. The old one stays involved, and goes on as a contributor where `keep` says so.
///
/// # Errors
/// A refusal; [`Error::Stale`] when somebody else changed the system since.
pub async fn transfer(
    store: &Store,
    actor: &Actor,
    reference: SystemRef,
    version: i32,
    to: PersonId,
    keep: bool,
) -> Result<()> {
    hand_over(store, actor, reference, version, to, keep, None).await
}

/// The same; `why` goes into the audit trail.
pub(crate) async fn hand_over(
    store: &Store,
    actor: &Actor,
    reference: SystemRef,
    version: i32,
    to: PersonId,
    keep: bool,
    why: Option<&str>,
) -> Result<()> {
    let mut tx = store.begin().await?;
    let located = locate(tx.conn(), actor, reference, true).await?;
    located.allow_change(actor, Action::SystemTransfer)?;
    same_version(located.version, version)?;
    let new_name = may_hold(tx.conn(), to, "owner").await?;
    let old = sqlx::query!(
        "select p.id, p.name from system s join person p on p.id = s.owner_id where s.id = $1",
        located.id.0
    )
    .fetch_one(tx.conn())
    .await?;
    if old.id == to.0 {
        return Err(Refusal::field("owner", format!("{new_name} owns the system already")).into());
    }
    let now = tx.now();
    sqlx::query!(
        "update system set owner_id = $2, version = version + 1, changed_at = $3, changed_by = $4 where id = $1",
        located.id.0,
        to.0,
        now,
        actor.id.0
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from system_contributor where system_id = $1 and person_id = $2", located.id.0, to.0)
        .execute(tx.conn())
        .await?;
    if keep {
        sqlx::query!(
            "insert into system_contributor (system_id, person_id, added_at) values ($1, $2, $3) on conflict do nothing",
            located.id.0,
            old.id,
            now
        )
        .execute(tx.conn())
        .await?;
    }
    let entry = Entry::new("system.transfer", "system", located.id.0, reference)
        .related(old.id)
        .related(to.0)
        .before(json!({ "owner": old.name }))
        .after(json!({ "owner": new_name, "old_owner_contributes": keep }))
        .reason(why);
    tx.commit_content(actor, located.id, entry).await
}

/// The name of a person who may answer for things: who may work on systems, and is no service account.
pub(crate) async fn may_hold(conn: &mut PgConnection, person: PersonId, field: &str) -> Result<String> {
    let (name, service) = may_work(conn, person, field).await?;
    token::answers_in_person(service).map_err(|why| Refusal::field(field, why.to_string()))?;
    Ok(name)
}

/// The name of whoever may work on systems: active, and neither executive nor auditor (they change nothing). And whether
/// it is a service account.
async fn may_work(conn: &mut PgConnection, person: PersonId, field: &str) -> Result<(String, bool)> {
    let found = sqlx::query!(
        r#"select name, kind = 'service' as "service!" from person
           where id = $1 and deactivated_at is null and not roles && array['executive', 'auditor'] for share"#,
        person.0
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| Refusal::field(field, "Choose somebody who is active and may change things"))?;
    Ok((found.name, found.service))
}
