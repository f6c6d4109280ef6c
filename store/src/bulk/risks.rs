//! Risks of a bulk change.

use super::{Change, Item, sees, verdict};
use crate::relation::Located;
use crate::risks::still_open;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::{PersonId, RiskRef, SystemId, SystemRef};
use domain::policy::{Action, Relation};
use domain::risk::Status;

/// The risks as they stand, with a verdict each.
pub(super) async fn items(store: &Store, actor: &Actor, numbers: &[i64], change: &Change) -> Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"select k.number, k.title, k.version, k.owner_id, p.name as "owner?", k.status, s.id as system_id,
             s.number as system, s.name as system_name, s.version as system_version, s.owner_id = $2 as "own!",
             exists (select from system_contributor c where c.system_id = s.id and c.person_id = $2) as "contributor!",
             exists (select from review r where r.id = s.open_review_id and r.state in ('submitted', 'in_review'))
               as "under_review!", s.stage = 'retired' as "retired!"
           from risk k join system s on s.id = k.system_id left join person p on p.id = k.owner_id
           where k.number = any ($1) order by k.number"#,
        numbers,
        actor.id.0
    )
    .fetch_all(store.pool())
    .await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let relation = Relation { owner: row.own, contributor: row.contributor, ..Relation::default() };
        let located = Located {
            id: SystemId(row.system_id),
            reference: SystemRef(row.system),
            name: row.system_name,
            version: row.system_version,
            relation,
            under_review: row.under_review,
            retired: row.retired,
        };
        if !sees(actor, &located) {
            continue;
        }
        let status: Status = row.status.parse()?;
        let allowed = located.allow_change(actor, Action::RiskWrite);
        let (before, same, allowed) = match change {
            Change::RiskStatus(to) => {
                let allowed = if *to == status { allowed } else { allowed.and_then(|()| still_open(status)) };
                (status.label().to_owned(), *to == status, allowed)
            }
            Change::RiskOwner(to) => {
                let same = row.owner_id.map(PersonId) == *to;
                (row.owner.unwrap_or_else(|| "Nobody".to_owned()), same, allowed.and_then(|()| still_open(status)))
            }
            _ => continue,
        };
        items.push(Item {
            number: row.number,
            reference: RiskRef(row.number).to_string(),
            title: row.title,
            version: row.version,
            before,
            verdict: verdict(same, allowed)?,
        });
    }
    Ok(items)
}
