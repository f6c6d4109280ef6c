//! Scores of Ragas. The tool has no file of its own; people save means by metric (flat, or under a key such as `scores`, with
//! targets and verdicts beside them) or a row per question.

use super::loose::{Scalar, Table};
use super::rows::{row, rows};
use super::walk::{Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Better, Counts, Format, Metric, Unit};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

const FORMAT: &str = "Ragas scores";

/// Metrics of Ragas, by which its files and tables are known: a score from 0 to 1 for each question.
pub const METRICS: &[&str] = &[
    "faithfulness",
    "answer_relevancy",
    "response_relevancy",
    "context_precision",
    "context_recall",
    "context_relevancy",
    "context_entity_recall",
    "context_utilization",
    "llm_context_precision_with_reference",
    "llm_context_precision_without_reference",
    "non_llm_context_precision_with_reference",
    "non_llm_context_recall",
    "answer_correctness",
    "answer_similarity",
    "semantic_similarity",
    "factual_correctness",
    "noise_sensitivity",
    "noise_sensitivity_relevant",
    "noise_sensitivity_irrelevant",
];

/// Keys under which the scores may stand.
const UNDER: &[&str] = &["scores", "metrics", "ragas_scores", "ragas", "averages", "average_scores"];

/// Whether a document holds such scores.
pub fn fits(shape: &Shape) -> bool {
    METRICS.iter().any(|name| shape.has(&[name]))
        || !shape.list
            && UNDER
                .iter()
                .any(|under| METRICS.iter().any(|name| shape.has(&[under, format!("{under}.{name}").as_str()])))
}

/// Whether it is JSON lines of them.
pub fn fits_rows(shape: &Shape) -> bool {
    shape.lines && !shape.list && METRICS.iter().any(|name| shape.has(&[name]))
}

#[derive(Default)]
struct Mean {
    sum: f64,
    n: u64,
    without: u64,
}

#[derive(Default)]
struct Scores {
    /// Means that the file gives.
    given: BTreeMap<String, Scalar>,
    /// Means over its rows.
    rows: BTreeMap<String, Mean>,
    row_count: u64,
    targets: Table<Scalar>,
    passed: BTreeMap<String, bool>,
    passed_all: Option<bool>,
    other: Vec<(String, Scalar)>,
}

/// One question: its scores by metric.
type Question = Table<Scalar>;

impl Scores {
    fn question(&mut self, question: &Question) {
        self.row_count += 1;
        for name in METRICS {
            let Some(score) = question.0.get(*name) else { continue };
            let mean = self.rows.entry((*name).to_owned()).or_default();
            match score.num() {
                Some(score) => {
                    mean.sum += score;
                    mean.n += 1;
                }
                None => mean.without += 1,
            }
        }
    }
}

impl Walk for Scores {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "targets" | "thresholds" => self.targets = map.next_value()?,
            "passed" | "pass" => map.next_value_seed(Passed(self))?,
            _ if UNDER.contains(&key.as_str()) => map.next_value_seed(Under(self))?,
            _ if METRICS.contains(&key.as_str()) => drop(self.given.insert(key, map.next_value()?)),
            _ if self.other.len() < 100 => self.other.push((key, map.next_value()?)),
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// Scores by metric, or a list of questions.
struct Under<'a>(&'a mut Scores);

impl<'de> DeserializeSeed<'de> for Under<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Under<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("scores by metric or a list of questions")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, score)) = map.next_entry::<String, Scalar>()? {
            if self.0.given.len() < 500 {
                self.0.given.insert(name, score);
            }
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(question) = list.next_element::<Question>()? {
            self.0.question(&question);
        }
        Ok(())
    }
}

/// Verdicts: one, or one a metric.
struct Passed<'a>(&'a mut Scores);

impl<'de> DeserializeSeed<'de> for Passed<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Passed<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a verdict, or verdicts by metric")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E>(self, passed: bool) -> Result<(), E> {
        self.0.passed_all = Some(passed);
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, passed)) = map.next_entry::<String, Scalar>()? {
            if let (Some(passed), true) = (passed.bool(), self.0.passed.len() < 500) {
                self.0.passed.insert(name, passed);
            }
        }
        Ok(())
    }
}

/// A whole document: an object of scores, or a list of questions.
struct Top<'a>(&'a mut Scores);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object or a list")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Walked(self.0).visit_map(map).map(drop)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        Under(self.0).visit_seq(list)
    }
}

/// Reads a document.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut scores = Scores::default();
    document(file, FORMAT, Top(&mut scores))?;
    let mut findings = Findings::new(Format::Ragas);
    scores.tell(&mut findings);
    Ok(findings)
}

/// Reads JSON lines, a question each.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub fn read_rows(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut scores = Scores::default();
    let seen = rows(file, |bytes| match row::<Question>(bytes) {
        Some(question) => {
            scores.question(&question);
            true
        }
        None => false,
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: FORMAT, what: "no row can be read".to_owned() });
    }
    let mut findings = Findings::new(Format::Ragas);
    seen.notes(&mut findings);
    scores.tell(&mut findings);
    Ok(findings)
}

impl Scores {
    fn tell(&self, findings: &mut Findings) {
        findings.tool = Some("ragas".to_owned());
        findings.note("The file does not say whether the run ended, nor which system was tested");
        let mut questions = None;
        for (key, value) in &self.other {
            match key.as_str() {
                "num_questions" | "num_samples" | "n_samples" | "sample_size" | "total_questions" | "num_rows" => {
                    questions = value.count();
                }
                "timestamp" | "date" | "run_at" | "created_at" => findings.ran_at = when::instant(value),
                "dataset" | "dataset_name" => findings.data_set(value.text().unwrap_or_default()),
                "ragas_version" => findings.tool_version = value.word(),
                _ => findings.fact(key, &value.word().unwrap_or_default()),
            }
        }
        for (name, mean) in &self.rows {
            if mean.without > 0 {
                findings.note(format!("{name}: {} of {} questions have no score", mean.without, mean.without + mean.n));
            }
            if mean.n > 0 {
                let given = self.given.get(name).and_then(Scalar::num);
                let value = mean.sum / mean.n as f64;
                if given.is_some_and(|given| (given - value).abs() > 1e-3) {
                    findings.note(format!("{name}: the mean in the file is not that of its questions: these count"));
                }
                findings.metric(metric(name, value, Some(mean.n)));
            }
        }
        for (name, value) in self.given.iter().filter(|(name, _)| self.rows.get(*name).is_none_or(|mean| mean.n == 0)) {
            match value.num() {
                Some(value) => findings.metric(metric(name, value, questions)),
                None => findings.note(format!("{name} has no value: the judge failed, or it was not measured")),
            }
        }
        if questions == Some(0) || findings.metrics.is_empty() {
            findings.note("No question was scored: nothing was measured");
        }
        self.judge(findings);
    }

    /// Targets and verdicts; a verdict that its own target contradicts does not count.
    fn judge(&self, findings: &mut Findings) {
        for (name, target) in &self.targets.0 {
            findings.fact(&format!("Target of {name}"), &target.word().unwrap_or_default());
        }
        let (mut counts, mut short) = (Counts::default(), Vec::new());
        for one in findings.metrics.clone() {
            let reached = self.targets.0.get(&one.name).and_then(Scalar::num).map(|target| match one.better {
                Some(Better::Lower) => one.value <= target,
                _ => one.value >= target,
            });
            let said = self.passed.get(&one.name).copied();
            if let (Some(reached), Some(said)) = (reached, said)
                && reached != said
            {
                let (verdict, fact) = (if said { "passed" } else { "failed" }, if reached { "" } else { "not " });
                findings.note(format!("{} is said to have {verdict}, but its target is {fact}reached", one.name));
            }
            match reached.or(said) {
                Some(true) => counts.passed += 1,
                Some(false) => {
                    counts.failed += 1;
                    short.push(one);
                }
                None => {}
            }
        }
        for one in &short {
            let target = self.targets.0.get(&one.name).and_then(Scalar::num);
            let target = target.map(|target| format!(" (target {target})")).unwrap_or_default();
            findings.failure(&one.name, &format!("{:.4}{target}", one.value), None);
        }
        if counts.total() > 0 {
            findings.counts = Some(counts);
        }
        if let Some(passed) = self.passed_all {
            findings.fact("Passed", if passed { "yes" } else { "no" });
            if passed && counts.failed > 0 {
                findings.note("The file says that it passed, but not every target is reached");
            }
        }
    }
}

fn metric(name: &str, value: f64, samples: Option<u64>) -> Metric {
    let unit = if (0.0..=1.0).contains(&value) { Unit::Proportion } else { Unit::Other };
    let mut metric = Metric::new(name, "", value, unit);
    metric.samples = samples.filter(|n| *n > 0);
    metric.better = match METRICS.contains(&name) {
        true if name.starts_with("noise_sensitivity") => Some(Better::Lower),
        true => Some(Better::Higher),
        false => None,
    };
    metric
}
