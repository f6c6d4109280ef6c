//! The parts of an Inspect log that are read.

use super::Findings;
use super::loose::{Figure, List, Object, Said, Scalar, Table};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Eval {
    pub(super) created: Scalar,
    pub(super) task: Scalar,
    pub(super) task_version: Scalar,
    pub(super) model: Scalar,
    pub(super) dataset: Object<Dataset>,
    pub(super) config: Object<Config>,
    pub(super) packages: Table<Scalar>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Dataset {
    pub(super) name: Scalar,
    pub(super) location: Scalar,
    pub(super) samples: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Config {
    pub(super) epochs: Scalar,
    pub(super) limit: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Results {
    pub(super) total_samples: Scalar,
    pub(super) completed_samples: Scalar,
    pub(super) scores: List<Object<Score>, 200>,
    // Version 1 had one scorer.
    pub(super) scorer: Object<Named>,
    pub(super) metrics: Table<Object<Value>, 100>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Named {
    pub(super) name: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Score {
    pub(super) name: Scalar,
    pub(super) scorer: Scalar,
    pub(super) reducer: Scalar,
    pub(super) scored_samples: Scalar,
    pub(super) unscored_samples: Scalar,
    pub(super) metrics: Table<Object<Value>, 100>,
}

impl Score {
    /// What it is of: the scorer with its value's name, and the same with how epochs were made one.
    pub(super) fn scopes(&self, epochs: u64) -> (String, String) {
        let (scorer, name) = (self.scorer.text(), self.name.text());
        // A scorer that gives several values has a score of each: their names may be those of another scorer's.
        let name = match (scorer, name) {
            (Some(scorer), Some(name)) if scorer != name => format!("{scorer} / {name}"),
            _ => name.or(scorer).unwrap_or_default().to_owned(),
        };
        let scope = match self.reducer.text() {
            Some(reducer) if epochs > 1 => format!("{name} ({reducer})"),
            _ => name.clone(),
        };
        (name, scope)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Value {
    pub(super) value: Figure,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Stats {
    pub(super) started_at: Scalar,
    pub(super) model_usage: Table<Object<Usage>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Usage {
    pub(super) total_tokens: Figure,
}

/// How the failure of a sample begins that was running when the run was cancelled: Python's word for it.
pub(super) const INTERRUPTED: &str = "error: CancelledError(";

/// The samples that the file holds.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) samples: u64,
    pub(super) errors: u64,
    /// Of the errors, those that only say that the run was broken off.
    pub(super) interrupted: u64,
    /// By scorer: correct, incorrect, and anything else.
    pub(super) grades: BTreeMap<String, [u64; 3]>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Sample {
    pub(super) id: Scalar,
    pub(super) epoch: Scalar,
    pub(super) scores: Table<Object<Graded>>,
    pub(super) error: Said,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Graded {
    pub(super) value: Scalar,
    pub(super) answer: Scalar,
    pub(super) explanation: Scalar,
}

impl Kept {
    /// Adds a sample, and its failure.
    pub(super) fn add(&mut self, sample: Object<Sample>, findings: &mut Findings) {
        let Some(sample) = sample.0 else { return };
        self.samples += 1;
        let id = sample.id.word().unwrap_or_default();
        let name = match sample.epoch.count() {
            Some(epoch) if epoch > 1 => format!("{id} (epoch {epoch})"),
            _ => id,
        };
        if !sample.error.0.is_empty() {
            self.errors += 1;
            let message = format!("error: {}", sample.error.0);
            self.interrupted += u64::from(message.starts_with(INTERRUPTED));
            findings.failure(&name, &message, Some("error"));
        }
        let (mut scorers, mut said) = (Vec::new(), "");
        for (scorer, graded) in &sample.scores.0 {
            let Some(graded) = &graded.0 else { continue };
            let grade = match &graded.value {
                Scalar::Text(text) => text.as_str(),
                _ => "",
            };
            if self.grades.len() < 1000 || self.grades.contains_key(scorer) {
                let [correct, incorrect, other] = self.grades.entry(scorer.clone()).or_default();
                *match grade {
                    "C" => correct,
                    "I" => incorrect,
                    _ => other,
                } += 1;
            }
            if matches!(grade, "I" | "N") {
                scorers.push(format!("{scorer} {}", if grade == "I" { "incorrect" } else { "no answer" }));
                said = graded.explanation.text().or(graded.answer.text()).unwrap_or(said);
            }
        }
        if !scorers.is_empty() {
            findings.failure(&name, &format!("{}: {said}", scorers.join(", ")), None);
        }
    }
}
