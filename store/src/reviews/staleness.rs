//! An approval goes stale by itself when what it rests on changes in substance, and is whole again when the change is
//! taken back.

use crate::{Result, Tx};
use domain::ids::SystemId;
use domain::review::dossier::{Dossier, material_changes};

/// Compares the system with the dossier of the approval that it has, if any, and notes since when they differ. Whether
/// that is new.
///
/// One statement where there is no approval in force: most changes are made before one.
pub async fn refresh(tx: &mut Tx, system: SystemId) -> Result<bool> {
    let approval = sqlx::query!(
        r#"select b.body, s.stale_since is not null as "stale!"
           from system s
           join decision d on d.id = s.decision_id and d.outcome <> 'rejected'
           join dossier b on b.id = d.dossier_id
           where s.id = $1 and not exists (select from decision_end e where e.decision_id = d.id)"#,
        system.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(approval) = approval else { return Ok(false) };
    let decided: Dossier = serde_json::from_str(&approval.body)?;
    let differs = match super::dossier::load(tx.conn(), system).await? {
        Some(now) => !material_changes(&decided, &now).is_empty(),
        None => true,
    };
    if differs == approval.stale {
        return Ok(false);
    }
    let since = differs.then(|| tx.now());
    sqlx::query!("update system set stale_since = $2 where id = $1", system.0, since).execute(tx.conn()).await?;
    Ok(true)
}
