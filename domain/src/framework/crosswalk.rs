//! One answer serves other frameworks: the controls of ISO/IEC 42001 Annex A and the articles of the EU AI Act that a
//! subcategory's answer speaks to, both ways, and how far those are covered.
//!
//! The links are our reading (`data/frameworks/README.md` names what informed it): an answer helps to show what the
//! other framework asks; it does not prove it.

use super::{Framework, State, Subcategory, nist, parsed};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

crate::words! {
    /// The frameworks that answers also serve.
    Other {
        Iso42001 = "iso-42001", "ISO 42001";
        EuAiAct = "eu-ai-act", "EU AI Act";
    }
}

/// A framework as far as it is served: identifiers and titles, never its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The word of [`Other`].
    pub key: String,
    /// Its full name.
    pub title: String,
    /// Its short name.
    pub short: String,
    /// Controls or articles, in their order.
    pub items: Vec<Item>,
}

/// A control or an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `A.6.2.4` or `Art. 15`.
    pub id: String,
    /// Its published title.
    pub title: String,
}

/// What a subcategory's answer serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serves {
    /// The subcategory's identifier.
    pub subcategory: String,
    /// Controls of Annex A.
    pub iso_42001: Vec<String>,
    /// Articles. Empty where the act asks nothing of the kind.
    pub eu_ai_act: Vec<String>,
}

impl Serves {
    /// The identifiers in one of the frameworks, in that framework's order.
    #[must_use]
    pub fn of(&self, other: Other) -> &[String] {
        match other {
            Other::Iso42001 => &self.iso_42001,
            Other::EuAiAct => &self.eu_ai_act,
        }
    }
}

static LINKS: LazyLock<Vec<Serves>> = LazyLock::new(|| parsed(include_str!("../../../data/frameworks/crosswalk.json")));
static ISO_42001: LazyLock<Catalogue> =
    LazyLock::new(|| parsed(include_str!("../../../data/frameworks/iso-42001.json")));
static EU_AI_ACT: LazyLock<Catalogue> =
    LazyLock::new(|| parsed(include_str!("../../../data/frameworks/eu-ai-act.json")));

/// Identifiers and titles of a framework: all controls of Annex A; of the act, the articles that are served.
#[must_use]
pub fn catalogue(other: Other) -> &'static Catalogue {
    match other {
        Other::Iso42001 => &ISO_42001,
        Other::EuAiAct => &EU_AI_ACT,
    }
}

/// Every subcategory with what it serves, in the official order.
#[must_use]
pub fn links() -> &'static [Serves] {
    &LINKS
}

/// What this subcategory's answer serves; none for an identifier that does not exist.
#[must_use]
pub fn serves(subcategory: &str) -> Option<&'static Serves> {
    links().iter().find(|link| link.subcategory == subcategory)
}

/// The subcategories whose answers serve this control or article, in the official order.
#[must_use]
pub fn served_by(other: Other, id: &str) -> Vec<&'static Subcategory> {
    let framework: &'static Framework = nist();
    let linked = links().iter().filter(|link| link.of(other).iter().any(|served| served == id));
    linked.filter_map(|link| framework.get(&link.subcategory)).collect()
}

/// How far a control or an article is covered by answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which one.
    pub item: &'static Item,
    /// The subcategories that serve it and that were looked at.
    pub served_by: Vec<&'static Subcategory>,
    /// How many of them apply.
    pub applicable: usize,
    /// How many of those are in place.
    pub done: usize,
    /// All of them together: in place only if every one that applies is, verified only if every one is.
    pub state: State,
}

/// Coverage seen through the other framework, in its order. `state` gives where a subcategory stands, none for those that
/// are not looked at (a system's profile holds no GOVERN); what nothing looked at serves is left out.
pub fn through(other: Other, state: impl Fn(&str) -> Option<State>) -> Vec<Seen> {
    let seen = |item: &'static Item| {
        let (served_by, states): (Vec<_>, Vec<_>) =
            served_by(other, &item.id).into_iter().filter_map(|s| Some((s, state(&s.id)?))).unzip();
        let applicable = states.iter().filter(|state| **state != State::NotApplicable).count();
        let done = states.iter().filter(|state| state.is_done()).count();
        (!states.is_empty()).then(|| Seen { item, served_by, applicable, done, state: together(&states) })
    };
    catalogue(other).items.iter().filter_map(seen).collect()
}

/// Several states as one.
fn together(states: &[State]) -> State {
    let applying = || states.iter().filter(|state| **state != State::NotApplicable);
    match (applying().min(), applying().max()) {
        (Some(least), _) if least.is_done() => *least,
        (_, Some(State::NotStarted)) => State::NotStarted,
        (Some(_), Some(_)) => State::Partial,
        _ => State::NotApplicable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(subcategories: Vec<&Subcategory>) -> Vec<&str> {
        subcategories.into_iter().map(|s| s.id.as_str()).collect()
    }

    #[test]
    fn every_subcategory_serves_what_exists_once_and_in_order() {
        assert_eq!(catalogue(Other::Iso42001).items.len(), 38);
        assert!(links().iter().map(|link| &link.subcategory).eq(nist().subcategories().map(|s| &s.id)));
        for link in links() {
            assert!(!link.iso_42001.is_empty(), "{}", link.subcategory);
            for other in Other::ALL {
                let at = |id: &String| catalogue(*other).items.iter().position(|item| item.id == *id);
                let positions: Vec<_> = link.of(*other).iter().map(|id| at(id).unwrap()).collect();
                assert!(positions.windows(2).all(|pair| pair[0] < pair[1]), "{}", link.subcategory);
            }
        }
    }

    #[test]
    fn only_mission_value_and_benefits_serve_no_article() {
        let none = links().iter().filter(|link| link.eu_ai_act.is_empty()).map(|link| link.subcategory.as_str());
        assert_eq!(none.collect::<Vec<_>>(), ["MAP 1.3", "MAP 1.4", "MAP 3.1"]);
    }

    #[test]
    fn both_ways() {
        assert_eq!(serves("MEASURE 2.10").unwrap().of(Other::EuAiAct), ["Art. 10", "Art. 26"]);
        assert_eq!(serves("MEASURE 2.1").unwrap().of(Other::Iso42001), ["A.4.3", "A.4.4", "A.6.2.4", "A.6.2.7"]);
        assert_eq!(serves("MEASURE 2.100"), None);
        assert_eq!(ids(served_by(Other::Iso42001, "A.8.4")), ["GOVERN 4.3", "MANAGE 2.3", "MANAGE 4.3"]);
        assert_eq!(ids(served_by(Other::EuAiAct, "Art. 73")), ["GOVERN 4.3", "MANAGE 4.3"]);
        assert!(served_by(Other::EuAiAct, "Art. 7").is_empty());
        for other in Other::ALL {
            assert_eq!(catalogue(*other).key, other.as_str());
            assert!(catalogue(*other).items.iter().all(|item| !served_by(*other, &item.id).is_empty()));
        }
    }

    #[test]
    fn a_control_is_in_place_when_all_that_serves_it_is() {
        let state = |id: &str| match id {
            "MANAGE 2.3" => Some(State::Implemented),
            "MANAGE 4.3" => Some(State::NotStarted),
            _ => None,
        };
        let seen = through(Other::Iso42001, state);
        let a_8_4 = seen.iter().find(|seen| seen.item.id == "A.8.4").unwrap();
        assert_eq!((a_8_4.applicable, a_8_4.done, a_8_4.state), (2, 1, State::Partial));
        assert_eq!(ids(a_8_4.served_by.clone()), ["MANAGE 2.3", "MANAGE 4.3"]);
        assert!(seen.iter().all(|seen| seen.item.id != "A.2.2"), "nothing looked at serves it");
    }

    #[test]
    fn states_together() {
        use State as S;
        assert_eq!(together(&[S::Verified, S::Implemented, S::NotApplicable]), S::Implemented);
        assert_eq!(together(&[S::Verified, S::NotApplicable]), S::Verified);
        assert_eq!(together(&[S::NotStarted, S::NotApplicable]), S::NotStarted);
        assert_eq!(together(&[S::NotStarted, S::Implemented]), S::Partial);
        assert_eq!(together(&[S::NotApplicable]), S::NotApplicable);
    }
}
