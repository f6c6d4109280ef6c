//! Hints: what looks wrong about a risk. They help, they don't block.

use super::{Status, Treatment};

/// What the hints are drawn from.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Level (index) before mitigations.
    pub inherent: Option<u8>,
    /// Level (index) with the mitigations in place.
    pub residual: Option<u8>,
    /// Level (index) aimed at.
    pub target: Option<u8>,
    /// Whether the residual level lies above appetite.
    pub above_appetite: bool,
    /// What is decided.
    pub treatment: Option<Treatment>,
    /// Where it stands.
    pub status: Option<Status>,
    /// Whether a committee's decision that still holds covers it.
    pub covered_by_decision: bool,
    /// Whether somebody answers for it.
    pub has_owner: bool,
    /// Mitigations that are not dropped.
    pub mitigations: usize,
    /// Of those, without assignee.
    pub unassigned: usize,
    /// Of those, implemented or verified.
    pub in_place: usize,
    /// Of those, overdue.
    pub overdue: usize,
}

crate::words! {
    /// Something that looks wrong.
    Hint {
        ResidualAboveInherent = "residual_above_inherent", "The residual rating is higher than the inherent one: mitigations should not make it worse.";
        ResidualWithoutEffect = "residual_without_effect", "The residual rating is lower than the inherent one, but no mitigation is in place yet.";
        TargetAboveResidual = "target_above_residual", "The target is higher than where the risk already stands.";
        AcceptedWithoutReview = "accepted_without_review", "Accepted, but no decision of the committee that still holds covers it.";
        AboveAppetiteUntreated = "above_appetite_untreated", "Above appetite, with no treatment chosen.";
        MitigateWithoutMitigation = "mitigate_without_mitigation", "The treatment is “mitigate”, but no mitigation acts on it.";
        MitigationWithoutAssignee = "mitigation_without_assignee", "A mitigation has nobody assigned.";
        MitigationOverdue = "mitigation_overdue", "A mitigation is overdue.";
        NoOwner = "no_owner", "Nobody answers for this risk.";
    }
}

/// The hints for one risk, most serious first.
pub fn hints(facts: &Facts) -> Vec<Hint> {
    let higher = |a: Option<u8>, b: Option<u8>| matches!((a, b), (Some(a), Some(b)) if a > b);
    let closed = facts.status == Some(Status::Closed);
    let list = [
        (Hint::ResidualAboveInherent, higher(facts.residual, facts.inherent)),
        (Hint::AcceptedWithoutReview, facts.status == Some(Status::Accepted) && !facts.covered_by_decision),
        (Hint::AboveAppetiteUntreated, !closed && facts.above_appetite && facts.treatment.is_none()),
        (
            Hint::MitigateWithoutMitigation,
            !closed && facts.treatment == Some(Treatment::Mitigate) && facts.mitigations == 0,
        ),
        (Hint::ResidualWithoutEffect, higher(facts.inherent, facts.residual) && facts.in_place == 0),
        (Hint::MitigationOverdue, facts.overdue > 0),
        (Hint::MitigationWithoutAssignee, facts.unassigned > 0),
        (Hint::TargetAboveResidual, higher(facts.target, facts.residual)),
        (Hint::NoOwner, !closed && !facts.has_owner),
    ];
    list.into_iter().filter(|(_, holds)| *holds).map(|(hint, _)| hint).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Facts {
        Facts {
            inherent: Some(2),
            residual: Some(1),
            target: Some(1),
            treatment: Some(Treatment::Mitigate),
            status: Some(Status::Treating),
            has_owner: true,
            mitigations: 2,
            in_place: 1,
            ..Facts::default()
        }
    }

    #[test]
    fn a_sound_risk_has_no_hints() {
        assert_eq!(hints(&sound()), []);
    }

    #[test]
    fn each_hint_has_its_case() {
        let cases = [
            (Facts { residual: Some(3), target: None, ..sound() }, Hint::ResidualAboveInherent),
            (Facts { status: Some(Status::Accepted), ..sound() }, Hint::AcceptedWithoutReview),
            (Facts { above_appetite: true, treatment: None, ..sound() }, Hint::AboveAppetiteUntreated),
            (Facts { residual: Some(2), mitigations: 0, in_place: 0, ..sound() }, Hint::MitigateWithoutMitigation),
            (Facts { in_place: 0, ..sound() }, Hint::ResidualWithoutEffect),
            (Facts { overdue: 1, ..sound() }, Hint::MitigationOverdue),
            (Facts { unassigned: 1, ..sound() }, Hint::MitigationWithoutAssignee),
            (Facts { target: Some(2), ..sound() }, Hint::TargetAboveResidual),
            (Facts { has_owner: false, ..sound() }, Hint::NoOwner),
        ];
        for (facts, hint) in cases {
            assert_eq!(hints(&facts), [hint]);
        }
    }
}
