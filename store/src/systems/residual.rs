//! The risks of a system that weigh most now, for its overview: one statement.

use crate::{Result, Store};
use domain::ids::{RiskRef, SystemId};

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

/// The heaviest open risks, and how many lie above appetite.
pub async fn top(store: &Store, system: SystemId) -> Result<(Vec<TopRisk>, i64)> {
    let rows = sqlx::query!(
        r#"select number, title, residual_likelihood, residual_impact, residual_level, residual_above,
             count(*) filter (where residual_above) over () as "above!"
           from risk where system_id = $1 and status <> 'closed'
           order by residual_above desc, residual_score desc nulls last, number limit $2"#,
        system.0,
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
    Ok((risks.collect(), above))
}
