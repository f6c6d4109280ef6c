//! The library of common AI risks: a team picks one and makes it its own.
//!
//! The entries are data (`data/risks/*.json`), compiled in. Only the server refers to this module, so that the
//! browser's bundle does not carry it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Characteristic;
use crate::{mitigation, system};

crate::words! {
    /// Groups of the library, in the order in which they are shown.
    Group {
        Reliability = "reliability", "Reliability";
        Fairness = "fairness", "Fairness";
        Privacy = "privacy", "Privacy";
        Security = "security", "Security";
        Agents = "agents", "Agents";
        SupplyChain = "supply-chain", "Vendors and supply chain";
        HarmfulContent = "harmful-content", "Harmful content";
        IntellectualProperty = "intellectual-property", "Intellectual property";
        People = "people", "People and AI";
        Transparency = "transparency", "Transparency";
        Governance = "governance", "Governance";
        Society = "society", "Society and environment";
    }
}

/// A risk of the library.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryRisk {
    /// Stable name: registers refer to it.
    pub key: String,
    /// Where it stands in the library.
    pub group: Group,
    /// Short name.
    pub title: String,
    /// Other words that people search for.
    pub aliases: Vec<String>,
    /// What brings it about.
    pub cause: String,
    /// What happens.
    pub event: String,
    /// What follows.
    pub consequence: String,
    /// The characteristic of trustworthy AI that it threatens most.
    pub characteristic: Characteristic,
    /// The kinds of system that it typically concerns.
    pub kinds: Vec<system::Kind>,
    /// What is usually done about it.
    pub mitigations: Vec<LibraryMitigation>,
    /// How to measure it.
    pub measures: Vec<String>,
    /// What it corresponds to elsewhere.
    pub taxonomies: Taxonomies,
}

/// A usual mitigation of a risk of the library.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryMitigation {
    /// Short name.
    pub title: String,
    /// How it acts.
    pub kind: mitigation::Kind,
    /// What to do.
    pub description: String,
}

/// Identifiers of the corresponding entries of public taxonomies; `data/risks/README.md` names their versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomies {
    /// Names of risks of NIST AI 600-1, which gives them no identifiers.
    pub nist_600_1: Vec<String>,
    /// `LLM01:2025` to `LLM10:2025`.
    pub owasp_llm: Vec<String>,
    /// `ASI01` to `ASI10`.
    pub owasp_agentic: Vec<String>,
    /// Techniques, `AML.T0051` or `AML.T0051.000`.
    pub mitre_atlas: Vec<String>,
    /// Subdomains, `2.2`.
    pub mit: Vec<String>,
}

impl Taxonomies {
    /// The taxonomies that have a corresponding entry: name and identifiers.
    pub fn references(&self) -> Vec<(&'static str, &[String])> {
        let all: [(&'static str, &[String]); 5] = [
            ("NIST AI 600-1", &self.nist_600_1),
            ("OWASP LLM Top 10 (2025)", &self.owasp_llm),
            ("OWASP Agentic Top 10 (2026)", &self.owasp_agentic),
            ("MITRE ATLAS", &self.mitre_atlas),
            ("MIT AI Risk Repository", &self.mit),
        ];
        all.into_iter().filter(|(_, ids)| !ids.is_empty()).collect()
    }
}

/// One file per group, in the groups' order.
const FILES: [&str; 12] = [
    include_str!("../../../data/risks/reliability.json"),
    include_str!("../../../data/risks/fairness.json"),
    include_str!("../../../data/risks/privacy.json"),
    include_str!("../../../data/risks/security.json"),
    include_str!("../../../data/risks/agents.json"),
    include_str!("../../../data/risks/supply-chain.json"),
    include_str!("../../../data/risks/harmful-content.json"),
    include_str!("../../../data/risks/intellectual-property.json"),
    include_str!("../../../data/risks/people.json"),
    include_str!("../../../data/risks/transparency.json"),
    include_str!("../../../data/risks/governance.json"),
    include_str!("../../../data/risks/society.json"),
];

static LIBRARY: LazyLock<Vec<LibraryRisk>> = LazyLock::new(|| FILES.into_iter().flat_map(parsed::<Vec<_>>).collect());

static SUGGESTED: LazyLock<BTreeMap<system::Kind, Vec<String>>> =
    LazyLock::new(|| parsed(include_str!("../../../data/risks/suggested.json")));

#[expect(clippy::expect_used, reason = "the text is compiled in, and the tests read all of it")]
fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the risk library is valid")
}

/// The whole library, group by group.
pub fn all() -> &'static [LibraryRisk] {
    &LIBRARY
}

/// The risk of this key.
pub fn get(key: &str) -> Option<&'static LibraryRisk> {
    all().iter().find(|risk| risk.key == key)
}

/// The risks that concern this kind of system and hold every word of the query, in any case and order. Those with all
/// words in title or aliases come first; otherwise in the library's order. An empty query finds all.
pub fn search(query: &str, kind: Option<system::Kind>) -> Vec<&'static LibraryRisk> {
    let query = query.to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let holds = |text: &str| words.iter().all(|word| text.contains(word));
    let (mut named, mut mentioned) = (Vec::new(), Vec::new());
    for risk in all().iter().filter(|risk| kind.is_none_or(|kind| risk.kinds.contains(&kind))) {
        let name = name_text(risk);
        if holds(&name) {
            named.push(risk);
        } else if holds(&format!("{name} {}", body_text(risk))) {
            mentioned.push(risk);
        }
    }
    named.append(&mut mentioned);
    named
}

/// The risks to look at first for this kind of system, the most typical first.
pub fn suggested(kind: system::Kind) -> Vec<&'static LibraryRisk> {
    SUGGESTED.get(&kind).into_iter().flatten().filter_map(|key| get(key)).collect()
}

fn name_text(risk: &LibraryRisk) -> String {
    format!("{} {} {}", risk.title, risk.key, risk.aliases.join(" ")).to_lowercase()
}

fn body_text(risk: &LibraryRisk) -> String {
    let identifiers = risk.taxonomies.references().into_iter().flat_map(|(_, ids)| ids).map(String::as_str);
    [risk.cause.as_str(), &risk.event, &risk.consequence, risk.group.label(), risk.characteristic.label()]
        .into_iter()
        .chain(identifiers)
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests;
