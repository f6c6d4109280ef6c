//! When votes make a decision, and which.

use super::{Choice, Outcome};
use crate::triage::Tier;

/// A vote that counts: on the dossier under review, by somebody who may vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ballot {
    /// Whether the voter is a chair.
    pub chair: bool,
    /// How they voted.
    pub choice: Choice,
}

/// The count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Votes that the tier asks for.
    pub needed: usize,
    /// Votes cast on this dossier.
    pub cast: usize,
    /// Of those, for approval (with or without conditions).
    pub approvals: usize,
    /// Of those, against.
    pub rejections: usize,
    /// Whether the chair's vote must be among them.
    pub chair_needed: bool,
    /// Whether it is.
    pub chair_voted: bool,
    /// What the votes amount to, once there are enough.
    pub outcome: Option<Outcome>,
}

impl Tally {
    /// Whether a decision can be made.
    pub fn is_met(&self) -> bool {
        self.outcome.is_some()
    }
}

/// Counts the votes.
///
/// A decision needs the tier's quorum, and the chair's vote where the tier asks for it or residual risk lies above
/// appetite. Approval needs more votes for than against, and where the chair's vote is needed for risk above appetite,
/// the chair must be among those for. One condition makes it an approval with conditions.
pub fn tally(tier: Tier, above_appetite: bool, ballots: &[Ballot]) -> Tally {
    let demands = tier.demands();
    let needed = usize::from(demands.quorum);
    let chair_needed = demands.chair || above_appetite;
    let rejections = ballots.iter().filter(|b| b.choice == Choice::Reject).count();
    let approvals = ballots.len() - rejections;
    let chair_voted = ballots.iter().any(|b| b.chair);
    let chair_approves = ballots.iter().any(|b| b.chair && b.choice != Choice::Reject);
    let met = tier != Tier::Prohibited && ballots.len() >= needed && (!chair_needed || chair_voted);
    let outcome = met.then(|| {
        if approvals <= rejections || (above_appetite && !chair_approves) {
            Outcome::Rejected
        } else if ballots.iter().any(|b| b.choice == Choice::ApproveWithConditions) {
            Outcome::ApprovedWithConditions
        } else {
            Outcome::Approved
        }
    });
    Tally { needed, cast: ballots.len(), approvals, rejections, chair_needed, chair_voted, outcome }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ballot() -> impl Strategy<Value = Ballot> {
        (any::<bool>(), proptest::sample::select(Choice::ALL)).prop_map(|(chair, choice)| Ballot { chair, choice })
    }

    proptest! {
        #[test]
        fn no_decision_below_quorum_or_without_a_needed_chair(
            tier in proptest::sample::select(Tier::ALL), above in any::<bool>(),
            ballots in proptest::collection::vec(ballot(), 0..8),
        ) {
            let tally = tally(tier, above, &ballots);
            if tally.is_met() {
                prop_assert!(ballots.len() >= usize::from(tier.demands().quorum));
                prop_assert!(!(above || tier.demands().chair) || ballots.iter().any(|b| b.chair));
                prop_assert!(tier != Tier::Prohibited);
            }
            if matches!(tally.outcome, Some(Outcome::Approved | Outcome::ApprovedWithConditions)) {
                prop_assert!(tally.approvals > tally.rejections);
                prop_assert!(!above || ballots.iter().any(|b| b.chair && b.choice != Choice::Reject));
            }
        }
    }
}
