//! The law as data: versions, dates, thresholds, obligations, reasons and warnings (`data/eu_ai_act/`).
//!
//! A change of the law is a change of these files and of their version.

use super::incident::IncidentKind;
use super::outcome::Role;
use super::tags::Tag;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

crate::words! {
    /// The days on which something begins.
    DateKey {
        Prohibitions = "prohibitions", "Prohibited practices and AI literacy";
        Models = "models", "General-purpose models";
        General = "general", "General application";
        NewProhibitions = "new_prohibitions", "Prohibitions added in 2026";
        MarkingOfExisting = "marking_of_existing", "Marking by systems of before";
        ModelsOfBefore = "models_of_before", "Models of before";
        LargeItOfBefore = "large_it_of_before", "Large IT systems of before";
        HighRiskArea = "high_risk_area", "High risk by area";
        HighRiskProduct = "high_risk_product", "High risk by product";
        PublicAuthorities = "public_authorities", "Systems of before for public authorities";
        LargeIt = "large_it", "Large IT systems";
    }
}

crate::words! {
    /// From when an obligation applies: a day, or a rule that gives one.
    From {
        Prohibitions = "prohibitions", "With the prohibitions";
        NewProhibitions = "new_prohibitions", "With the prohibitions added in 2026";
        General = "general", "With the general application";
        Marking = "marking", "Article 50(2), later for systems of before";
        Models = "models", "Chapter V, later for models of before";
        HighRisk = "high_risk", "The earliest of the grounds of high risk";
        HighRiskArea = "high_risk_area", "The rules for Annex III";
        HighRiskProduct = "high_risk_product", "The rules for Annex I";
    }
}

/// One day of the law.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Date {
    /// Its name.
    pub key: DateKey,
    /// The first day of application.
    pub date: NaiveDate,
    /// Where it is set.
    pub article: String,
    /// What begins.
    pub what: String,
}

/// A number of the law.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// The number.
    pub value: f64,
    /// Where it is set.
    pub article: String,
}

/// All thresholds.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Floating-point operations above which systemic risk is presumed.
    pub systemic_flop: Threshold,
    /// Floating-point operations above which the Commission usually sees a general-purpose model.
    pub indicative_flop: Threshold,
    /// The original compute is divided by it; a further training above the result makes a new provider.
    pub modification_divisor: Threshold,
}

/// How soon an incident of one kind is reported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentRule {
    /// The kind.
    pub kind: IncidentKind,
    /// Days from awareness, at most.
    pub days: u32,
    /// Where it is set.
    pub article: String,
    /// What starts the duty before the days are over.
    pub starts: String,
}

/// The version of the law that everything here follows.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// The day since which the law has this form; the name of the version.
    pub version: String,
    /// The act.
    pub regulation: String,
    /// What amended it.
    pub amendment: String,
    /// Guidance that some rules follow.
    pub guidance: String,
    /// When the data was last held against its sources.
    pub checked: NaiveDate,
    /// The days.
    pub dates: Vec<Date>,
    /// The numbers.
    pub thresholds: Thresholds,
    /// The clock of Art. 73.
    pub incidents: Vec<IncidentRule>,
}

impl Law {
    /// The day of this name.
    #[must_use]
    pub fn date(&self, key: DateKey) -> NaiveDate {
        // A test holds the data to one entry a key; without one, nothing would ever apply.
        self.dates.iter().find(|date| date.key == key).map_or(NaiveDate::MAX, |date| date.date)
    }
}

/// A remark on an obligation, for some.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// All of these hold.
    pub when: Vec<Tag>,
    /// The remark.
    pub text: String,
}

/// Something that must be done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Stable name.
    pub key: String,
    /// Where it is set.
    pub article: String,
    /// Short name.
    pub title: String,
    /// What to do.
    pub action: String,
    /// The work item that it leads to.
    pub work: String,
    /// Who owes it.
    pub roles: Vec<Role>,
    /// All of these hold.
    pub when: Vec<Tag>,
    /// None of these holds.
    #[serde(default)]
    pub unless: Vec<Tag>,
    /// From when.
    pub from: From,
    /// Remarks, for some.
    #[serde(default)]
    pub notes: Vec<Note>,
}

/// Whether a finding explains the result or warns of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Why the result is what it is.
    Reason,
    /// What to look out for.
    Warning,
}

/// A sentence of the result, and when it is said.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Reason or warning.
    pub kind: FindingKind,
    /// All of these hold.
    pub when: Vec<Tag>,
    /// Where the Act says it.
    pub article: String,
    /// The sentence.
    pub text: String,
}

static LAW: LazyLock<Law> = LazyLock::new(|| parsed(include_str!("../../../data/eu_ai_act/law.json")));
static OBLIGATIONS: LazyLock<Vec<Obligation>> =
    LazyLock::new(|| parsed(include_str!("../../../data/eu_ai_act/obligations.json")));
static FINDINGS: LazyLock<Vec<Finding>> =
    LazyLock::new(|| parsed(include_str!("../../../data/eu_ai_act/findings.json")));

#[expect(clippy::expect_used, reason = "the texts are compiled in, and the tests read all of them")]
fn parsed<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).expect("the law is valid")
}

/// The version of the law that the program knows.
#[must_use]
pub fn law() -> &'static Law {
    &LAW
}

/// All obligations that the program knows.
#[must_use]
pub fn obligations() -> &'static [Obligation] {
    &OBLIGATIONS
}

/// All sentences of results.
#[must_use]
pub fn findings() -> &'static [Finding] {
    &FINDINGS
}
