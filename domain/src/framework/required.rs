//! What a tier asks for: the subcategories that a submission answers, and what counts as an answer.
//!
//! A higher tier never asks for less: every subcategory names the lowest tier that needs it. Up to high they are those
//! that the way to a submission answers by itself (context, risks, treatments, tests), so that the owner of a system says
//! nothing twice; a critical system is looked at from all sides, by people.

use super::{Level, State, Subcategory, nist};
use crate::triage::Tier;

/// The subcategories of MAP, MEASURE and MANAGE that a submission of this tier answers, in the official order. Critical
/// systems answer all of them.
pub fn required(tier: Tier) -> impl Iterator<Item = &'static Subcategory> {
    nist().at(Level::System).filter(move |subcategory| subcategory.required_from.is_some_and(|from| from <= tier))
}

/// Whether this tier's submissions need the subcategory.
#[must_use]
pub fn is_required(tier: Tier, id: &str) -> bool {
    required(tier).any(|subcategory| subcategory.id == id)
}

/// Where one should get to if nobody sets another target: in place, and for what may do the gravest harm, checked by
/// somebody else. The organisation has no tier.
#[must_use]
pub const fn default_target(tier: Option<Tier>) -> State {
    match tier {
        Some(Tier::Critical | Tier::Prohibited) => State::Verified,
        Some(Tier::Minimal | Tier::Limited | Tier::High) | None => State::Implemented,
    }
}

/// Whether a submission may rest on what the portal derived by itself, or needs a person's word.
#[must_use]
pub const fn takes_derived(tier: Tier) -> bool {
    matches!(tier, Tier::Minimal | Tier::Limited | Tier::High)
}

/// Whether a required subcategory counts as answered. Before a system runs, much can only be partly in place; that
/// something does not apply is an answer too. What the portal derived counts where the tier takes it.
#[must_use]
pub fn is_answered(tier: Tier, state: State, derived: bool) -> bool {
    state != State::NotStarted && (!derived || takes_derived(tier))
}

/// Whether the review itself answers it: go or no-go (MANAGE 1.1) can't be decided before the submission.
#[must_use]
pub fn awaits_review(id: &str) -> bool {
    id == "MANAGE 1.1"
}

/// What a submission still misses: the required subcategories without an answer, in the official order, but for the one
/// that the review answers. `standing` gives a subcategory's state and whether it was derived.
pub fn missing(tier: Tier, standing: impl Fn(&str) -> (State, bool)) -> Vec<&'static Subcategory> {
    let open = |subcategory: &&Subcategory| {
        let (state, derived) = standing(&subcategory.id);
        !awaits_review(&subcategory.id) && !is_answered(tier, state, derived)
    };
    required(tier).filter(open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(tier: Tier) -> Vec<&'static str> {
        required(tier).map(|subcategory| subcategory.id.as_str()).collect()
    }

    #[test]
    fn minimal_asks_for_few_and_critical_for_all() {
        assert_eq!(ids(Tier::Minimal), ["MAP 1.1", "MAP 5.1", "MANAGE 1.2"]);
        let counts: Vec<usize> = Tier::ALL.iter().map(|tier| required(*tier).count()).collect();
        assert_eq!(counts, [3, 7, 12, 53, 53]);
        assert!(required(Tier::Critical).eq(nist().at(Level::System)));
    }

    #[test]
    fn the_organisation_answers_for_no_submission() {
        assert!(nist().at(Level::Organisation).all(|subcategory| subcategory.required_from.is_none()));
        assert!(nist().at(Level::System).all(|subcategory| subcategory.required_from.is_some()));
        assert!(nist().at(Level::System).all(|subcategory| subcategory.required_from != Some(Tier::Prohibited)));
    }

    #[test]
    fn a_derived_state_is_enough_below_critical_only() {
        let derived = |_: &str| (State::Partial, true);
        assert!(missing(Tier::High, derived).is_empty());
        assert_eq!(missing(Tier::Critical, derived).len(), 52);
        let answered =
            |id: &str| if id == "MAP 1.1" { (State::NotStarted, false) } else { (State::NotApplicable, false) };
        assert_eq!(missing(Tier::High, answered).iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["MAP 1.1"]);
    }

    #[test]
    fn the_first_submission_needs_no_decision() {
        let nothing = |_: &str| (State::NotStarted, false);
        let ids: Vec<_> = missing(Tier::High, nothing).iter().map(|s| s.id.as_str()).collect();
        assert!(ids.contains(&"MAP 1.1") && !ids.contains(&"MANAGE 1.1"), "{ids:?}");
        assert!(is_required(Tier::High, "MANAGE 1.1"), "the dossier shows it all the same");
    }

    proptest! {
        #[test]
        fn a_higher_tier_never_asks_for_less(low in 0usize..5, high in 0usize..5, n in 0usize..53, state in 0usize..5, derived in any::<bool>()) {
            let (low, high) = (Tier::ALL[low.min(high)], Tier::ALL[low.max(high)]);
            let id = &nist().at(Level::System).nth(n).unwrap().id;
            prop_assert!(!is_required(low, id) || is_required(high, id));
            prop_assert!(default_target(Some(high)) >= default_target(Some(low)));
            let state = State::ALL[state];
            prop_assert!(!is_answered(high, state, derived) || is_answered(low, state, derived));
        }
    }
}
