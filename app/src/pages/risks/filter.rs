//! The filters of a list of risks, read from its address, and the chips that take them away.

use crate::choices;
use crate::components::*;
use crate::server::{AppError, Cx, PageUrl};
use domain::risk::matrix::Point;
use domain::risk::{Characteristic, RatingKind, Status, Treatment};
use leptos::prelude::*;
use std::str::FromStr;
use store::risks::list::RiskChoices;
use store::risks::{RiskFilter, RiskSort};

/// What stands for "nobody", "none chosen".
const NONE: &str = "none";
/// What stands for the person who looks.
const ME: &str = "me";

/// Filter and order of the address. What can't be read is a page that does not exist.
pub fn read(cx: &Cx, url: &PageUrl) -> Result<(RiskFilter, (RiskSort, bool)), AppError> {
    let all = url.get("status") == Some("all");
    let filter = RiskFilter {
        text: url.get("q").map(str::to_owned),
        system: word(url, "system")?,
        unit: word(url, "unit")?,
        owner: match url.get("owner") {
            Some(ME) => Some(Some(cx.actor.id)),
            _ => or_none(url, "owner")?,
        },
        characteristic: word(url, "characteristic")?,
        treatment: or_none(url, "treatment")?,
        status: if all { None } else { word(url, "status")? },
        with_closed: all,
        kind: word(url, "of")?,
        level: or_none(url, "level")?,
        cell: url.get("cell").map(cell).transpose()?,
        above_appetite: url.get("above").is_some(),
    };
    let sort = match url.sort() {
        Some((key, descending)) => (key.parse().map_err(|_| AppError::NotFound)?, descending),
        None => (RiskSort::Residual, true),
    };
    Ok((filter, sort))
}

fn word<T: FromStr>(url: &PageUrl, key: &str) -> Result<Option<T>, AppError> {
    url.get(key).map(|text| text.parse().map_err(|_| AppError::NotFound)).transpose()
}

fn or_none<T: FromStr>(url: &PageUrl, key: &str) -> Result<Option<Option<T>>, AppError> {
    match url.get(key) {
        Some(NONE) => Ok(Some(None)),
        _ => Ok(word(url, key)?.map(Some)),
    }
}

/// "3-4": likelihood, impact.
fn cell(text: &str) -> Result<Point, AppError> {
    let (likelihood, impact) = text.split_once('-').ok_or(AppError::NotFound)?;
    let number = |text: &str| text.parse::<i16>().map_err(|_| AppError::NotFound);
    Ok(Point { likelihood: number(likelihood)?, impact: number(impact)? })
}

/// The filters that are set, in words.
pub fn chips(url: &PageUrl, filter: &RiskFilter, choices: &RiskChoices) -> Vec<Chip> {
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
    let owner = match filter.owner {
        Some(Some(_)) if url.get("owner") == Some(ME) => Some("me".to_owned()),
        Some(Some(id)) => choices.owners.iter().find(|(o, _)| *o == id).map(|(_, name)| name.clone()),
        _ => Some("nobody".to_owned()),
    };
    add("owner", format!("Owner: {}", owner.unwrap_or_default()));
    let characteristic = filter.characteristic.map(Characteristic::label).unwrap_or_default();
    add("characteristic", format!("Characteristic: {characteristic}"));
    let treatment = filter.treatment.flatten().map_or("none", Treatment::label);
    add("treatment", format!("Treatment: {treatment}"));
    add("status", format!("Status: {}", filter.status.map_or("all", Status::label)));
    let of = filter.kind.unwrap_or(RatingKind::Residual).label();
    let level = match filter.level {
        Some(Some(level)) => choices.current().map(|(_, m)| m.label(u8::try_from(level).unwrap_or(u8::MAX)).to_owned()),
        _ => Some("not rated".to_owned()),
    };
    add("level", format!("{of} level: {}", level.unwrap_or_default()));
    if let Some(at) = filter.cell {
        let words = choices.current().map(|(_, m)| super::view::point_words(m, at)).unwrap_or_default();
        add("cell", format!("{of}: {words}"));
    }
    add("above", "Above appetite".to_owned());
    chips
}

/// Search and filters. A system's own list needs no unit.
pub fn bar(url: &PageUrl, filter: &RiskFilter, choices: &RiskChoices, with_unit: bool) -> AnyView {
    let chips = chips(url, filter, choices);
    let none = |label: &str| vec![Choice::new(NONE, label)];
    let units: Vec<_> = choices.units.iter().map(|(id, name)| Choice::new(id, name)).collect();
    let mut owners = vec![Choice::new(ME, "Me"), Choice::new(NONE, "Nobody")];
    owners.extend(choices.owners.iter().map(|(id, name)| Choice::new(id, name)));
    let treatments = [none("None chosen"), choices!(Treatment)].concat();
    let statuses = [choices!(Status), vec![Choice::new("all", "All, closed too")]].concat();
    let levels = choices.current().map(|(_, m)| m.levels.clone()).unwrap_or_default();
    let levels: Vec<_> = levels.into_iter().enumerate().map(|(i, l)| Choice::new(i, l.label)).collect();
    let levels = [levels, none("Not rated")].concat();
    let url = url.clone();
    let hidden = ["above", "cell", "of", "system"]
        .into_iter()
        .filter_map(|key| url.get(key).map(|value| (key, value.to_owned())))
        .map(|(name, value)| view! { <Hidden name value/> })
        .collect_view();
    view! {
        <FilterBar url search="Search risks" chips>
            {hidden}
            {with_unit.then(|| view! { <FilterSelect name="unit" label="Unit" choices=units/> })}
            <FilterSelect name="owner" label="Owner" choices=owners/>
            <FilterSelect name="characteristic" label="Characteristic" choices=choices!(Characteristic)/>
            <FilterSelect name="treatment" label="Treatment" choices=treatments/>
            <FilterSelect name="status" label="Status" choices=statuses/>
            <FilterSelect name="level" label="Level" choices=levels/>
        </FilterBar>
    }
    .into_any()
}
