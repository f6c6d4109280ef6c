//! The risks of a system that weigh most now, for its overview: one statement.

use crate::relation::Located;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::RiskRef;
use domain::policy::{self, Relation};

/// Rows.
const TOP: i64 = 5;

/// A risk as it stands.
#[derive(Debug, Clone)]
pub struct TopRisk {
    /// Its reference.
    pub reference: RiskRef,
    /// Its title.
    pub title: String,
    /// Residual likelihood, impact and level; none before it is rated.
    pub residual: Option<(i16, i16, i16)>,
    /// Whether that lies above appetite.
    pub above: bool,
}

/// The heaviest open risks, and how many lie above appetite. Nothing for those who see a system only because they have a
/// mitigation of it to do: they see the risks that it treats, on its page.
pub async fn top(store: &Store, actor: &Actor, system: &Located) -> Result<Option<(Vec<TopRisk>, i64)>> {
    if !policy::sees(actor, Relation { assignee: false, ..system.relation }) {
        return Ok(None);
    }
    let rows = sqlx::query!(
        r#"select number, title, residual_likelihood, residual_impact, residual_level, residual_above,
             count(*) filter (where residual_above) over () as "above!"
           from risk where system_id = $1 and status <> 'closed'
           order by residual_above desc, residual_score desc nulls last, number limit $2"#,
        system.id.0,
        TOP
    )
    .fetch_all(store.pool())
    .await?;
    let above = rows.first().map_or(0, |r| r.above);
    let risks = rows.into_iter().map(|r| TopRisk {
        reference: RiskRef(r.number),
        title: r.title,
        residual: match (r.residual_likelihood, r.residual_impact, r.residual_level) {
            (Some(l), Some(i), Some(level)) => Some((l, i, level)),
            _ => None,
        },
        above: r.residual_above,
    });
    Ok(Some((risks.collect(), above)))
}
