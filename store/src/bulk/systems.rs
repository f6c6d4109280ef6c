//! Systems of a bulk change.

use super::{Change, Item, sees, verdict};
use crate::relation::Located;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::{SystemId, SystemRef};
use domain::policy::{Action, Relation};

/// The systems as they stand, with a verdict each.
pub(super) async fn items(store: &Store, actor: &Actor, numbers: &[i64], change: &Change) -> Result<Vec<Item>> {
    let rows = sqlx::query!(
        r#"select s.id, s.number, s.name, s.version, s.owner_id, p.name as owner, s.business_unit_id, u.name as unit,
             exists (select from system_contributor c where c.system_id = s.id and c.person_id = $2) as "contributor!",
             exists (select from review r where r.id = s.open_review_id and r.state in ('submitted', 'in_review'))
               as "under_review!", s.stage = 'retired' as "retired!"
           from system s join person p on p.id = s.owner_id join business_unit u on u.id = s.business_unit_id
           where s.number = any ($1) order by s.number"#,
        numbers,
        actor.id.0
    )
    .fetch_all(store.pool())
    .await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let relation =
            Relation { owner: row.owner_id == actor.id.0, contributor: row.contributor, ..Relation::default() };
        let reference = SystemRef(row.number);
        let located = Located {
            id: SystemId(row.id),
            reference,
            name: row.name.clone(),
            version: row.version,
            relation,
            under_review: row.under_review,
            retired: row.retired,
        };
        if !sees(actor, &located) {
            continue;
        }
        let (before, same, action) = match change {
            Change::SystemOwner(to) => (row.owner, row.owner_id == to.0, Action::SystemTransfer),
            Change::SystemUnit(to) => (row.unit, row.business_unit_id == to.0, Action::SystemEdit),
            _ => continue,
        };
        items.push(Item {
            number: row.number,
            reference: reference.to_string(),
            title: row.name,
            version: row.version,
            before,
            verdict: verdict(same, located.allow_change(actor, action))?,
        });
    }
    Ok(items)
}
