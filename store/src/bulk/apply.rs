//! Carrying a bulk change out.

use super::{Change, Done, counted, words};
use crate::{Error, Result, Store, mitigations, risks, systems};
use domain::actor::Actor;
use domain::ids::{MitigationRef, RiskRef, SystemRef};
use domain::risk::Status;

/// Changes the records, each on the version that was previewed. `why` goes into each one's audit event.
///
/// # Errors
/// A refusal for no records or too many. Once something was changed, whatever happens to a record is in its report.
pub async fn apply(
    store: &Store,
    actor: &Actor,
    records: &[(i64, i32)],
    change: &Change,
    why: &str,
) -> Result<Vec<Done>> {
    counted(&records.iter().map(|(number, _)| *number).collect::<Vec<_>>())?;
    let mut all: Vec<Done> = Vec::with_capacity(records.len());
    for (number, version) in records {
        let refused = match one(store, actor, *number, *version, change, why).await {
            Ok(()) => None,
            Err(Error::Refused(refusal)) => Some(words(&refusal)),
            Err(Error::Stale { .. }) => Some("Somebody changed it since the preview".to_owned()),
            Err(Error::NotFound) => Some("It does not exist, or you may not see it any more".to_owned()),
            Err(other) if all.iter().all(|done| done.refused.is_some()) => return Err(other),
            Err(other) => {
                tracing::error!(error = %other, number, "a bulk change stopped at this record");
                Some("The register could not do it just now: try again".to_owned())
            }
        };
        all.push(Done { number: *number, refused });
    }
    Ok(all)
}

/// One record, by its own verb.
async fn one(store: &Store, actor: &Actor, number: i64, version: i32, change: &Change, why: &str) -> Result<()> {
    let (risk, mitigation, system) = (RiskRef(number), MitigationRef(number), SystemRef(number));
    let note = Some(why);
    match *change {
        Change::RiskStatus(Status::Closed) => risks::close(store, actor, risk, version, why).await,
        Change::RiskStatus(status) => {
            risks::handle::change(store, actor, risk, version, note, |old| domain::risk::Handling { status, ..old })
                .await
        }
        Change::RiskOwner(owner) => {
            risks::handle::change(store, actor, risk, version, note, |old| domain::risk::Handling { owner, ..old })
                .await
        }
        Change::MitigationStatus(to) => mitigations::advance(store, actor, mitigation, version, to, note).await,
        Change::Assignee(assignee) => {
            let new = |old| mitigations::MitigationText { assignee, ..old };
            mitigations::edit::change(store, actor, mitigation, version, note, new).await
        }
        Change::Due(day) => {
            let new = |old| mitigations::MitigationText { due_on: Some(day), ..old };
            mitigations::edit::change(store, actor, mitigation, version, note, new).await
        }
        Change::SystemOwner(to) => systems::people::hand_over(store, actor, system, version, to, false, note).await,
        Change::SystemUnit(unit) => {
            systems::edit::change(store, actor, system, version, note, |old| domain::system::Registration {
                unit,
                ..old
            })
            .await
        }
    }
}
