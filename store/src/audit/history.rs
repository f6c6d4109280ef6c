//! The history of one record. Who sees the record sees what happened to it.

use super::Event;
use crate::relation;
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::ids::SystemId;
use domain::page::{PAGE_ROWS, Page};
use domain::policy::{self, Action, Relation};
use sqlx::PgConnection;
use uuid::Uuid;

/// Events of the record and those that name it (a system's history holds that of its risks), newest first.
///
/// # Errors
/// [`Error::NotFound`] when there is no such record or the person may not see it. The history of what belongs to no
/// system (people, units) is for those who read the whole trail.
pub async fn history(store: &Store, actor: &Actor, subject: Uuid, after: Option<&str>) -> Result<Page<Event>> {
    let mut conn = store.pool().acquire().await?;
    may_see(&mut conn, actor, subject).await?;
    let rows = sqlx::query_scalar!(
        "select body from audit_event
         where (subject_id = $1 or related @> array[$1]) and ($2::bigint is null or seq < $2)
         order by seq desc limit $3",
        subject,
        after.and_then(|cursor| cursor.parse::<i64>().ok()),
        PAGE_ROWS as i64 + 1,
    )
    .fetch_all(&mut *conn)
    .await?;
    let events = rows.iter().map(|body| Event::read(body)).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(events, PAGE_ROWS, |event| event.seq.to_string()))
}

async fn may_see(conn: &mut PgConnection, actor: &Actor, subject: Uuid) -> Result<()> {
    let owner = sqlx::query!(
        r#"select system_id as "system_id!", assigned as "assigned!" from (
             select id as system_id, false as assigned from system where id = $1
             union all select system_id, false from risk where id = $1
             union all select system_id, assignee_id is not distinct from $2 from mitigation where id = $1
             union all select system_id, false from evidence where id = $1
             union all select system_id, false from review where id = $1
             union all select system_id, false from decision where id = $1) found"#,
        subject,
        actor.id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(record) = owner else {
        return policy::allow(actor, Action::AuditRead, Relation::default()).map_err(|_| Error::NotFound);
    };
    let located = relation::locate_id(conn, actor, SystemId(record.system_id), false).await?;
    let works_on_it = located.relation.owner || located.relation.contributor;
    // An assignee sees their mitigation, not the rest of the system.
    if works_on_it || actor.reads_all() || record.assigned { Ok(()) } else { Err(Error::NotFound) }
}
