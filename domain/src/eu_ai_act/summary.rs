//! The public summary of training content (Art. 53(1)(d)): its sections and what each asks, as data.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The summary's outline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSummary {
    /// Where the Act asks for it.
    pub article: String,
    /// What the outline follows.
    pub source: String,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its number.
    pub key: String,
    /// Its heading, in our words.
    pub title: String,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its number.
    pub key: String,
    /// Its heading, in our words.
    pub title: String,
    /// What it asks, in our words.
    pub questions: Vec<String>,
}

static SUMMARY: LazyLock<TrainingSummary> =
    LazyLock::new(|| parsed(include_str!("../../../data/eu_ai_act/training_summary.json")));

#[expect(clippy::expect_used, reason = "the text is compiled in, and the tests read all of it")]
fn parsed(json: &str) -> TrainingSummary {
    serde_json::from_str(json).expect("the outline is valid")
}

/// The outline of the summary.
#[must_use]
pub fn training_summary() -> &'static TrainingSummary {
    &SUMMARY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_has_three_sections_and_numbered_parts() {
        let summary = training_summary();
        assert_eq!(summary.sections.iter().map(|s| s.parts.len()).collect::<Vec<_>>(), [3, 6, 3]);
        for section in &summary.sections {
            for part in &section.parts {
                assert!(part.key.starts_with(&format!("{}.", section.key)), "{}", part.key);
                assert!(!part.questions.is_empty());
            }
        }
    }
}
