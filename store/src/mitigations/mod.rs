//! Mitigations: what is done about risks, by whom, until when, and how far it is.

pub mod add;
pub mod advance;
pub mod edit;
pub mod get;
pub mod list;

pub use add::{NewMitigation, NewResidual, add};
pub use advance::advance;
pub use edit::{MitigationText, edit};
pub use get::{MitigationPage, get};
pub use list::{Due, MitigationFilter, MitigationRow, MitigationSort, list};

use crate::relation::{Located, locate_id};
use crate::{Error, Result};
use chrono::NaiveDate;
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{MitigationId, MitigationRef, PersonId, RiskRef, SystemId};
use domain::mitigation::{Kind, Status};
use domain::policy;
use sqlx::PgConnection;

/// A mitigation that is about to be changed, locked with its system.
pub(crate) struct Held {
    pub(crate) located: Located,
    pub(crate) id: MitigationId,
    pub(crate) version: i32,
    pub(crate) title: String,
    pub(crate) kind: Kind,
    pub(crate) description: String,
    pub(crate) assignee: Option<PersonId>,
    pub(crate) due_on: Option<NaiveDate>,
    pub(crate) status: Status,
    pub(crate) implemented_by: Option<PersonId>,
    pub(crate) condition: bool,
    pub(crate) risks: Vec<RiskRef>,
}

/// Finds a mitigation for a change: the system is locked first, then the mitigation.
pub(crate) async fn hold(conn: &mut PgConnection, actor: &Actor, reference: MitigationRef) -> Result<Held> {
    let system = sqlx::query_scalar!("select system_id from mitigation where number = $1", reference.0)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Error::NotFound)?;
    let mut located = locate_id(conn, actor, SystemId(system), true).await?;
    let row = sqlx::query!(
        r#"select id, version, title, kind, description, assignee_id, due_on, status, implemented_by,
             decision_id is not null as "condition!",
             array(select k.number from mitigation_risk r join risk k on k.id = r.risk_id
                   where r.mitigation_id = mitigation.id order by 1) as "risks!"
           from mitigation where number = $1 for update"#,
        reference.0
    )
    .fetch_one(&mut *conn)
    .await?;
    // What counts is the assignment to this mitigation, not to any of the system's.
    located.relation.assignee = row.assignee_id == Some(actor.id.0);
    if !policy::sees(actor, located.relation) {
        return Err(Error::NotFound);
    }
    Ok(Held {
        located,
        id: MitigationId(row.id),
        version: row.version,
        title: row.title,
        kind: row.kind.parse()?,
        description: row.description,
        assignee: row.assignee_id.map(PersonId),
        due_on: row.due_on,
        status: row.status.parse()?,
        implemented_by: row.implemented_by.map(PersonId),
        condition: row.condition,
        risks: row.risks.into_iter().map(RiskRef).collect(),
    })
}

/// A person that does not exist, in words.
pub(crate) fn unknown_assignee(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(db) if db.constraint() == Some("mitigation_assignee_id_fkey") => {
            Refusal::field("assignee", "Choose who does it").into()
        }
        _ => error.into(),
    }
}

/// Finds the risks that a mitigation acts on, all of the same system.
pub(crate) async fn risks_of(
    conn: &mut PgConnection,
    system: SystemId,
    references: &[RiskRef],
) -> Result<Vec<(RiskRef, uuid::Uuid)>> {
    let mut wanted = references.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let found = crate::risks::list::ids_of(conn, system.0, &wanted).await?;
    if found.len() != wanted.len() {
        return Err(Refusal::field("risks", "Choose risks of this system").into());
    }
    Ok(found)
}

/// A due date that somebody meant.
fn plausible(due_on: Option<NaiveDate>) -> Result<()> {
    match due_on.is_none_or(domain::text::is_plausible) {
        true => Ok(()),
        false => Err(Refusal::field("due_on", "Choose a day between 1900 and 2199").into()),
    }
}
