//! Which column holds what, by its header.

use super::Kind;
use crate::import::table::Table;
use crate::import::values::fold;
use std::collections::BTreeMap;

crate::words! {
    /// What a column of these lists can hold.
    Column {
        Reference = "reference", "Reference";
        System = "system", "System";
        SystemName = "system_name", "System name";
        Title = "title", "Title";
        Cause = "cause", "Cause";
        Event = "event", "Event";
        Consequence = "consequence", "Consequence";
        Characteristic = "characteristic", "Characteristic";
        Treatment = "treatment", "Treatment";
        Owner = "owner", "Owner";
        Likelihood = "likelihood", "Inherent likelihood";
        Impact = "impact", "Inherent impact";
        ResidualLikelihood = "residual_likelihood", "Residual likelihood";
        ResidualImpact = "residual_impact", "Residual impact";
        Kind = "kind", "Kind";
        Description = "description", "Description";
        Due = "due", "Due";
        Status = "status", "Status";
        Risks = "risks", "Risks";
    }
}

/// Folded headers of a column; the first ones are those of our own exports.
fn names(column: Column, kind: Kind) -> &'static [&'static str] {
    let risks = kind == Kind::Risks;
    match column {
        Column::Reference => {
            &["reference", "ref", "risk reference", "mitigation reference", "risk id", "mitigation id"]
        }
        Column::System => &["system", "ai system", "system reference", "application", "use case"],
        Column::SystemName => &["system name", "name of the system", "ai system name"],
        Column::Title if risks => &["risk", "title", "risk title", "risk name", "name"],
        Column::Title => &["mitigation", "title", "control", "action", "measure", "mitigation title", "name"],
        Column::Cause if risks => &["cause", "causes", "root cause", "threat"],
        Column::Event if risks => &["event", "description", "risk description", "risk event", "what could happen"],
        Column::Consequence if risks => &["consequence", "consequences", "effect", "impact description"],
        Column::Characteristic if risks => {
            &["characteristic", "category", "risk category", "trustworthiness characteristic"]
        }
        Column::Treatment if risks => &["treatment", "risk treatment", "response", "risk response", "strategy"],
        Column::Owner => &[
            "owner",
            "assignee",
            "owner e mail",
            "owner email",
            "risk owner",
            "responsible",
            "assigned to",
            "e mail",
            "email",
        ],
        Column::Likelihood if risks => &["inherent likelihood", "likelihood", "probability"],
        Column::Impact if risks => &["inherent impact", "impact", "severity"],
        Column::ResidualLikelihood if risks => &["residual likelihood"],
        Column::ResidualImpact if risks => &["residual impact"],
        Column::Kind if !risks => &["kind", "type", "control type", "mitigation type"],
        Column::Description if !risks => &["description", "details", "what is done"],
        Column::Due if !risks => &["due", "due date", "deadline", "until", "target date"],
        Column::Status => &["status", "state"],
        Column::Risks if !risks => &["risks", "risk", "acts on", "risk reference", "risk references"],
        _ => &[],
    }
}

/// The place of each column that is known; a better name goes before one further left.
pub fn columns(table: &Table, kind: Kind) -> BTreeMap<Column, usize> {
    let headers: Vec<String> = table.headers.iter().map(|h| fold(&h.name)).collect();
    let mut found = BTreeMap::new();
    let mut used = Vec::new();
    for column in Column::ALL {
        let place = names(*column, kind)
            .iter()
            .find_map(|name| headers.iter().enumerate().position(|(i, header)| header == name && !used.contains(&i)));
        if let Some(place) = place {
            used.push(place);
            found.insert(*column, place);
        }
    }
    found
}

/// What keeps a table from being such a list, for the person who imports it.
pub fn missing(table: &Table, kind: Kind) -> Option<String> {
    let found = columns(table, kind);
    let has = |column| found.contains_key(&column);
    if !has(Column::Title) {
        return Some(format!(
            "No column is called “{}”: rename the column that holds the titles.",
            match kind {
                Kind::Risks => "Risk",
                _ => "Mitigation",
            }
        ));
    }
    (!has(Column::Reference) && !has(Column::System) && !has(Column::SystemName)).then(|| {
        "No column is called “System” or “System name”: name the column that says to which system a row belongs."
            .to_owned()
    })
}

/// The headers that mean nothing here, in words.
pub(super) fn ignored(table: &Table, found: &BTreeMap<Column, usize>) -> Vec<String> {
    let own = crate::import::report::OwnColumns::of(&table.headers);
    let ignored: Vec<&str> = table
        .headers
        .iter()
        .enumerate()
        .filter(|(i, _)| !own.contains(*i) && !found.values().any(|place| place == i))
        .map(|(_, header)| header.key.as_str())
        .collect();
    match ignored.is_empty() {
        true => Vec::new(),
        false => vec![format!("These columns mean nothing here and are left out: {}.", ignored.join("; "))],
    }
}
