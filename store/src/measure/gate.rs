//! What the gate rests on, read in one snapshot.

use super::board::{self, Board};
use crate::relation::locate;
use crate::{Error, Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::canonical::hex;
use domain::ids::{DecisionRef, MitigationRef, SystemId, SystemRef};
use domain::measure::gate::{Approval, Condition, Facts, Gate, gate};
use domain::review::dossier::Dossier;
use domain::system::Status;
use sqlx::PgConnection;

/// The answer of the gate, and what it was found on.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The answer.
    pub gate: Gate,
    /// Where the system stands.
    pub status: Status,
    /// Its approval, if its newest decision was one.
    pub approval: Option<Approval>,
    /// What its evidence comes to.
    pub board: Board,
    /// The model version that was asked about.
    pub model: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Asks the gate of a system, for the model version that is to be deployed where one is named.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or the person may not see its content.
pub async fn ask(store: &Store, actor: &Actor, reference: SystemRef, model: Option<&str>) -> Result<Answer> {
    let mut tx = store.begin().await?;
    sqlx::query!("set transaction isolation level repeatable read read only").execute(tx.conn()).await?;
    let located = locate(tx.conn(), actor, reference, false).await?;
    if !located.sees_content(actor) {
        return Err(Error::NotFound);
    }
    let (status, approval, conditions) = standing(tx.conn(), located.id, store.today()).await?;
    let board = board::of(tx.conn(), located, store.today()).await?;
    let gate = gate(&Facts {
        status,
        approval: approval.as_ref(),
        conditions: &conditions,
        scorecard: &board.scorecard,
        model,
        today: board.today,
    });
    Ok(Answer { gate, status, approval, board, model: model.map(str::to_owned), at: store.now() })
}

async fn standing(
    conn: &mut PgConnection,
    system: SystemId,
    today: chrono::NaiveDate,
) -> Result<(Status, Option<Approval>, Vec<Condition>)> {
    let row = sqlx::query!(
        r#"select system_status(s.stage, s.tier, t.open_state, t.outcome, t.ended, t.valid_until, t.condition_due,
               s.stale_since, $2) as "status!",
             s.stale_since, d.id as "decision?", d.number as "number?", d.valid_until as "valid_until?",
             d.dossier_sha256 as "sha256?", b.body as "body?", e.kind as "ended?"
           from system s
           join system_standing t on t.system_id = s.id
           left join decision d on d.id = s.decision_id and d.outcome <> 'rejected'
           left join dossier b on b.id = d.dossier_id
           left join decision_end e on e.decision_id = d.id
           where s.id = $1"#,
        system.0,
        today
    )
    .fetch_one(&mut *conn)
    .await?;
    let status = row.status.parse()?;
    let (Some(decision), Some(number), Some(sha256), Some(body)) = (row.decision, row.number, row.sha256, row.body)
    else {
        return Ok((status, None, Vec::new()));
    };
    let dossier: Dossier = serde_json::from_str(&body)?;
    let approval = Approval {
        reference: DecisionRef(number),
        ended: row.ended,
        valid_until: row.valid_until,
        dossier_sha256: hex(&sha256),
        models: dossier.system.context.models,
        stale_since: row.stale_since,
    };
    let rows = sqlx::query!(
        "select number, title, due_on, status from mitigation where decision_id = $1 order by number",
        decision
    )
    .fetch_all(conn)
    .await?;
    let conditions = rows
        .into_iter()
        .map(|r| {
            Ok(Condition {
                reference: MitigationRef(r.number),
                title: r.title,
                due_on: r.due_on,
                status: r.status.parse()?,
            })
        })
        .collect::<Result<_>>()?;
    Ok((status, Some(approval), conditions))
}
