//! Model cards of Hugging Face: the YAML between the first two lines of dashes, and the results in its `model-index`.

use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format, Metric, Unit};
use std::io::{BufRead, BufReader, Read, SeekFrom};

/// Bytes of front matter that are read.
const FRONT: u64 = 1024 * 1024;
/// Fields that are statements.
const FACTS: &[&str] = &[
    "license",
    "license_name",
    "license_link",
    "base_model",
    "library_name",
    "pipeline_tag",
    "language",
    "tags",
    "co2_eq_emissions",
    "extra_gated_prompt",
    "inference",
];
/// Fields by which front matter is known for that of a card.
const OURS: &[&str] = &[
    "license",
    "model-index",
    "datasets",
    "tags",
    "base_model",
    "library_name",
    "pipeline_tag",
    "language",
    "metrics",
];

/// Reads a card.
///
/// # Errors
/// Front matter without an end or of another kind; YAML that is broken or unfolds to too much.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let yaml = front_matter(file)?;
    let format = Format::ModelCard.label();
    let budget = serde_saphyr::budget! {
        max_nodes: 50_000, max_events: 200_000, max_aliases: 1_000, max_anchors: 1_000, max_depth: 64,
        max_total_scalar_bytes: 2 * 1024 * 1024, max_recorded_anchor_bytes: 2 * 1024 * 1024,
        max_documents: 1,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        // The language "no" is Norwegian.
        strict_booleans: true,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    };
    let card: Slim = serde_saphyr::from_str_with_options(&yaml, options)
        .map_err(|e| Unreadable::Broken { format, what: format!("front matter: {e}") })?;
    if !card.entries().iter().any(|(key, _)| OURS.contains(&key.as_str())) {
        let keys: Vec<&str> = card.entries().iter().take(8).map(|(key, _)| key.as_str()).collect();
        return Err(Unreadable::Unknown(format!("front matter of no known kind (keys: {})", keys.join(", "))));
    }
    let mut findings = Findings::new(Format::ModelCard);
    for field in FACTS {
        findings.fact(field, &card.at(field).words());
    }
    card.at("datasets").items().iter().for_each(|name| findings.data_set(&name.words()));
    if card.at("license").is_null() {
        findings.note("The card names no licence");
    }
    let models = card.at("model-index").items();
    if models.is_empty() {
        findings.note("The card has no model-index: no results in it can be read by machine");
    }
    let mut index = Index::default();
    models.iter().for_each(|model| index.model(&mut findings, model));
    index.finish(&mut findings);
    Ok(findings)
}

/// What stands between the first two lines of dashes.
fn front_matter(file: &mut dyn Source) -> Result<String, Unreadable> {
    file.seek(SeekFrom::Start(0))?;
    let mut lines = BufReader::new(file.take(FRONT));
    let (mut yaml, mut line, mut begun) = (Vec::new(), Vec::new(), false);
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            let what = "dashes at the start, but no second line of dashes that ends the front matter";
            return Err(Unreadable::Unknown(what.to_owned()));
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii_end();
        match (text == b"---", begun) {
            (true, true) => break,
            (true, false) => {
                begun = true;
                yaml.push(b'\n');
            }
            (false, true) => yaml.extend_from_slice(&line),
            // An empty line in place of each that is left out, so that errors name the line of the file.
            (false, false) if text.is_empty() => yaml.push(b'\n'),
            (false, false) => return Err(Unreadable::Unknown("a text without front matter".to_owned())),
        }
    }
    String::from_utf8(yaml).map_err(|_| Unreadable::Broken {
        format: Format::ModelCard.label(),
        what: "the front matter is not UTF-8".to_owned(),
    })
}

#[derive(Default)]
struct Index {
    values: u64,
    verified: u64,
}

impl Index {
    fn model(&mut self, findings: &mut Findings, model: &Slim) {
        let name = model.text("name");
        findings.target(name);
        for result in model.at("results").items() {
            let data = result.at("dataset");
            let kind = [data.text("name"), data.text("type")].into_iter().find(|name| !name.is_empty());
            let task = [result.text("task.type"), result.text("task.name")].concat();
            let scope = match kind {
                Some(kind) => {
                    findings.data_set(kind);
                    let more: Vec<&str> =
                        [data.text("config"), data.text("split")].into_iter().filter(|m| !m.is_empty()).collect();
                    if more.is_empty() { kind.to_owned() } else { format!("{kind} ({})", more.join(", ")) }
                }
                None => {
                    findings
                        .note(format!("The model-index is not valid: a result of {name:?} ({task}) names no data set"));
                    task
                }
            };
            result.at("metrics").items().iter().for_each(|metric| self.metric(findings, &scope, metric));
        }
    }

    fn metric(&mut self, findings: &mut Findings, scope: &str, metric: &Slim) {
        let name = [metric.text("type"), metric.text("name")].into_iter().find(|name| !name.is_empty());
        let name = name.unwrap_or("unnamed metric");
        match metric.at("value").num() {
            Some(value) => {
                self.values = self.values.saturating_add(1);
                let verified = metric.at("verified").flag() == Some(true) || metric.at("verifyToken").str().is_some();
                self.verified = self.verified.saturating_add(u64::from(verified));
                findings.metric(Metric::new(name, scope, value, Unit::Other));
            }
            None => {
                let said: String = metric.at("value").words().chars().take(80).collect();
                findings.note(format!("The metric {name:?} on {scope} has no number as its value ({said:?})"));
            }
        }
    }

    fn finish(self, findings: &mut Findings) {
        if self.values > 0 {
            findings.note(format!(
                "{} values are the author's own word; {} carry a token of the hub, which is not checked here",
                self.values, self.verified
            ));
        }
    }
}
