//! The framework as an OSCAL catalog, and a profile's answers as an OSCAL profile on it (OSCAL 1.2.1, as JSON).
//!
//! Control ids are the official identifiers as OSCAL spells ids (`measure-2.10`); the official spelling is the label.
//! States, targets and dates are props in a namespace of ours, answers are parts. The same input gives the same bytes:
//! time comes in as an argument, and uuids are made from names. Checked with the Pydantic models of `compliance-trestle`
//! 5.2.0, as `data/frameworks/README.md` describes.

use super::crosswalk::{self, Other};
use super::{Category, Framework, Function, State, Subcategory};
use crate::triage::Tier;
use chrono::{DateTime, NaiveDate, Timelike, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The version of OSCAL that is written.
pub const OSCAL: &str = "1.2.1";
/// Where props and parts of ours are defined: the words of [`State`] and the fields of an answer.
pub const NAMESPACE: &str = "urn:countersign:oscal";

/// Whose profile it is.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The id of the system or of the organisation: the document's uuids follow from it.
    pub id: Uuid,
    /// "AI RMF profile of AIS-12 Claims triage"
    pub title: &'a str,
    /// The profile's version, such as the day of the export.
    pub version: &'a str,
    /// The system's tier.
    pub tier: Option<Tier>,
    /// Where the catalog is: the address or file name of what [`catalog`] gave.
    pub catalog: &'a str,
}

/// One subcategory of a profile.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The subcategory's identifier.
    pub subcategory: &'a str,
    /// Where we stand.
    pub state: State,
    /// What is aimed at.
    pub target: Option<State>,
    /// By when.
    pub due: Option<NaiveDate>,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether the portal derived the state, and no person confirmed it.
    pub derived: bool,
    /// The answer, or the derived sentence, as Markdown.
    pub text: Option<&'a str>,
    /// Why it does not apply, as Markdown.
    pub reason: Option<&'a str>,
    /// Who answered last, by name.
    pub answered_by: Option<&'a str>,
    /// Who verified it, by name.
    pub verified_by: Option<&'a str>,
}

/// A uuid made from an id and a name, always the same for both. OSCAL takes versions 4 and 5 only, so that the first 128
/// bits of the SHA-256 are marked as version 4.
#[must_use]
pub fn uuid_of(id: Uuid, name: &str) -> Uuid {
    let digest = Sha256::new().chain_update(id.as_bytes()).chain_update(name.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// An identifier as OSCAL spells ids: "MEASURE 2.10" is `measure-2.10`.
#[must_use]
pub fn control_id(subcategory: &str) -> String {
    subcategory.to_lowercase().replace(' ', "-")
}

/// The framework with our titles and questions. It changes only with the program, so that its uuid follows from what it
/// says.
#[must_use]
pub fn catalog(framework: &Framework, last_modified: DateTime<Utc>) -> Value {
    let groups: Vec<Value> = framework.functions.iter().map(function).collect();
    let said = Value::from(groups.clone()).to_string();
    let title = format!("{} {}", framework.title, framework.version);
    let remarks = "Identifiers and structure are those of NIST AI 100-1. Titles, questions and guidance are Countersign's \
                   own words, not the official text.";
    json!({ "catalog": {
        "uuid": uuid_of(Uuid::nil(), &said),
        "metadata": {
            "title": title,
            "last-modified": instant(last_modified),
            "version": framework.version,
            "oscal-version": OSCAL,
            "remarks": remarks,
        },
        "groups": groups,
    }})
}

fn function(function: &Function) -> Value {
    let categories: Vec<Value> = function.categories.iter().map(category).collect();
    json!({
        "id": control_id(&function.id),
        "class": "function",
        "title": function.title,
        "props": [label(&function.id), ours("level", function.level.as_str())],
        "parts": [{ "name": "overview", "prose": function.summary }],
        "groups": categories,
    })
}

fn category(category: &Category) -> Value {
    let controls: Vec<Value> = category.subcategories.iter().map(control).collect();
    json!({
        "id": control_id(&category.id),
        "class": "category",
        "title": category.title,
        "props": [label(&category.id)],
        "parts": [{ "name": "overview", "prose": category.summary }],
        "controls": controls,
    })
}

fn control(subcategory: &Subcategory) -> Value {
    let id = control_id(&subcategory.id);
    let mut props = vec![label(&subcategory.id), json!({ "name": "sort-id", "value": sort_id(&subcategory.id) })];
    props.extend(subcategory.required_from.map(|tier| ours("required-from", tier.as_str())));
    props.extend(subcategory.who.iter().map(|who| ours("answered-by", who.as_str())));
    props.push(ours("official-text-sha256", &subcategory.official_sha256));
    for other in Other::ALL {
        let served = crosswalk::serves(&subcategory.id).map(|serves| serves.of(*other)).unwrap_or_default();
        props.extend(
            served.iter().map(|id| json!({ "name": "serves", "ns": NAMESPACE, "class": other.as_str(), "value": id })),
        );
    }
    let evidence: Vec<String> = subcategory.evidence.iter().map(|evidence| format!("- {evidence}")).collect();
    json!({
        "id": id,
        "class": "subcategory",
        "title": subcategory.title,
        "props": props,
        "parts": [
            { "id": format!("{id}_smt"), "name": "statement", "prose": subcategory.question },
            { "id": format!("{id}_gdn"), "name": "guidance", "prose": subcategory.next },
            { "id": format!("{id}_evd"), "name": "evidence", "ns": NAMESPACE, "prose": evidence.join("\n") },
        ],
    })
}

/// Sorts as text in the official order: `measure-02.10`.
fn sort_id(subcategory: &str) -> String {
    let padded = |part: &str| part.split('.').map(|n| format!("{n:0>2}")).collect::<Vec<_>>().join(".");
    subcategory
        .split_once(' ')
        .map_or_else(String::new, |(word, rest)| format!("{}-{}", word.to_lowercase(), padded(rest)))
}

/// A profile: which subcategories it holds, and for each what was answered.
#[must_use]
pub fn profile(subject: &Subject<'_>, entries: &[Entry<'_>], last_modified: DateTime<Utc>) -> Value {
    let mut metadata = json!({
        "title": one_line(subject.title),
        "last-modified": instant(last_modified),
        "version": one_line(subject.version),
        "oscal-version": OSCAL,
    });
    if let Some(tier) = subject.tier {
        metadata["props"] = json!([ours("tier", tier.as_str())]);
    }
    let ids: Vec<String> = entries.iter().map(|entry| control_id(entry.subcategory)).collect();
    let selection = if ids.is_empty() {
        json!({ "href": subject.catalog, "include-all": {} })
    } else {
        json!({ "href": subject.catalog, "include-controls": [{ "with-ids": ids }] })
    };
    let alters: Vec<Value> = entries.iter().map(alter).collect();
    // OSCAL gives a document a new uuid whenever its content changes.
    let content = Value::from(alters.clone()).to_string();
    let uuid = uuid_of(subject.id, &format!("{metadata} {selection} {content}"));
    let mut profile = json!({ "uuid": uuid, "metadata": metadata, "imports": [selection], "merge": { "as-is": true } });
    if !alters.is_empty() {
        profile["modify"] = json!({ "alters": alters });
    }
    json!({ "profile": profile })
}

fn alter(entry: &Entry<'_>) -> Value {
    let id = control_id(entry.subcategory);
    let mut props = vec![ours("current-state", entry.state.as_str())];
    props.extend(entry.target.map(|target| ours("target-state", target.as_str())));
    props.extend(entry.due.map(|due| ours("due", &due.to_string())));
    props.push(ours("required", if entry.required { "yes" } else { "no" }));
    props.push(ours("derived", if entry.derived { "yes" } else { "no" }));
    let people = [("last-answered-by", entry.answered_by), ("verified-by", entry.verified_by)];
    props.extend(
        people
            .into_iter()
            .filter_map(|(name, who)| who.map(one_line).filter(|who| !who.is_empty()).map(|who| ours(name, &who))),
    );
    let texts = [("answer", "ans", entry.text), ("reason", "rsn", entry.reason)];
    let parts: Vec<Value> = texts
        .into_iter()
        .filter_map(|(name, short, text)| {
            let prose = text.map(str::trim).filter(|text| !text.is_empty())?;
            Some(json!({ "id": format!("{id}_{short}"), "name": name, "ns": NAMESPACE, "prose": prose }))
        })
        .collect();
    let mut add = json!({ "position": "ending", "props": props });
    if !parts.is_empty() {
        add["parts"] = parts.into();
    }
    json!({ "control-id": id, "adds": [add] })
}

fn label(id: &str) -> Value {
    json!({ "name": "label", "value": id })
}

fn ours(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": value })
}

/// OSCAL's titles and values are single lines without white space at their ends.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// RFC 3339, to the second.
fn instant(at: DateTime<Utc>) -> String {
    let (day, time) = (at.date_naive(), at.time());
    format!("{day}T{:02}:{:02}:{:02}Z", time.hour(), time.minute(), time.second())
}

#[cfg(test)]
#[path = "oscal_tests.rs"]
mod tests;
