//! Near-duplicates of a name, so that a system is not registered twice.

use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::SystemRef;
use domain::policy::{self, Action, Relation};

/// Least likeness (trigram similarity) of a name that this person may see.
const LIKE: f32 = 0.35;
/// Least likeness at which a system that the person may not see is hinted at: nearly the same name.
const NEARLY_THE_SAME: f32 = 0.7;
/// Most rows.
const ROWS: i64 = 5;

/// A system with a name like the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// Reference and name; none for a system that this person may not see. That one exists is said all the same,
    /// because registering it twice costs more than this tells; what it is called and whose it is stays untold.
    pub shown: Option<(SystemRef, String)>,
    /// Where to ask.
    pub unit: String,
}

/// Systems with similar names, the most alike first.
pub async fn similar(store: &Store, actor: &Actor, name: &str) -> Result<Vec<Similar>> {
    policy::allow(actor, Action::SystemRegister, Relation::default())?;
    let name: String = name.trim().to_lowercase().chars().take(domain::text::LINE_MAX).collect();
    if name.chars().count() < 3 {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select number as "number!", name as "name!", unit as "unit!", seen as "seen!" from (
             select s.number, s.name, u.name as unit, similarity(lower(s.name), $1) as likeness,
               $2 or s.owner_id = $3 or exists (
                 select from system_contributor c where c.system_id = s.id and c.person_id = $3) as seen
             from system s join business_unit u on u.id = s.business_unit_id
             where lower(s.name) % $1
           ) x
           where likeness >= case when seen then $4::real else $5::real end
           order by likeness desc, number limit $6"#,
        name,
        actor.reads_all(),
        actor.id.0,
        LIKE,
        NEARLY_THE_SAME,
        ROWS
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Similar { shown: r.seen.then_some((SystemRef(r.number), r.name)), unit: r.unit })
        .collect())
}
