//! Output of promptfoo: JSON (versions 1 to 3, from the command line or its library) and JSON lines; red-team runs too.

use super::loose::{Figure, Object, Scalar, Table};
use super::promptfoo_row::Row;
use super::promptfoo_tally::{Tally, named_score};
use super::rows::{row, rows};
use super::walk::{Each, Walk, Walked, document, skip};
use super::{Findings, Shape, Source, Unreadable, when};
use crate::evidence::findings::{Counts, Format, RunState};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

pub(super) const FORMAT: &str = "promptfoo results";

/// Whether a document is one: results with statistics, wrapped or not.
pub fn fits(shape: &Shape) -> bool {
    let own = ["stats.successes", "stats.failures"];
    !shape.list && (shape.has(&["results.results", "results.stats"]) || (shape.has(&["results"]) && shape.has(&own)))
}

/// Whether a row is one.
pub fn fits_rows(shape: &Shape) -> bool {
    !shape.list
        && shape.has(&["success", "score", "provider", "vars"])
        && (shape.has(&["testCase"]) || shape.has(&["namedScores"]))
}

/// Reads a document.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut output = Output::new();
    document(file, FORMAT, Walked(&mut output))?;
    Ok(output.finish())
}

/// Reads JSON lines.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub fn read_rows(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut output = Output::new();
    let seen = rows(file, |bytes| match row::<Row>(bytes) {
        Some(row) => {
            output.tally.add(&row, &mut output.findings);
            true
        }
        None => false,
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: FORMAT, what: "no row can be read".to_owned() });
    }
    let Output { mut findings, tally, .. } = output;
    seen.notes(&mut findings);
    findings.note("Rows do not say whether the run ended, nor when it began: the JSON output does");
    tally.tell(&mut findings, true);
    Ok(findings)
}

struct Output {
    findings: Findings,
    tally: Tally,
    stats: Object<Stats>,
    prompts: Vec<Prompt>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stats {
    successes: Scalar,
    failures: Scalar,
    errors: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Prompt {
    provider: Scalar,
    label: Scalar,
    display: Scalar,
    metrics: Object<Sums>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Sums {
    #[serde(rename = "namedScores")]
    named: Table<Figure, 100>,
    #[serde(rename = "namedScoresCount")]
    counts: Table<Figure, 100>,
    #[serde(rename = "namedScoreWeights")]
    weights: Table<Figure, 100>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Meta {
    #[serde(rename = "promptfooVersion")]
    version: Scalar,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    description: Scalar,
}

impl Walk for Output {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "results" => map.next_value_seed(Results(self))?,
            "stats" => self.stats = map.next_value()?,
            "prompts" => {
                let prompts = &mut self.prompts;
                map.next_value_seed(Each::new(|prompt: Object<Prompt>| {
                    if prompts.len() < 500 {
                        prompts.extend(prompt.0);
                    }
                }))?;
            }
            "timestamp" => {
                let at = when::instant(&map.next_value()?);
                self.findings.ran_at = self.findings.ran_at.or(at);
            }
            "metadata" => {
                let meta: Object<Meta> = map.next_value()?;
                self.findings.tool_version = meta.0.and_then(|meta| meta.version.word());
            }
            "config" => {
                let config: Object<Config> = map.next_value()?;
                if let Some(config) = config.0 {
                    self.findings.fact("Description", config.description.text().unwrap_or_default());
                }
            }
            _ => skip(map)?,
        }
        Ok(())
    }
}

/// What stands under `results`: the summary, or within it the rows.
struct Results<'a>(&'a mut Output);

impl<'de> DeserializeSeed<'de> for Results<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Results<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("results")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Walked(self.0).visit_map(map).map(drop)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<Object<Row>>()? {
            match row.0 {
                Some(row) => self.0.tally.add(&row, &mut self.0.findings),
                None => self.0.findings.note("Entries of the results that are no objects were left out"),
            }
        }
        Ok(())
    }
}

impl Output {
    fn new() -> Output {
        let mut findings = Findings::new(Format::Promptfoo);
        findings.tool = Some("promptfoo".to_owned());
        Output { findings, tally: Tally::default(), stats: Object(None), prompts: Vec::new() }
    }

    fn finish(mut self) -> Findings {
        let claim = self.stats.0.take().unwrap_or_default();
        let rows = self.tally.counts;
        if rows.total() > 0 {
            // The tool writes its output when the run is over.
            self.findings.state = RunState::Complete;
            self.compare(&claim, rows);
        } else {
            self.without_rows(&claim);
        }
        let summed = |prompt: &Prompt| prompt.metrics.0.as_ref().is_some_and(|sums| !sums.named.0.is_empty());
        self.tally.tell(&mut self.findings, !self.prompts.iter().any(summed));
        self.named();
        self.findings
    }

    /// Where the statistics and the rows differ, the rows are right.
    fn compare(&mut self, claim: &Stats, rows: Counts) {
        let (Some(passed), Some(failed)) = (claim.successes.count(), claim.failures.count()) else {
            return self.findings.note("The file has no statistics: counts are those of its rows");
        };
        // Old files count errors among the failures.
        let same = match claim.errors.count() {
            Some(errors) => (passed, failed, errors) == (rows.passed, rows.failed, rows.errors),
            None => (passed, failed) == (rows.passed, rows.failed.saturating_add(rows.errors)),
        };
        if !same {
            let errors = claim.errors.count().unwrap_or_default();
            self.findings.note(format!(
                "The statistics claim {passed} passed, {failed} failed and {errors} errors, the rows come to {}, {} and {}: \
                 the rows count",
                rows.passed, rows.failed, rows.errors
            ));
        }
    }

    fn without_rows(&mut self, claim: &Stats) {
        let number = |n: &Scalar| n.count().unwrap_or_default();
        let counts = Counts {
            passed: number(&claim.successes),
            failed: number(&claim.failures),
            errors: number(&claim.errors),
            skipped: 0,
        };
        if counts.total() == 0 {
            return self.findings.note("There is no test in the file: nothing was measured");
        }
        self.findings.counts = Some(counts);
        self.findings.note("The file keeps no rows: its counts cannot be checked");
    }

    /// Named scores of each prompt. They are sums: divided by their weights, or in older files by their number.
    fn named(&mut self) {
        for prompt in &self.prompts {
            let Some(sums) = &prompt.metrics.0 else { continue };
            let provider = prompt.provider.text().unwrap_or_default();
            let label = prompt.label.text().or(prompt.display.text()).unwrap_or_default();
            let scope = format!("{provider} / {}", label.chars().take(120).collect::<String>());
            for (name, sum) in &sums.named.0 {
                let Some(sum) = sum.0 else { continue };
                let n = sums.counts.0.get(name).and_then(|figure| figure.0).filter(|n| *n > 0.0);
                let weight = sums.weights.0.get(name).and_then(|figure| figure.0).filter(|n| *n > 0.0);
                match weight.or(n) {
                    Some(by) => {
                        let samples = n.filter(|n| n.fract() == 0.0).map(|n| n as u64);
                        self.findings.metric(named_score(name, &scope, sum / by, samples));
                    }
                    None => self.findings.note(format!(
                        "{name} of {scope} is a sum (or derived) without the number that it rests on, and is left out"
                    )),
                }
            }
        }
    }
}
