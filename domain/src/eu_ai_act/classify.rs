//! From complete answers to a result.

use super::answers::Answers;
use super::facts::View;
use super::key::Key;
use super::law::{FindingKind, findings, law};
use super::obligations::{due, work};
use super::outcome::{Class, Outcome, Reason, Version};
use super::question::question;
use super::tags::{Tag, tags};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Answers are missing. A class without them would be a guess, and a guess would be read as a clearance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not answered yet: {}", .missing.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(", "))]
pub struct Incomplete {
    /// The questions that are asked and not answered, as far as the answers tell; more may follow.
    pub missing: Vec<Key>,
}

/// Classifies what the answers describe, by the law that the program knows, and tells what applies on a day.
///
/// The class and the dates do not depend on the day: what begins later is an obligation that is coming.
pub fn classify(answers: &Answers, on: NaiveDate) -> Result<Outcome, Incomplete> {
    let view = View::of(answers);
    let missing: Vec<Key> = view.open().collect();
    if !missing.is_empty() {
        return Err(Incomplete { missing });
    }
    let tags = tags(&view);
    let (class, also) = classes(&tags);
    let obligations = due(&view, &tags, on);
    let mut reasons = picked(&view);
    reasons.extend(said(FindingKind::Reason, &tags));
    Ok(Outcome {
        law: Version { version: &law().version, regulation: &law().regulation, amendment: &law().amendment },
        on,
        roles: view.roles(),
        class,
        also,
        reasons,
        work: work(&obligations),
        obligations,
        warnings: said(FindingKind::Warning, &tags),
        unused: answers.iter().map(|(key, _)| key).filter(|key| !view.asked().contains(key)).collect(),
    })
}

/// Every class that holds: the gravest, and the others.
fn classes(tags: &BTreeSet<Tag>) -> (Class, Vec<Class>) {
    let any = |list: &[Tag]| list.iter().any(|tag| tags.contains(tag));
    let tests = [
        (Class::Prohibited, any(&[Tag::Stopped])),
        (Class::HighRiskProduct, any(&[Tag::SectionA, Tag::SectionB])),
        (Class::HighRiskArea, any(&[Tag::Area])),
        (Class::SystemicModel, any(&[Tag::Systemic])),
        (Class::GeneralPurposeModel, any(&[Tag::ModelDuties]) && !any(&[Tag::Systemic])),
        (Class::Transparency, any(&[Tag::Talks, Tag::Synthetic, Tag::Exposed, Tag::DeepFake, Tag::PublicText])),
        (Class::Minimal, any(&[Tag::Minimal])),
        (Class::NotAiSystem, any(&[Tag::NotAi, Tag::PlainModel])),
    ];
    let mut holding = tests.into_iter().filter_map(|(class, holds)| holds.then_some(class));
    // What is left: outside the Act's reach, or a model whose duties lie with somebody else.
    let class = holding.next().unwrap_or(Class::OutOfScope);
    (class, holding.collect())
}

fn said(kind: FindingKind, tags: &BTreeSet<Tag>) -> Vec<Reason> {
    let fitting = findings().iter().filter(|finding| finding.kind == kind);
    let holding = fitting.filter(|finding| finding.when.iter().all(|tag| tags.contains(tag)));
    holding.map(|finding| Reason { article: &finding.article, text: finding.text.clone() }).collect()
}

/// The options that decided, each with its article and its own words.
fn picked(view: &View<'_>) -> Vec<Reason> {
    let lead = |key: Key, words: Vec<&str>, lead: &'static str| -> Vec<Reason> {
        let options = words.into_iter().filter_map(|word| question(key).option(word));
        options.map(|option| Reason { article: &option.article, text: format!("{lead}: {}.", option.label) }).collect()
    };
    let practices = lead(Key::Practices, view.practices(), "Prohibited");
    if view.stopped() {
        return practices;
    }
    let points = view.points().into_iter().collect();
    let (area, exception) = (view.area(), view.exception());
    let situations = view.picked(Key::Transparency).collect();
    [
        lead(Key::ProductActs, view.product().unwrap_or_default(), "High-risk product"),
        lead(Key::Areas, if area || exception { points } else { Vec::new() }, area_lead(area)),
        lead(Key::Exceptions, if exception { view.picked(Key::Exceptions).collect() } else { Vec::new() }, "Excepted"),
        lead(Key::Transparency, situations, "Article 50"),
    ]
    .concat()
}

fn area_lead(high_risk: bool) -> &'static str {
    if high_risk { "High-risk use" } else { "Use of Annex III, excepted" }
}
