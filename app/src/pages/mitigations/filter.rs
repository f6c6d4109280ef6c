//! The filters of a list of mitigations, read from its address, and the chips that take them away.

use crate::choices;
use crate::components::*;
use crate::server::{AppError, Cx, PageUrl};
use domain::mitigation::{Kind, Status};
use leptos::prelude::*;
use std::str::FromStr;
use store::mitigations::{Due, MitigationFilter, MitigationSort};
use store::systems::choices::Choices;

/// Filter and order of the address. What can't be read is a page that does not exist.
pub fn read(cx: &Cx, url: &PageUrl) -> Result<(MitigationFilter, (MitigationSort, bool)), AppError> {
    let filter = MitigationFilter {
        text: url.get("q").map(str::to_owned),
        system: word(url, "system")?,
        unit: word(url, "unit")?,
        assignee: match url.get("assignee") {
            Some("me") => Some(Some(cx.actor.id)),
            Some("none") => Some(None),
            _ => word(url, "assignee")?.map(Some),
        },
        status: word(url, "status")?,
        kind: word(url, "kind")?,
        due: word(url, "due")?,
        conditions: url.get("conditions").is_some(),
    };
    let sort = match url.sort() {
        Some((key, descending)) => (key.parse().map_err(|_| AppError::NotFound)?, descending),
        None => (MitigationSort::Due, false),
    };
    Ok((filter, sort))
}

fn word<T: FromStr>(url: &PageUrl, key: &str) -> Result<Option<T>, AppError> {
    url.get(key).map(|text| text.parse().map_err(|_| AppError::NotFound)).transpose()
}

fn chips(url: &PageUrl, filter: &MitigationFilter, choices: &Choices) -> Vec<Chip> {
    let mut chips = Vec::new();
    let mut add = |key: &str, words: String| {
        for value in url.all(key) {
            chips.push(Chip::new(words.clone(), url, key, value));
        }
    };
    add("q", format!("Text: {}", filter.text.clone().unwrap_or_default()));
    add("system", format!("System: {}", filter.system.map(|s| s.to_string()).unwrap_or_default()));
    let unit = choices.units.iter().find(|(id, _)| Some(*id) == filter.unit).map(|(_, name)| name.clone());
    add("unit", format!("Unit: {}", unit.unwrap_or_default()));
    let assignee = match filter.assignee {
        Some(Some(_)) if url.get("assignee") == Some("me") => "me".to_owned(),
        Some(Some(id)) => choices.people.iter().find(|(p, _)| *p == id).map(|(_, n)| n.clone()).unwrap_or_default(),
        _ => "nobody".to_owned(),
    };
    add("assignee", format!("Assignee: {assignee}"));
    add("status", format!("Status: {}", filter.status.map(Status::label).unwrap_or_default()));
    add("kind", format!("Kind: {}", filter.kind.map(Kind::label).unwrap_or_default()));
    add("due", format!("Due: {}", filter.due.map(Due::label).unwrap_or_default()));
    add("conditions", "Conditions of the committee".to_owned());
    chips
}

/// Search and filters. A system's own list needs no unit.
pub fn bar(url: &PageUrl, filter: &MitigationFilter, choices: &Choices, with_unit: bool) -> AnyView {
    let chips = chips(url, filter, choices);
    let units: Vec<_> = choices.units.iter().map(|(id, name)| Choice::new(id, name)).collect();
    let mut people = vec![Choice::new("me", "Me"), Choice::new("none", "Nobody")];
    people.extend(choices.people.iter().map(|(id, name)| Choice::new(id, name)));
    let hidden = ["conditions", "system"]
        .into_iter()
        .filter_map(|key| url.get(key).map(|value| (key, value.to_owned())))
        .map(|(name, value)| view! { <Hidden name value/> })
        .collect_view();
    view! {
        <FilterBar search="Search mitigations" chips>
            {hidden}
            {with_unit.then(|| view! { <FilterSelect name="unit" label="Unit" choices=units/> })}
            <FilterSelect name="due" label="Due" choices=choices!(Due)/>
            <FilterSelect name="assignee" label="Assignee" choices=people/>
            <FilterSelect name="status" label="Status" choices=choices!(Status)/>
            <FilterSelect name="kind" label="Kind" choices=choices!(Kind)/>
        </FilterBar>
    }
    .into_any()
}
