//! Mitigations: what is done about a risk, by whom, until when.

use crate::error::Refusal;
use crate::ids::PersonId;

crate::words! {
    /// How a mitigation acts.
    Kind {
        Preventive = "preventive", "Preventive";
        Detective = "detective", "Detective";
        Corrective = "corrective", "Corrective";
    }
}

crate::words! {
    /// How far it is.
    Status {
        Planned = "planned", "Planned";
        InProgress = "in_progress", "In progress";
        Implemented = "implemented", "Implemented";
        Verified = "verified", "Verified";
        Dropped = "dropped", "Dropped";
    }
}

impl Status {
    /// Whether work is still to be done: only such mitigations can be overdue.
    pub const fn is_open(self) -> bool {
        matches!(self, Status::Planned | Status::InProgress)
    }
}

/// Whether a mitigation may go from one status to another, and by whom.
///
/// Verification is somebody else's: neither the assignee nor the person who reported it implemented.
/// A condition of a decision can't be dropped.
///
/// # Errors
/// [`Refusal::NotNow`] for a move that does not exist, [`Refusal::Forbidden`] for one that this person may not make.
pub fn advance(
    from: Status,
    to: Status,
    by: PersonId,
    assignee: Option<PersonId>,
    implemented_by: Option<PersonId>,
    is_condition: bool,
) -> Result<(), Refusal> {
    use Status as S;
    let allowed = match (from, to) {
        (S::Planned, S::InProgress | S::Implemented | S::Dropped)
        | (S::InProgress, S::Planned | S::Implemented | S::Dropped)
        | (S::Implemented, S::InProgress | S::Verified | S::Dropped)
        | (S::Verified, S::InProgress)
        | (S::Dropped, S::Planned) => true,
        _ => false,
    };
    if !allowed {
        return Err(Refusal::not_now(format!("A mitigation that is {} can't become {}", low(from), low(to))));
    }
    if to == S::Dropped && is_condition {
        return Err(Refusal::not_now("A condition of the committee can't be dropped"));
    }
    if to == S::Verified && (assignee == Some(by) || implemented_by == Some(by)) {
        return Err(Refusal::forbidden("Somebody other than the person who did the work has to verify it"));
    }
    Ok(())
}

fn low(status: Status) -> String {
    status.label().to_lowercase()
}
