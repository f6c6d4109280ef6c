//! A review: one passage of a system through the committee.

pub mod dossier;
pub mod quorum;
pub mod vote;

use crate::error::Refusal;

crate::words! {
    /// States of a review.
    State {
        Draft = "draft", "Draft";
        Submitted = "submitted", "Submitted";
        InReview = "in_review", "In review";
        ChangesRequested = "changes_requested", "Changes requested";
        Approved = "approved", "Approved";
        ApprovedWithConditions = "approved_with_conditions", "Approved with conditions";
        Rejected = "rejected", "Rejected";
        Withdrawn = "withdrawn", "Withdrawn";
        Expired = "expired", "Expired";
        Revoked = "revoked", "Revoked";
        Superseded = "superseded", "Superseded";
    }
}

crate::words! {
    /// What moves a review.
    Verb {
        Submit = "submit", "Submit";
        Open = "open", "Start the review";
        RequestChanges = "request_changes", "Request changes";
        Approve = "approve", "Approve";
        ApproveWithConditions = "approve_with_conditions", "Approve with conditions";
        Reject = "reject", "Reject";
        Withdraw = "withdraw", "Withdraw";
        Expire = "expire", "Expire";
        Revoke = "revoke", "Revoke";
        Supersede = "supersede", "Supersede";
    }
}

impl State {
    /// Whether the committee has the dossier: content is locked.
    pub const fn is_under_review(self) -> bool {
        matches!(self, State::Submitted | State::InReview)
    }

    /// Whether a decision can still come of it. A system has at most one such review.
    pub const fn is_open(self) -> bool {
        matches!(self, State::Draft | State::Submitted | State::InReview | State::ChangesRequested)
    }

    /// Whether it ended in an approval that nothing has ended yet.
    pub const fn is_approval(self) -> bool {
        matches!(self, State::Approved | State::ApprovedWithConditions)
    }
}

/// The state that a verb leads to, if the verb is allowed in this state. All moves that exist are here
/// (and once more in the SQL function `review_move_allowed`, which a test holds against this one).
///
/// # Errors
/// [`Refusal::NotNow`] for any other move.
pub fn advance(from: State, verb: Verb) -> Result<State, Refusal> {
    use State as S;
    use Verb as V;
    let to = match (from, verb) {
        (S::Draft | S::ChangesRequested, V::Submit) => S::Submitted,
        (S::Submitted, V::Open) => S::InReview,
        (S::InReview, V::RequestChanges) => S::ChangesRequested,
        (S::InReview, V::Approve) => S::Approved,
        (S::InReview, V::ApproveWithConditions) => S::ApprovedWithConditions,
        (S::InReview, V::Reject) => S::Rejected,
        (S::Draft | S::Submitted | S::InReview | S::ChangesRequested, V::Withdraw) => S::Withdrawn,
        (S::Approved | S::ApprovedWithConditions, V::Expire) => S::Expired,
        (S::Approved | S::ApprovedWithConditions, V::Revoke) => S::Revoked,
        (S::Approved | S::ApprovedWithConditions | S::Expired, V::Supersede) => S::Superseded,
        _ => {
            return Err(Refusal::not_now(format!(
                "“{}” is not possible: the review is {}",
                verb.label(),
                from.label().to_lowercase()
            )));
        }
    };
    Ok(to)
}

/// What the owner declares with a submission; kept in the audit trail.
pub const DECLARATION: &str = "I have checked these answers. To my knowledge they are complete and true, and nothing that \
     the committee should know is left out.";

crate::words! {
    /// A member's vote.
    Choice {
        Approve = "approve", "Approve";
        ApproveWithConditions = "approve_with_conditions", "Approve with conditions";
        Reject = "reject", "Reject";
    }
}

crate::words! {
    /// What the committee decided.
    Outcome {
        Approved = "approved", "Approved";
        ApprovedWithConditions = "approved_with_conditions", "Approved with conditions";
        Rejected = "rejected", "Rejected";
    }
}

impl Outcome {
    /// The verb that brings a review there.
    pub const fn verb(self) -> Verb {
        match self {
            Outcome::Approved => Verb::Approve,
            Outcome::ApprovedWithConditions => Verb::ApproveWithConditions,
            Outcome::Rejected => Verb::Reject,
        }
    }
}

crate::words! {
    /// The parts of a dossier that a comment can stand on.
    Part {
        Summary = "summary", "Summary";
        Triage = "triage", "Tier";
        Context = "context", "Context";
        Profile = "profile", "AI RMF profile";
        Risks = "risks", "Risks";
        Mitigations = "mitigations", "Mitigations";
        Criteria = "criteria", "Acceptance criteria";
        Evidence = "evidence", "Evidence";
    }
}

crate::words! {
    /// What a member reads on the page of a review, each to be ticked as viewed: what changed, then the dossier's parts.
    Reading {
        SinceRevision = "since-revision", "Changed since the last revision";
        SinceDecision = "since-decision", "Changed since the last decision";
        Summary = "summary", "Summary";
        Triage = "triage", "Tier, and why";
        Context = "context", "Context";
        Profile = "profile", "AI RMF profile";
        Risks = "risks", "Risks against appetite";
        Mitigations = "mitigations", "Mitigations";
        Criteria = "criteria", "Acceptance criteria";
        Evidence = "evidence", "Evidence";
    }
}

impl From<Part> for Reading {
    fn from(part: Part) -> Self {
        match part {
            Part::Summary => Reading::Summary,
            Part::Triage => Reading::Triage,
            Part::Context => Reading::Context,
            Part::Profile => Reading::Profile,
            Part::Risks => Reading::Risks,
            Part::Mitigations => Reading::Mitigations,
            Part::Criteria => Reading::Criteria,
            Part::Evidence => Reading::Evidence,
        }
    }
}

/// The meaning of a signature under a vote, in full; stored with the vote (21 CFR 11.50 asks for name, time and
/// meaning; we add the hash of what was signed).
pub fn meaning(choice: Choice, system: &str, dossier_sha256: &str) -> String {
    let verb = match choice {
        Choice::Approve => "approve its use as described",
        Choice::ApproveWithConditions => "approve its use as described, on the conditions that I name",
        Choice::Reject => "reject its use as described",
    };
    format!(
        "I have read the dossier of {system} with SHA-256 {dossier_sha256}. I neither own the system nor contributed to it. I {verb}."
    )
}

/// The meaning of the signature that closes a review.
pub fn closing_meaning(outcome: Outcome, system: &str, dossier_sha256: &str) -> String {
    format!(
        "I close the review of {system} on the dossier with SHA-256 {dossier_sha256}. The committee's votes amount to: {}.",
        outcome.label().to_lowercase()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn state() -> impl Strategy<Value = State> {
        proptest::sample::select(State::ALL)
    }
    fn verb() -> impl Strategy<Value = Verb> {
        proptest::sample::select(Verb::ALL)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn nothing_is_decided_but_from_review(from in state(), verb in verb()) {
            if let Ok(to) = advance(from, verb)
                && matches!(to, State::Approved | State::ApprovedWithConditions | State::Rejected)
            {
                prop_assert_eq!(from, State::InReview);
            }
        }

        #[test]
        fn what_ended_stays_ended(walk in proptest::collection::vec(verb(), 1..60)) {
            let mut now = State::Draft;
            for verb in walk {
                let before = now;
                if let Ok(to) = advance(now, verb) { now = to; }
                if matches!(before, State::Rejected | State::Withdrawn | State::Revoked | State::Superseded) {
                    prop_assert_eq!(now, before);
                }
                if before.is_approval() { prop_assert!(!now.is_open()); }
            }
        }
    }
}
