//! What may be changed in each list: the fields of its bar, and how they are read. One thing at a time.

use super::{List, choose, choose_date};
use crate::choices;
use crate::components::Choice;
use crate::server::FormReader;
use domain::ids::PersonId;
use domain::{mitigation, risk};
use leptos::prelude::*;
use store::bulk::Change;
use store::systems::choices::Choices;

/// What stands for nobody.
const NOBODY: &str = "none";

/// The fields of the list of risks.
pub fn risks(all: &[(PersonId, String)]) -> AnyView {
    view! {
        {choose("to-owner", "Owner", people(all, true))}
        {choose("to-status", "Status", choices!(risk::Status))}
    }
    .into_any()
}

/// The fields of the list of mitigations.
pub fn mitigations(choices: &Choices) -> AnyView {
    view! {
        {choose("to-assignee", "Assignee", people(&choices.people, true))}
        {choose("to-status", "Status", choices!(mitigation::Status))}
        {choose_date("to-due", "Due")}
    }
    .into_any()
}

/// The fields of the list of systems.
pub fn systems(choices: &Choices) -> AnyView {
    let units = choices.units.iter().map(|(id, name)| Choice::new(id, name)).collect();
    view! {
        {choose("to-owner", "Owner", people(&choices.people, false))}
        {choose("to-unit", "Unit", units)}
    }
    .into_any()
}

fn people(all: &[(PersonId, String)], nobody: bool) -> Vec<Choice> {
    let nobody = nobody.then(|| Choice::new(NOBODY, "Nobody"));
    nobody.into_iter().chain(all.iter().map(|(id, name)| Choice::new(id, name))).collect()
}

/// The one change that a form asks for.
pub(super) fn read(list: List, form: &mut FormReader) -> Option<Change> {
    let mut changes: Vec<Change> = Vec::new();
    match list {
        List::Systems => {
            changes.extend(form.opt_pick("to-owner").map(Change::SystemOwner));
            changes.extend(form.opt_pick("to-unit").map(Change::SystemUnit));
        }
        List::Risks => {
            changes.extend(person(form, "to-owner").map(Change::RiskOwner));
            changes.extend(form.opt_pick("to-status").map(Change::RiskStatus));
        }
        List::Mitigations => {
            changes.extend(person(form, "to-assignee").map(Change::Assignee));
            changes.extend(form.opt_pick("to-status").map(Change::MitigationStatus));
            changes.extend(form.opt_date("to-due").map(Change::Due));
        }
    }
    if changes.len() > 1 {
        form.error("", "Change one thing at a time, so that each has its own reason");
        return None;
    }
    if changes.is_empty() {
        form.error("", "Choose what is to change, and to what");
    }
    changes.pop()
}

fn person(form: &mut FormReader, name: &str) -> Option<Option<PersonId>> {
    match form.opt(name).as_deref() {
        None => None,
        Some(NOBODY) => Some(None),
        Some(id) => match id.parse() {
            Ok(id) => Some(Some(id)),
            Err(_) => {
                form.error(name, "Choose one of the list");
                None
            }
        },
    }
}

/// The change as hidden fields of the next form.
pub(super) fn hidden(change: &Change) -> (&'static str, String) {
    let person = |person: Option<PersonId>| person.map_or(NOBODY.to_owned(), |p| p.to_string());
    match change {
        Change::RiskOwner(to) => ("to-owner", person(*to)),
        Change::RiskStatus(to) => ("to-status", to.to_string()),
        Change::Assignee(to) => ("to-assignee", person(*to)),
        Change::Due(day) => ("to-due", day.to_string()),
        Change::MitigationStatus(to) => ("to-status", to.to_string()),
        Change::SystemOwner(to) => ("to-owner", to.to_string()),
        Change::SystemUnit(to) => ("to-unit", to.to_string()),
    }
}

/// What else the change does, where that is not in its name.
pub(super) fn consequence(change: &Change) -> Option<&'static str> {
    match change {
        Change::SystemOwner(_) => Some(
            "The former owners lose their access unless they contribute to the system; they can't vote on it later either.",
        ),
        Change::RiskStatus(risk::Status::Closed) => Some("Closed risks no longer count. Each can be reopened."),
        Change::MitigationStatus(mitigation::Status::Dropped) => {
            Some("Dropped mitigations no longer count. Each can be planned again.")
        }
        _ => None,
    }
}
