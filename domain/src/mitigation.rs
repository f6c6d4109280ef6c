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
    let allowed = matches!(
        (from, to),
        (S::Planned, S::InProgress | S::Implemented | S::Dropped)
            | (S::InProgress, S::Planned | S::Implemented | S::Dropped)
            | (S::Implemented, S::InProgress | S::Verified | S::Dropped)
            | (S::Verified, S::InProgress)
            | (S::Dropped, S::Planned)
    );
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

/// Whether somebody may report this status: those who work on the system and the assignee report progress; whoever else
/// looks at it (the committee) may verify it or send it back to work.
///
/// # Errors
/// [`Refusal::Forbidden`].
pub fn may_report(from: Status, to: Status, relation: crate::policy::Relation) -> Result<(), Refusal> {
    let works_on_it = relation.owner || relation.contributor || relation.assignee;
    let judges =
        matches!((from, to), (_, Status::Verified) | (Status::Implemented | Status::Verified, Status::InProgress));
    if works_on_it || judges {
        return Ok(());
    }
    Err(Refusal::forbidden("Progress is reported by those who work on it; you may verify it or send it back"))
}

fn low(status: Status) -> String {
    status.label().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn status() -> impl Strategy<Value = Status> {
        prop::sample::select(Status::ALL.to_vec())
    }

    /// Few people, so that they often coincide.
    fn person() -> impl Strategy<Value = PersonId> {
        (1..4u128).prop_map(|n| PersonId(Uuid::from_u128(n)))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        /// Whatever is reported by whomever: nobody verifies their own work, no condition is dropped, and what is
        /// verified was implemented before.
        #[test]
        fn no_sequence_of_reports_breaks_the_rules(
            reports in prop::collection::vec((status(), person()), 1..30),
            assignee in prop::option::of(person()),
            condition: bool,
        ) {
            let (mut now, mut done_by) = (Status::Planned, None);
            for (to, by) in reports {
                if advance(now, to, by, assignee, done_by, condition).is_err() {
                    continue;
                }
                match to {
                    Status::Verified => {
                        prop_assert_eq!(now, Status::Implemented);
                        prop_assert!(Some(by) != assignee && Some(by) != done_by);
                        prop_assert!(done_by.is_some());
                    }
                    Status::Implemented => done_by = Some(by),
                    Status::Dropped => {
                        prop_assert!(!condition);
                        done_by = None;
                    }
                    Status::Planned | Status::InProgress => done_by = None,
                }
                now = to;
            }
        }

        #[test]
        fn staying_where_it_is_is_no_move(at in status(), by in person()) {
            prop_assert!(advance(at, at, by, None, None, false).is_err());
        }
    }

    #[test]
    fn the_committee_verifies_and_does_not_report() {
        let outside = crate::policy::Relation::default();
        let assignee = crate::policy::Relation { assignee: true, ..outside };
        let reports = |from, to| may_report(from, to, outside).is_ok();
        assert!(reports(Status::Implemented, Status::Verified));
        assert!(reports(Status::Verified, Status::InProgress));
        assert!(!reports(Status::Planned, Status::InProgress));
        assert!(!reports(Status::InProgress, Status::Implemented));
        assert!(may_report(Status::Planned, Status::InProgress, assignee).is_ok());
    }
}
