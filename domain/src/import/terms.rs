//! The register's own terms, read out of other people's words.

use super::values::fold;
use crate::system::{Autonomy, DataCategory, Kind, Sourcing, Stage};

/// A term of the register read from free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading<T> {
    pub value: T,
    /// Whether the text is a usual name for the term; otherwise a word in it decided, and the report says so.
    pub sure: bool,
}

/// The lifecycle stage that a text speaks of. The order matters: "in production" stands in "not in production".
pub(super) fn stage(cell: &str) -> Option<Reading<Stage>> {
    let folded = fold(cell);
    if let Some(&(_, value)) = STAGE_NAMES.iter().find(|(name, _)| *name == folded) {
        return Some(Reading { value, sure: true });
    }
    let without = folded.replace("not yet in production", "").replace("not in production", "");
    let found = by_words(&without, STAGE_WORDS);
    found.or((without != folded).then_some(Reading { value: Stage::Development, sure: false }))
}

const STAGE_NAMES: &[(&str, Stage)] = &[
    ("ideation", Stage::Ideation),
    ("idea", Stage::Ideation),
    ("planned", Stage::Ideation),
    ("planning", Stage::Ideation),
    ("planned not in production", Stage::Ideation),
    ("initiated", Stage::Ideation),
    ("initiation", Stage::Ideation),
    ("proposed", Stage::Ideation),
    ("concept", Stage::Ideation),
    ("research", Stage::Ideation),
    ("development", Stage::Development),
    ("in development", Stage::Development),
    ("under development", Stage::Development),
    ("currently under development", Stage::Development),
    ("initial development", Stage::Development),
    ("development not in production", Stage::Development),
    ("development and acquisition", Stage::Development),
    ("acquisition and or development", Stage::Development),
    ("acquisition", Stage::Development),
    ("design", Stage::Development),
    ("build", Stage::Development),
    ("testing", Stage::Development),
    ("in ontwikkeling", Stage::Development),
    ("ontwikkeling", Stage::Development),
    ("pilot", Stage::Pilot),
    ("piloting", Stage::Pilot),
    ("trial", Stage::Pilot),
    ("beta", Stage::Pilot),
    ("alpha", Stage::Pilot),
    ("proof of concept", Stage::Pilot),
    ("poc", Stage::Pilot),
    ("implementation", Stage::Pilot),
    ("implementation and assessment", Stage::Pilot),
    ("experimenteel", Stage::Pilot),
    ("production", Stage::Production),
    ("in production", Stage::Production),
    ("in production more than 1 year", Stage::Production),
    ("in production less than 1 year", Stage::Production),
    ("in production less than one year", Stage::Production),
    ("in production less than 6 months", Stage::Production),
    ("in production less than six months", Stage::Production),
    ("operation and maintenance", Stage::Production),
    ("operation and management", Stage::Production),
    ("operations and maintenance", Stage::Production),
    ("operational", Stage::Production),
    ("in operation", Stage::Production),
    ("deployment", Stage::Production),
    ("deployed", Stage::Production),
    ("in mission", Stage::Production),
    ("in use", Stage::Production),
    ("live", Stage::Production),
    ("active", Stage::Production),
    ("in gebruik", Stage::Production),
    ("retired", Stage::Retired),
    ("decommissioned", Stage::Retired),
    ("discontinued", Stage::Retired),
    ("inactive", Stage::Retired),
    ("withdrawn", Stage::Retired),
    ("archived", Stage::Retired),
    ("buiten gebruik", Stage::Retired),
];

const STAGE_WORDS: &[(&str, Stage)] = &[
    ("retire", Stage::Retired),
    ("decommission", Stage::Retired),
    ("discontinu", Stage::Retired),
    ("sunset", Stage::Retired),
    ("inactive", Stage::Retired),
    ("no longer", Stage::Retired),
    ("buiten gebruik", Stage::Retired),
    ("action complete", Stage::Retired),
    ("pseudo operational", Stage::Pilot),
    ("pilot", Stage::Pilot),
    ("proof of concept", Stage::Pilot),
    ("acceptance test", Stage::Pilot),
    ("successfully tested", Stage::Pilot),
    ("beta", Stage::Pilot),
    ("trial", Stage::Pilot),
    ("technical transfer", Stage::Development),
    ("develop", Stage::Development),
    ("prototyp", Stage::Development),
    ("ontwikkel", Stage::Development),
    ("acquisition", Stage::Development),
    ("future release", Stage::Production),
    ("in production", Stage::Production),
    ("operation", Stage::Production),
    ("production", Stage::Production),
    ("deploy", Stage::Production),
    ("in use", Stage::Production),
    ("in gebruik", Stage::Production),
    ("live", Stage::Production),
    ("implement", Stage::Pilot),
    ("plan", Stage::Ideation),
    ("initia", Stage::Ideation),
    ("research", Stage::Ideation),
    ("idea", Stage::Ideation),
    ("completed", Stage::Production),
];

/// The kind of AI that a text speaks of, where it names one.
pub(super) fn kind(cell: &str) -> Option<Reading<Kind>> {
    let folded = fold(cell);
    own_word(&folded, Kind::ALL, |k| (k.as_str(), k.label())).or_else(|| by_words(&folded, KIND_WORDS))
}

const KIND_WORDS: &[(&str, Kind)] = &[
    ("agentic", Kind::Agentic),
    ("ai agent", Kind::Agentic),
    ("autonomous agent", Kind::Agentic),
    ("general purpose", Kind::GeneralPurpose),
    ("foundation model", Kind::GeneralPurpose),
    ("generative", Kind::Generative),
    ("generate", Kind::Generative),
    ("large language", Kind::Generative),
    ("llm", Kind::Generative),
    ("gpt", Kind::Generative),
    ("diffusion", Kind::Generative),
    ("predict", Kind::Predictive),
    ("machine learning", Kind::Predictive),
    ("deep learning", Kind::Predictive),
    ("neural net", Kind::Predictive),
    ("classif", Kind::Predictive),
    ("regression", Kind::Predictive),
    ("random forest", Kind::Predictive),
    ("computer vision", Kind::Predictive),
    ("forecast", Kind::Predictive),
    ("anomaly", Kind::Predictive),
    ("cluster", Kind::Predictive),
    ("recommend", Kind::Predictive),
];

/// Whether a text says that the system was built or bought.
pub(super) fn sourcing(cell: &str) -> Option<Reading<Sourcing>> {
    let folded = fold(cell);
    let own = own_word(&folded, Sourcing::ALL, |s| (s.as_str(), s.label()));
    own.or_else(|| {
        let value = match folded.as_str() {
            "build" | "in house" | "developed in house" | "internal" | "custom" => Sourcing::Built,
            "buy"
            | "purchased"
            | "vendor"
            | "commercial"
            | "commercial off the shelf"
            | "cots"
            | "external"
            | "third party"
            | "developed with contracting resources" => Sourcing::Bought,
            "both" | "developed with both contracting and in house resources" => Sourcing::Mixed,
            _ => return by_words(&folded, SOURCING_WORDS),
        };
        Some(Reading { value, sure: true })
    })
}

const SOURCING_WORDS: &[(&str, Sourcing)] = &[
    ("no contract", Sourcing::Built),
    ("both", Sourcing::Mixed),
    ("combination", Sourcing::Mixed),
    ("mixed", Sourcing::Mixed),
    ("in house", Sourcing::Built),
    ("internally", Sourcing::Built),
    ("built", Sourcing::Built),
    ("bought", Sourcing::Bought),
    ("contract", Sourcing::Bought),
    ("vendor", Sourcing::Bought),
    ("commercial", Sourcing::Bought),
    ("off the shelf", Sourcing::Bought),
    ("third party", Sourcing::Bought),
    ("purchase", Sourcing::Bought),
    ("procure", Sourcing::Bought),
];

/// How far a text lets the system act by itself.
pub(super) fn autonomy(cell: &str) -> Option<Reading<Autonomy>> {
    let folded = fold(cell);
    own_word(&folded, Autonomy::ALL, |a| (a.as_str(), a.label())).or_else(|| by_words(&folded, AUTONOMY_WORDS))
}

const AUTONOMY_WORDS: &[(&str, Autonomy)] = &[
    ("intervention is not practicable", Autonomy::ActsAlone),
    ("without direct human", Autonomy::ActsAlone),
    ("fully autonom", Autonomy::ActsAlone),
    ("fully automat", Autonomy::ActsAlone),
    ("human out of the loop", Autonomy::ActsAlone),
    ("human on the loop", Autonomy::ActsSupervised),
    ("require direct human oversight", Autonomy::ActsSupervised),
    ("supervis", Autonomy::ActsSupervised),
    ("human in the loop", Autonomy::Recommends),
    ("confirm", Autonomy::Recommends),
    ("recommend", Autonomy::Recommends),
    ("inform", Autonomy::Informs),
    ("advis", Autonomy::Informs),
    ("decision support", Autonomy::Informs),
];

/// The categories of data that a text names, each once; not sure unless each part of the text is one of ours.
pub(super) fn data_categories(cell: &str) -> Option<Reading<Vec<DataCategory>>> {
    let parts = cell.split([',', ';', '|', '\n']).map(fold).filter(|p| !p.is_empty());
    let own: Option<Vec<DataCategory>> =
        parts.map(|part| own_word(&part, DataCategory::ALL, |c| (c.as_str(), c.label())).map(|r| r.value)).collect();
    let (mut value, sure) = match own {
        Some(found) => (found, true),
        None => (all_words(&fold(cell), DATA_WORDS), false),
    };
    value.sort_unstable();
    value.dedup();
    (!value.is_empty()).then_some(Reading { value, sure })
}

const DATA_WORDS: &[(&str, DataCategory)] = &[
    ("public", DataCategory::Public),
    ("open data", DataCategory::Public),
    ("internal", DataCategory::Internal),
    ("confidential", DataCategory::Confidential),
    ("proprietary", DataCategory::Confidential),
    ("personal", DataCategory::Personal),
    ("personally identifiable", DataCategory::Personal),
    ("pii", DataCategory::Personal),
    ("special categor", DataCategory::Special),
    ("ethnic", DataCategory::Special),
    ("religio", DataCategory::Special),
    ("crimin", DataCategory::Criminal),
    ("child", DataCategory::Children),
    ("biometric", DataCategory::Biometric),
    ("facial", DataCategory::Biometric),
    ("fingerprint", DataCategory::Biometric),
    ("financ", DataCategory::Financial),
    ("payment", DataCategory::Financial),
    ("health", DataCategory::Health),
    ("medical", DataCategory::Health),
    ("patient", DataCategory::Health),
    ("copyright", DataCategory::Content),
];

/// A word of the register's own list, by its stored word or its label.
fn own_word<T: Copy>(folded: &str, all: &[T], words: fn(T) -> (&'static str, &'static str)) -> Option<Reading<T>> {
    let is = |word: &T| {
        let (stored, label) = words(*word);
        fold(stored) == folded || fold(label) == folded
    };
    all.iter().copied().find(is).map(|value| Reading { value, sure: true })
}

/// The first entry whose words stand in `folded`, at the start of a word.
fn by_words<T: Copy>(folded: &str, words: &[(&str, T)]) -> Option<Reading<T>> {
    all_words(folded, words).first().map(|&value| Reading { value, sure: false })
}

/// Every entry whose words stand in `folded`, at the start of a word.
fn all_words<T: Copy>(folded: &str, words: &[(&str, T)]) -> Vec<T> {
    let text = format!(" {folded}");
    words.iter().filter(|(word, _)| text.contains(&format!(" {word}"))).map(|&(_, value)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 27 spellings of the US inventory of 2023 (one of them blank) and those of 2024 and of the Dutch register.
    #[test]
    fn every_real_spelling_of_a_stage_is_read() {
        let cases = [
            (Stage::Ideation, &["Initiation", "Initiated", "Planned", "Planned (not in production)", "Ideation"][..]),
            (
                Stage::Development,
                &[
                    "Development and Acquisition",
                    "Development (not in production)",
                    "Initial development",
                    "Currently under development",
                    "Technical transfer of capability to industry planned this summer.",
                    "Acquisition and/or Development",
                    "ontwikkeling",
                ],
            ),
            (
                Stage::Pilot,
                &[
                    "Implementation",
                    "Implementation and Assessment",
                    "Proof-of-concept completed",
                    "Proof of Concept completed and published",
                    "Investigating/Proof of concept",
                    "Successfully tested but not in production.",
                    "User Acceptance Testing to begin early spring '22",
                    "This is a pilot initiative",
                    "OPC runs in a pseudo-operational capacity via a webpage maintained by the Massachusetts Institute of \
                     Technology - Lincoln Lab, as well as in a test and evaluation capacity in a research mode.",
                ],
            ),
            (
                Stage::Production,
                &[
                    "Operation and Maintenance",
                    "Operation and Management",
                    "In-use",
                    "In mission",
                    "In production: more than 1 year",
                    "In production: less than six months",
                    "In production: less than 6 months",
                    "In production: less than one year",
                    "In production",
                    "Deployment",
                    "Completed",
                    "Refinments planned for future release",
                    "in_gebruik",
                ],
            ),
            (Stage::Retired, &["Retired", "Research or  Administrative Action Complete", "buiten_gebruik"]),
        ];
        for (value, spellings) in cases {
            for spelling in spellings {
                assert_eq!(stage(spelling).map(|r| r.value), Some(value), "{spelling:?}");
            }
        }
        assert_eq!(stage("Not yet in production").map(|r| r.value), Some(Stage::Development));
        assert_eq!(stage("Operation and Maintenance").map(|r| r.sure), Some(true));
        assert_eq!(stage("This is a pilot initiative").map(|r| r.sure), Some(false));
        assert_eq!(stage("42"), None);
    }

    #[test]
    fn kinds_and_sourcing_are_read_from_other_peoples_words() {
        for (cell, value) in [
            ("Deep Learning, Other", Kind::Predictive),
            ("LLM chatbot", Kind::Generative),
            ("Generative AI", Kind::Generative),
            ("agentic", Kind::Agentic),
            ("General-purpose model", Kind::GeneralPurpose),
        ] {
            assert_eq!(kind(cell).map(|r| r.value), Some(value), "{cell:?}");
        }
        assert_eq!(kind("Big Data, Other"), None);
        for (cell, value) in [
            ("Developed in-house.", Sourcing::Built),
            ("Developed with contracting resources.", Sourcing::Bought),
            ("Developed with both contracting and in-house resources.", Sourcing::Mixed),
            ("No contract/external resources used in development.", Sourcing::Built),
            ("Exclusively developed with contract/external resources.", Sourcing::Bought),
            ("COTS", Sourcing::Bought),
        ] {
            assert_eq!(sourcing(cell).map(|r| r.value), Some(value), "{cell:?}");
        }
    }

    #[test]
    fn autonomy_and_data_are_read_from_other_peoples_words() {
        for (cell, value) in [
            ("No - Some individual decisions or actions require direct human oversight.", Autonomy::ActsSupervised),
            (
                "Yes - All individual decisions or actions are automated and may be rendered without direct human interaction.",
                Autonomy::ActsAlone,
            ),
            ("Recommends; a person confirms each case", Autonomy::Recommends),
            ("informs", Autonomy::Informs),
        ] {
            assert_eq!(autonomy(cell).map(|r| r.value), Some(value), "{cell:?}");
        }
        let sure = |value| Some(Reading { value, sure: true });
        assert_eq!(
            data_categories("personal; Health data, personal"),
            sure(vec![DataCategory::Personal, DataCategory::Health])
        );
        let read = data_categories("Patient records with PII");
        assert_eq!(read, Some(Reading { value: vec![DataCategory::Personal, DataCategory::Health], sure: false }));
        assert_eq!(data_categories("Telemetry"), None);
    }
}
