//! CycloneDX ML-BOM 1.5 to 1.7, as JSON and as XML: models and data sets with their model cards.

use super::dates::ran_at;
use super::json::Shape;
use super::pick::{all, pick, sort};
use super::slim::{Room, Slim};
use super::xml::{List, Node, Xml};
use super::{Source, Unreadable};
use crate::evidence::findings::{Findings, Format, Metric, Unit};
use std::collections::BTreeMap;

/// References to data sets that are resolved.
const REFERENCES: usize = 2_000;

/// Whether it is a CycloneDX document.
pub fn fits(shape: &Shape) -> bool {
    shape.text("bomFormat") == Some("CycloneDX")
}

/// Reads a document in JSON.
///
/// # Errors
/// Broken JSON.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::CycloneDx);
    let picks = [
        all("specVersion"),
        all("metadata.timestamp"),
        all("metadata.tools"),
        all("metadata.component"),
        all("metadata.licenses"),
        all("components.[]"),
        sort("vulnerabilities.[]"),
    ];
    let mut bom = Bom::default();
    pick(file, Format::CycloneDx.label(), &picks, &mut findings, &mut |f, at, _, piece| match at {
        0 => f.fact("specVersion", &piece.words()),
        1 => ran_at(f, &piece.words()),
        2 => tools(f, &piece),
        4 => licences(f, "document", &piece),
        6 => bom.vulnerabilities = bom.vulnerabilities.saturating_add(1),
        _ => bom.component(f, &piece),
    })?;
    bom.finish(&mut findings);
    Ok(findings)
}

/// Reads a document in XML.
///
/// # Errors
/// XML that is not well formed, or another kind of it.
pub fn read_xml(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::CycloneDx);
    let mut xml = Xml::new(file, Format::CycloneDx.label())?;
    let mut bom = Bom::default();
    loop {
        let (name, attributes) = match xml.next()? {
            Node::Start(name, attributes) => (name, attributes),
            Node::Eof => break,
            _ => continue,
        };
        let open: Vec<&str> = xml.open().iter().map(String::as_str).collect();
        match open.as_slice() {
            ["bom"] => {
                let space = attributes
                    .0
                    .iter()
                    .find(|(key, value)| key.starts_with("xmlns") && value.contains("cyclonedx.org"));
                let Some((_, space)) = space else {
                    return Err(Unreadable::Unknown("XML of no known kind (a bom, but not of CycloneDX)".to_owned()));
                };
                findings.fact("specVersion", space.rsplit('/').next().unwrap_or_default());
            }
            ["bom", "metadata"] | ["bom", "components", "component"] => {
                let room = Room::default();
                let piece = xml.value(attributes, &list, &room)?;
                if room.cut() {
                    findings.note("Part of a very large entry was left out");
                }
                if name == "component" {
                    bom.component(&mut findings, &piece);
                    continue;
                }
                ran_at(&mut findings, piece.text("timestamp"));
                tools(&mut findings, piece.at("tools"));
                licences(&mut findings, "document", piece.at("licenses"));
                if !piece.at("component").is_null() {
                    bom.component(&mut findings, piece.at("component"));
                }
            }
            ["bom", "vulnerabilities", "vulnerability"] => bom.vulnerabilities = bom.vulnerabilities.saturating_add(1),
            _ => {}
        }
    }
    bom.finish(&mut findings);
    Ok(findings)
}

/// Elements that are lists, so that XML reads as JSON does.
fn list(name: &str) -> List {
    match name {
        "licenses" => List::Named,
        "components"
        | "datasets"
        | "inputs"
        | "outputs"
        | "performanceMetrics"
        | "users"
        | "useCases"
        | "technicalLimitations"
        | "performanceTradeoffs"
        | "ethicalConsiderations"
        | "fairnessAssessments"
        | "hashes"
        | "properties"
        | "energyConsumptions"
        | "energyProviders"
        | "externalReferences" => List::Plain,
        _ => List::No,
    }
}

fn tools(findings: &mut Findings, tools: &Slim) {
    // Until 1.4 a list of tools, since 1.5 an object of components and services; in XML elements.
    let listed = tools.entries().iter().filter(|(name, _)| matches!(name.as_str(), "components" | "tool" | "services"));
    let tools: Vec<&Slim> = match tools {
        Slim::List(tools) => tools.iter().collect(),
        _ => listed.flat_map(|(_, tools)| tools.items()).collect(),
    };
    if let Some(tool) = tools.first() {
        findings.tool = tool.at("name").str().map(str::to_owned);
        findings.tool_version = tool.at("version").str().map(str::to_owned);
    }
}

#[derive(Default)]
struct Bom {
    models: u64,
    data: u64,
    others: u64,
    vulnerabilities: u64,
    /// Names of components by their reference, and references to data sets.
    names: BTreeMap<String, String>,
    references: Vec<String>,
}

impl Bom {
    fn component(&mut self, findings: &mut Findings, component: &Slim) {
        let name = name(component);
        if self.names.len() < REFERENCES
            && let Some(reference) = component.at("bom-ref").str()
        {
            self.names.insert(reference.to_owned(), name.clone());
        }
        let count = match component.text("type") {
            "machine-learning-model" => {
                findings.target(&name);
                &mut self.models
            }
            "data" => {
                findings.data_set(&name);
                &mut self.data
            }
            _ => &mut self.others,
        };
        *count = count.saturating_add(1);
        if matches!(component.text("type"), "machine-learning-model" | "data") {
            for field in ["description", "publisher", "supplier.name", "manufacturer.name"] {
                fact(findings, &name, field, component.at(field));
            }
            licences(findings, &name, component.at("licenses"));
            for hash in component.at("hashes").items() {
                findings.fact(&format!("{name}: {}", hash.text("alg")), hash.text("content"));
            }
        }
        self.card(findings, &name, component.at("modelCard"));
        component.at("components").items().iter().for_each(|inner| self.component(findings, inner));
    }

    fn card(&mut self, findings: &mut Findings, name: &str, card: &Slim) {
        for field in ["task", "architectureFamily", "modelArchitecture", "approach.type", "inputs", "outputs"] {
            fact(findings, name, field, card.at("modelParameters").at(field));
        }
        for data in card.at("modelParameters.datasets").items() {
            match data.at("ref").str() {
                Some(reference) if self.references.len() < REFERENCES => self.references.push(reference.to_owned()),
                Some(_) => {}
                None => findings.data_set(data.text("name")),
            }
        }
        for metric in card.at("quantitativeAnalysis.performanceMetrics").items() {
            measured(findings, name, metric);
        }
        for (field, value) in card.at("considerations").entries() {
            fact(findings, name, field, value);
        }
    }

    fn finish(self, findings: &mut Findings) {
        for reference in &self.references {
            findings.data_set(self.names.get(reference).unwrap_or(reference));
        }
        if self.models == 0 && self.data == 0 {
            findings.note("The document names no model and no data set: it lists software only");
        }
        if self.vulnerabilities > 0 {
            findings.note(format!("{} vulnerabilities are listed; they are not read", self.vulnerabilities));
        }
        if self.others > 0 {
            findings.note(format!("{} components are neither models nor data; they are not read", self.others));
        }
    }
}

fn name(component: &Slim) -> String {
    let (group, name, version) = (component.text("group"), component.text("name"), component.text("version"));
    let full = if group.is_empty() { name.to_owned() } else { format!("{group}/{name}") };
    if version.is_empty() { full } else { format!("{full} {version}") }
}

fn fact(findings: &mut Findings, name: &str, field: &str, value: &Slim) {
    findings.fact(&format!("{name}: {field}"), &value.words());
}

fn licences(findings: &mut Findings, name: &str, licences: &Slim) {
    let words: Vec<&str> = licences
        .items()
        .iter()
        .flat_map(|licence| ["license.id", "license.name", "expression"].map(|path| licence.text(path)))
        .chain(licences.items().iter().map(|licence| licence.text("expression.content")))
        .filter(|word| !word.is_empty())
        .collect();
    findings.fact(&format!("{name}: licence"), &words.join(", "));
}

/// A performance metric: its value and bounds are texts, and may be anything.
fn measured(findings: &mut Findings, name: &str, metric: &Slim) {
    let number = |value: &Slim| match value.str().and_then(|text| text.strip_suffix('%')) {
        Some(percent) => (percent.trim().parse::<f64>().ok().filter(|n| n.is_finite()), Unit::Percent),
        None => (value.num(), Unit::Other),
    };
    let kind = metric.text("type");
    let (Some(value), unit) = number(metric.at("value")) else {
        let said: String = metric.at("value").words().chars().take(80).collect();
        return findings.note(format!("The metric {kind:?} of {name} has no number as its value ({said:?})"));
    };
    let bound = |which: &str| number(metric.at("confidenceInterval").at(which)).0;
    findings.metric(Metric {
        slice: metric.at("slice").str().map(str::to_owned),
        interval: bound("lowerBound").zip(bound("upperBound")),
        ..Metric::new(kind, name, value, unit)
    });
}
