//! Mitigations of a bulk change.

use super::{Change, Item, sees, verdict};
use crate::relation::Located;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::{MitigationRef, PersonId, SystemId, SystemRef};
use domain::mitigation::{self, Status};
use domain::policy::{Action, Relation};

/// A mitigation as far as the rules ask.
struct Row {
    located: Located,
    status: Status,
    assignee: Option<PersonId>,
    implemented_by: Option<PersonId>,
    verified_by: Option<PersonId>,
    condition: bool,
}

/// The mitigations as they stand, with a verdict each.
pub(super) async fn items(store: &Store, actor: &Actor, numbers: &[i64], change: &Change) -> Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"select m.number, m.title, m.version, m.assignee_id, p.name as "assignee?", m.due_on, m.status,
             m.implemented_by, m.verified_by, m.decision_id is not null as "condition!", s.id as system_id,
             s.number as system, s.name as system_name, s.version as system_version, s.owner_id = $2 as "own!",
             exists (select from system_contributor c where c.system_id = s.id and c.person_id = $2) as "contributor!",
             exists (select from review r where r.id = s.open_review_id and r.state in ('submitted', 'in_review'))
               as "under_review!", s.stage = 'retired' as "retired!"
           from mitigation m join system s on s.id = m.system_id left join person p on p.id = m.assignee_id
           where m.number = any ($1) order by m.number"#,
        numbers,
        actor.id.0
    )
    .fetch_all(store.pool())
    .await?;
    let mut items = Vec::with_capacity(rows.len());
    for r in rows {
        let relation = Relation {
            owner: r.own,
            contributor: r.contributor,
            assignee: r.assignee_id == Some(actor.id.0),
            ..Relation::default()
        };
        let row = Row {
            located: Located {
                id: SystemId(r.system_id),
                reference: SystemRef(r.system),
                name: r.system_name,
                version: r.system_version,
                relation,
                under_review: r.under_review,
                retired: r.retired,
            },
            status: r.status.parse()?,
            assignee: r.assignee_id.map(PersonId),
            implemented_by: r.implemented_by.map(PersonId),
            verified_by: r.verified_by.map(PersonId),
            condition: r.condition,
        };
        if !sees(actor, &row.located) {
            continue;
        }
        let (before, same) = match change {
            Change::Assignee(to) => (r.assignee.unwrap_or_else(|| "Nobody".to_owned()), row.assignee == *to),
            Change::Due(to) => (r.due_on.map_or("No date".to_owned(), |d| d.to_string()), r.due_on == Some(*to)),
            Change::MitigationStatus(to) => (row.status.label().to_owned(), row.status == *to),
            _ => continue,
        };
        items.push(Item {
            number: r.number,
            reference: MitigationRef(r.number).to_string(),
            title: r.title,
            version: r.version,
            before,
            verdict: verdict(same, if same { Ok(()) } else { allowed(actor, &row, change) })?,
        });
    }
    Ok(items)
}

/// The rules of the verbs that will do it.
fn allowed(actor: &Actor, row: &Row, change: &Change) -> Result<()> {
    let Change::MitigationStatus(to) = *change else {
        row.located.allow_change(actor, Action::MitigationWrite)?;
        return match *change {
            Change::Due(_) if row.condition => {
                Err(Refusal::not_now("A condition keeps the committee's words and date").into())
            }
            Change::Assignee(Some(to)) if row.verified_by == Some(to) => {
                Err(Refusal::not_now("This person verified it: somebody else has to do it").into())
            }
            _ => Ok(()),
        };
    };
    match row.status == Status::Dropped || to == Status::Dropped {
        true => row.located.allow_change(actor, Action::MitigationWrite)?,
        false => row.located.allow(actor, Action::MitigationAdvance)?,
    }
    mitigation::may_report(row.status, to, row.located.relation)?;
    Ok(mitigation::advance(row.status, to, actor.id, row.assignee, row.implemented_by, row.condition)?)
}
