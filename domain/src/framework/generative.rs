//! The Generative AI Profile (NIST AI 600-1, July 2024): 12 risks, and 212 actions at the subcategories where they belong.
//!
//! Names and identifiers only; the actions' text is NIST's, to be read there. Proposed for systems that generate, act,
//! or are models for many purposes.

use super::parsed;
use crate::risk::library::{self, LibraryRisk};
use crate::system::Kind;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Where the profile is published.
pub const PUBLISHED: &str = "https://nvlpubs.nist.gov/nistpubs/ai/NIST.AI.600-1.pdf";

/// An action of the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// `GV-1.1-001`.
    pub id: String,
    /// The risks that it is about, of the 12.
    pub risks: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtSubcategory {
    subcategory: String,
    actions: Vec<Action>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    risks: Vec<String>,
    actions: Vec<AtSubcategory>,
}

static PROFILE: LazyLock<Profile> =
    LazyLock::new(|| parsed(include_str!("../../../data/frameworks/nist-ai-600-1.json")));

/// The profile's 12 risks, by their official names and in the order of the publication.
#[must_use]
pub fn risks() -> &'static [String] {
    &PROFILE.risks
}

/// Whether the profile concerns a kind of system.
#[must_use]
pub const fn concerns(kind: Kind) -> bool {
    matches!(kind, Kind::Generative | Kind::Agentic | Kind::GeneralPurpose)
}

/// The risks of our library that belong to one of the 12, in the library's order; those first that concern this kind of
/// system.
#[must_use]
pub fn library_risks(risk: &str, kind: Option<Kind>) -> Vec<&'static LibraryRisk> {
    let named = library::all().iter().filter(|entry| entry.taxonomies.nist_600_1.iter().any(|name| name == risk));
    let fits = |entry: &&LibraryRisk| kind.is_none_or(|kind| entry.kinds.contains(&kind));
    let (mut fitting, others): (Vec<_>, Vec<_>) = named.partition(fits);
    fitting.extend(others);
    fitting
}

/// The actions at a subcategory, in the official order; none at 23 of the 72.
#[must_use]
pub fn actions(subcategory: &str) -> &'static [Action] {
    PROFILE.actions.iter().find(|at| at.subcategory == subcategory).map_or(&[], |at| &at.actions)
}

/// The actions that are proposed for a system at a subcategory: none unless the profile concerns it.
#[must_use]
pub fn proposed(kind: Option<Kind>, subcategory: &str) -> &'static [Action] {
    if kind.is_some_and(concerns) { actions(subcategory) } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::nist;
    use std::collections::BTreeSet;

    #[test]
    fn twelve_risks_that_the_library_names() {
        assert_eq!(risks().len(), 12);
        assert_eq!(
            (risks()[0].as_str(), risks()[11].as_str()),
            ("CBRN Information or Capabilities", "Value Chain and Component Integration")
        );
        for risk in risks() {
            assert!(library_risks(risk, None).len() >= 2, "{risk}");
        }
        let named: BTreeSet<_> = library::all().iter().flat_map(|entry| &entry.taxonomies.nist_600_1).collect();
        assert_eq!(named, risks().iter().collect());
        let [first, ..] = library_risks("Human-AI Configuration", Some(Kind::Agentic))[..] else { panic!("none?") };
        assert!(first.kinds.contains(&Kind::Agentic));
    }

    #[test]
    fn two_hundred_and_twelve_actions_at_forty_nine_subcategories() {
        let all: Vec<_> = PROFILE.actions.iter().flat_map(|at| &at.actions).collect();
        assert_eq!((PROFILE.actions.len(), all.len()), (49, 212));
        assert_eq!(all.iter().map(|action| &action.id).collect::<BTreeSet<_>>().len(), 212);
        let order: Vec<_> = PROFILE.actions.iter().map(|at| nist().position(&at.subcategory).unwrap()).collect();
        assert!(order.windows(2).all(|pair| pair[0] < pair[1]));
        for at in &PROFILE.actions {
            let code = &nist().function_of(&at.subcategory).unwrap().code;
            let number = at.subcategory.split(' ').nth(1).unwrap();
            for (n, action) in at.actions.iter().enumerate() {
                assert_eq!(action.id, format!("{code}-{number}-{:03}", n + 1));
                assert!(!action.risks.is_empty() && action.risks.iter().all(|risk| risks().contains(risk)));
            }
        }
        let named: BTreeSet<_> = all.iter().flat_map(|action| &action.risks).collect();
        assert_eq!(named, risks().iter().collect());
    }

    #[test]
    fn proposed_to_those_that_it_concerns() {
        assert_eq!(proposed(Some(Kind::Generative), "GOVERN 1.1").len(), 1);
        assert_eq!(proposed(Some(Kind::Agentic), "MEASURE 2.10").len(), 3);
        assert!(proposed(Some(Kind::GeneralPurpose), "MEASURE 2.1").is_empty(), "the profile has none there");
        assert!(proposed(Some(Kind::Predictive), "GOVERN 1.1").is_empty());
        assert!(proposed(None, "GOVERN 1.1").is_empty());
    }
}
