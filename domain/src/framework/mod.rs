//! The NIST AI Risk Management Framework as a profile: what is asked, what is answered, and how far that goes.
//!
//! AI RMF 1.0 (NIST AI 100-1, January 2023) has 4 functions, 19 categories and 72 subcategories. Their identifiers are
//! facts; the titles, questions and help beside them are ours (`data/frameworks/nist-ai-rmf/`). GOVERN is answered once
//! by the organisation, MAP, MEASURE and MANAGE by each system. Only the server refers to this module's data, so that
//! the browser's bundle does not carry it.

pub mod answer;
pub mod coverage;
pub mod crosswalk;
pub mod derive;
pub mod generative;
pub mod identifier;
pub mod import;
pub mod oscal;
pub mod required;

pub use answer::{Answer, Draft, Typed};
pub use required::required;

use crate::triage::Tier;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

crate::words! {
    /// Who answers: the organisation once, or each system.
    Level {
        Organisation = "organisation", "Organisation";
        System = "system", "System";
    }
}

crate::words! {
    /// Where somebody stands with a subcategory. The order is that of progress; not applicable stands beside it.
    State {
        NotStarted = "not_started", "Not started";
        Partial = "partial", "Partly in place";
        Implemented = "implemented", "In place";
        Verified = "verified", "Verified";
        NotApplicable = "not_applicable", "Not applicable";
    }
}

impl State {
    /// Whether it is in place, checked by somebody else or not.
    #[must_use]
    pub const fn is_done(self) -> bool {
        matches!(self, State::Implemented | State::Verified)
    }

    /// Whether this state satisfies a target. What does not apply satisfies every one.
    #[must_use]
    pub fn meets(self, target: State) -> bool {
        self == State::NotApplicable || (target != State::NotApplicable && self >= target)
    }
}

crate::words! {
    /// Who usually answers a subcategory: roles of the portal, and trades in the organisation.
    Who {
        Owner = "owner", "Project owner";
        Contributor = "contributor", "Contributor";
        Committee = "committee", "Risk committee";
        Chair = "chair", "Committee chair";
        Executive = "executive", "Executive";
        Auditor = "auditor", "Auditor";
        Admin = "admin", "Administrator";
        Legal = "legal", "Legal counsel";
        Privacy = "privacy", "Data protection officer";
        Security = "security", "Security team";
        Operations = "operations", "Operations";
        Procurement = "procurement", "Purchasing";
        People = "people", "Human resources";
        Experts = "experts", "Experts of the field";
        Users = "users", "Users and people affected";
    }
}

/// A framework: functions, their categories, and the subcategories that are answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Framework {
    /// Stable name.
    pub key: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The published version.
    pub version: &'static str,
    /// In the official order.
    pub functions: Vec<Function>,
}

/// A function: GOVERN, MAP, MEASURE or MANAGE.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The official identifier, `MEASURE`.
    pub id: String,
    /// Its two letters in NIST AI 600-1, `MS`.
    pub code: String,
    /// What people read.
    pub title: String,
    /// What it is about, in one sentence.
    pub summary: String,
    /// Who answers it.
    pub level: Level,
    /// In the official order.
    pub categories: Vec<Category>,
}

/// A category, such as `MEASURE 2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The official identifier.
    pub id: String,
    /// What people read.
    pub title: String,
    /// What it is about, in one sentence.
    pub summary: String,
    /// In the official order.
    pub subcategories: Vec<Subcategory>,
}

/// A subcategory, such as `MEASURE 2.10`, which is not `MEASURE 2.1`: an identifier is a text, never a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subcategory {
    /// The official identifier.
    pub id: String,
    /// Short title.
    pub title: String,
    /// What is asked.
    pub question: String,
    /// Who usually answers, the likeliest first.
    pub who: Vec<Who>,
    /// What counts as evidence.
    pub evidence: Vec<String>,
    /// What to do next.
    pub next: String,
    /// The lowest tier whose submissions need it; none at the level of the organisation.
    #[serde(default)]
    pub required_from: Option<Tier>,
    /// SHA-256 of the official text (UTF-8), as hexadecimal digits: says which text this entry is about.
    pub official_sha256: String,
}

impl Subcategory {
    /// Whether this is, character for character, the official text that the entry is about.
    #[must_use]
    pub fn is_about(&self, official: &str) -> bool {
        let digest = Sha256::digest(official.as_bytes());
        let hex = digest.iter().fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"));
        hex == self.official_sha256
    }
}

const FILES: [&str; 4] = [
    include_str!("../../../data/frameworks/nist-ai-rmf/govern.json"),
    include_str!("../../../data/frameworks/nist-ai-rmf/map.json"),
    include_str!("../../../data/frameworks/nist-ai-rmf/measure.json"),
    include_str!("../../../data/frameworks/nist-ai-rmf/manage.json"),
];

static NIST: LazyLock<Framework> = LazyLock::new(|| Framework {
    key: "nist-ai-rmf",
    title: "NIST AI Risk Management Framework",
    version: "1.0",
    functions: FILES.into_iter().map(parsed).collect(),
});

#[expect(clippy::expect_used, reason = "the text is compiled in, and the tests read all of it")]
fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the framework's data are valid")
}

/// AI RMF 1.0.
#[must_use]
pub fn nist() -> &'static Framework {
    &NIST
}

impl Framework {
    /// All categories, in the official order.
    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        self.functions.iter().flat_map(|function| &function.categories)
    }

    /// All subcategories, in the official order.
    pub fn subcategories(&self) -> impl Iterator<Item = &Subcategory> {
        self.categories().flat_map(|category| &category.subcategories)
    }

    /// The subcategories that are answered at a level, in the official order.
    pub fn at(&self, level: Level) -> impl Iterator<Item = &Subcategory> {
        let functions = self.functions.iter().filter(move |function| function.level == level);
        functions.flat_map(|function| &function.categories).flat_map(|category| &category.subcategories)
    }

    /// The subcategory of exactly this identifier.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Subcategory> {
        self.subcategories().find(|subcategory| subcategory.id == id)
    }

    /// Where a subcategory stands in the official order, from 0.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.subcategories().position(|subcategory| subcategory.id == id)
    }

    /// The function that a subcategory belongs to.
    #[must_use]
    pub fn function_of(&self, id: &str) -> Option<&Function> {
        let holds =
            |function: &&Function| function.categories.iter().any(|c| c.subcategories.iter().any(|s| s.id == id));
        self.functions.iter().find(holds)
    }

    /// Who answers a subcategory.
    #[must_use]
    pub fn level_of(&self, id: &str) -> Option<Level> {
        self.function_of(id).map(|function| function.level)
    }
}

#[cfg(test)]
mod tests;
