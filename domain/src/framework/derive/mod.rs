//! What the portal knows already: facts of the register turned into states, each with the sentence that says why.
//!
//! A derived state is a proposal, marked as such until a person confirms it. It says "in place" only where the fact
//! itself is what the subcategory asks for; where it is a part of that, it says "partly". It never says "verified",
//! which only another person can. One more fact never lowers a state.

mod organisation;
mod system;

pub use organisation::{KnownOfOrganisation, derive_organisation};
pub use system::{Known, derive};

use super::{Answer, Draft, State};
use serde::Serialize;

crate::words! {
    /// Where the portal knows it from.
    Source {
        Registration = "registration", "Registration";
        Context = "context", "Context";
        Triage = "triage", "Triage";
        Risks = "risks", "Risk register";
        Mitigations = "mitigations", "Mitigations";
        Evidence = "evidence", "Evidence";
        Scorecard = "scorecard", "TEVV scorecard";
        Reviews = "reviews", "Reviews";
        Monitors = "monitors", "Monitors";
        People = "people", "People and roles";
        Matrix = "matrix", "Risk matrix";
        Systems = "systems", "Register of systems";
        Decisions = "decisions", "Decisions of the committee";
        AuditTrail = "audit_trail", "Audit trail";
    }
}

impl Source {
    /// The page that shows it: of a system, below `/systems/AIS-12/`; of the organisation, from the root. None where no
    /// page does yet.
    pub const fn page(self) -> Option<&'static str> {
        match self {
            Source::Registration => Some("edit"),
            Source::Context => Some("map"),
            Source::Triage => Some("triage"),
            Source::Risks => Some("risks"),
            Source::Mitigations => Some("mitigations"),
            Source::Evidence => Some("evidence"),
            Source::Scorecard => Some("scorecard"),
            Source::Reviews => Some("reviews"),
            Source::Monitors => None,
            Source::People => Some("/admin/people"),
            Source::Matrix => Some("/admin/matrix"),
            Source::Systems => Some("/systems"),
            Source::Decisions => Some("/committee"),
            Source::AuditTrail => Some("/audit"),
        }
    }
}

/// What the portal knows about one subcategory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Derived {
    /// The subcategory's identifier.
    pub subcategory: &'static str,
    /// Partial or implemented.
    pub state: State,
    /// Why, in one sentence or two.
    pub sentence: String,
    /// Where it is known from.
    pub source: Source,
}

impl Derived {
    /// The answer of a person who confirms it as it is. What they had typed without saying where it stands is kept.
    #[must_use]
    pub fn confirmed(&self, typed: Option<&Draft>) -> Draft {
        Draft {
            state: self.state,
            target: typed.and_then(|draft| draft.target).filter(|target| *target >= self.state),
            text: Some(self.after(typed.and_then(|draft| draft.text.as_deref()))),
            reason: None,
            due: typed.and_then(|draft| draft.due),
        }
    }

    /// The sentence after words that stand there; these alone where both are too long together.
    #[must_use]
    pub fn after(&self, typed: Option<&str>) -> String {
        let Some(typed) = typed else { return self.sentence.clone() };
        let both = format!("{typed}\n\n{}", self.sentence);
        if both.chars().count() > crate::text::PROSE_MAX { typed.to_owned() } else { both }
    }
}

/// Where a subcategory stands, and whether a person said so: an answer counts before what was derived.
#[must_use]
pub fn standing(answer: Option<&Answer>, derived: Option<&Derived>) -> (State, bool) {
    match (answer, derived) {
        (Some(answer), _) => (answer.state(), false),
        (None, Some(derived)) => (derived.state, true),
        (None, None) => (State::NotStarted, false),
    }
}

/// What was derived so far; at most once for each subcategory.
#[derive(Default)]
struct Findings(Vec<Derived>);

impl Findings {
    /// Notes a state, if the fact holds at all.
    fn note(&mut self, subcategory: &'static str, source: Source, found: Option<(State, String)>) {
        if let Some((state, sentence)) = found {
            self.0.push(Derived { subcategory, state, sentence, source });
        }
    }

    /// In the official order.
    fn finish(mut self) -> Vec<Derived> {
        self.0.sort_by_key(|derived| super::nist().position(derived.subcategory));
        self.0
    }
}

/// A part of what is asked.
fn partly(holds: bool, sentence: impl Into<String>) -> Option<(State, String)> {
    holds.then(|| (State::Partial, sentence.into()))
}

/// What is asked.
fn in_place(holds: bool, sentence: impl Into<String>) -> Option<(State, String)> {
    holds.then(|| (State::Implemented, sentence.into()))
}

/// "1 risk", "3 risks".
fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
