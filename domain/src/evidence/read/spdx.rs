//! SPDX 3 documents with the AI and data set profiles: a graph of packages and how they relate.

use super::dates::ran_at;
use super::json::Shape;
use super::pick::{all, pick};
use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format, Metric, Unit};
use std::collections::BTreeMap;

/// Elements and relations that are remembered.
const KNOWN: usize = 20_000;
/// Bytes that are remembered.
const HELD: usize = 8 * 1024 * 1024;

/// Whether it is an SPDX 3 document.
pub fn fits(shape: &Shape) -> bool {
    let context = shape.text("@context").is_some_and(|context| context.contains("spdx.org/rdf/3"));
    shape.has(&["@graph"]) && (context || shape.has(&["@graph.spdxId"]))
}

/// Reads a document.
///
/// # Errors
/// Broken JSON.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::Spdx);
    let mut graph = Graph::default();
    let picks = [all("@graph.[]")];
    pick(file, Format::Spdx.label(), &picks, &mut findings, &mut |f, _, _, element| graph.element(f, &element))?;
    graph.finish(&mut findings);
    Ok(findings)
}

#[derive(Default)]
struct Graph {
    /// Names of models and data sets, and expressions of licences, by id.
    subjects: BTreeMap<String, String>,
    licences: BTreeMap<String, String>,
    relations: Vec<(String, String, Vec<String>)>,
    /// When things were described, by id, and of which the document speaks.
    created: BTreeMap<String, String>,
    document: Option<String>,
    models: u64,
    held: usize,
    left_out: bool,
}

impl Graph {
    fn element(&mut self, findings: &mut Findings, element: &Slim) {
        let known = [self.created.len(), self.subjects.len(), self.licences.len(), self.relations.len()];
        self.left_out |= self.held >= HELD || known.into_iter().any(|n| n >= KNOWN);
        if self.left_out {
            return;
        }
        let kind = [element.at("type").words(), element.at("@type").words()].concat();
        let id = [element.text("spdxId"), element.text("@id")].concat();
        self.held = self.held.saturating_add(id.len());
        match kind.as_str() {
            "CreationInfo" => drop(self.created.insert(id, element.text("created").to_owned())),
            "SpdxDocument" => {
                let info = element.at("creationInfo");
                self.document = info.str().map(str::to_owned);
                ran_at(findings, info.text("created"));
            }
            "ai_AIPackage" => {
                let name = name(element);
                self.models = self.models.saturating_add(1);
                findings.target(&name);
                about(findings, &name, element);
                self.subjects.insert(id, name);
            }
            "dataset_DatasetPackage" => {
                let name = name(element);
                findings.data_set(&name);
                about(findings, &name, element);
                self.subjects.insert(id, name);
            }
            "Relationship" | "LifecycleScopedRelationship" => self.relation(element),
            "simplelicensing_LicenseExpression" => {
                self.licences.insert(id, element.text("simplelicensing_licenseExpression").to_owned());
            }
            "expandedlicensing_CustomLicense" => {
                drop(self.licences.insert(id, format!("{} (custom)", element.text("name"))))
            }
            _ => {}
        }
    }

    fn relation(&mut self, element: &Slim) {
        let kind = element.text("relationshipType");
        if matches!(
            kind,
            "trainedOn" | "testedOn" | "finetunedOn" | "validatedOn" | "hasDeclaredLicense" | "hasConcludedLicense"
        ) {
            let to: Vec<String> = element.at("to").items().iter().filter_map(Slim::str).map(str::to_owned).collect();
            self.held = to.iter().fold(self.held, |held, id| held.saturating_add(id.len() + 64));
            self.relations.push((kind.to_owned(), element.text("from").to_owned(), to));
        }
    }

    fn finish(self, findings: &mut Findings) {
        for (kind, from, to) in &self.relations {
            let Some(from) = self.subjects.get(from) else { continue };
            let named = |id: &String| {
                let last = id.rsplit('/').next().unwrap_or(id);
                self.subjects.get(id).or_else(|| self.licences.get(id)).map_or(last, String::as_str).to_owned()
            };
            let to: Vec<String> = to.iter().map(named).collect();
            findings.fact(&format!("{from}: {kind}"), &to.join(", "));
        }
        if let Some(created) = self.document.and_then(|id| self.created.get(&id).cloned()) {
            ran_at(findings, &created);
        }
        if self.models == 0 {
            findings.note("The document describes no AI package");
        }
        if self.left_out {
            findings.note("The graph is larger than what is read of one; its end is left out");
        }
    }
}

fn name(element: &Slim) -> String {
    let (name, version) = (element.text("name"), element.text("software_packageVersion"));
    let name = if name.is_empty() { element.text("spdxId") } else { name };
    if version.is_empty() { name.to_owned() } else { format!("{name} {version}") }
}

/// What the profiles say of a package: their fields have a prefix.
fn about(findings: &mut Findings, name: &str, element: &Slim) {
    for (field, value) in element.entries() {
        let ours = field.strip_prefix("ai_").or_else(|| field.strip_prefix("dataset_"));
        match (field.as_str(), ours) {
            ("ai_metric", _) => value.items().iter().for_each(|entry| measured(findings, name, entry)),
            ("comment" | "description" | "releaseTime" | "builtTime" | "software_downloadLocation", _) => {
                findings.fact(&format!("{name}: {field}"), &value.words());
            }
            ("verifiedUsing", _) => {
                for hash in value.items() {
                    findings.fact(&format!("{name}: {}", hash.text("algorithm")), hash.text("hashValue"));
                }
            }
            (_, Some(field)) => findings.fact(&format!("{name}: {field}"), &pairs(value)),
            _ => {}
        }
    }
}

/// In words; entries of a dictionary as "key = value".
fn pairs(value: &Slim) -> String {
    let pair = |entry: &Slim| match entry.at("key").str() {
        Some(key) => format!("{key} = {}", entry.at("value").words()),
        None => entry.words(),
    };
    value.items().iter().take(100).map(pair).collect::<Vec<_>>().join(", ")
}

fn measured(findings: &mut Findings, name: &str, entry: &Slim) {
    match entry.at("value").num() {
        Some(value) => findings.metric(Metric::new(entry.text("key"), name, value, Unit::Other)),
        None => {
            let (key, said) = (entry.text("key"), entry.at("value").words());
            let said: String = said.chars().take(80).collect();
            findings.note(format!("The metric {key:?} of {name} has no number as its value ({said:?})"));
        }
    }
}
