//! A framework as CSV: a row for each control, with identifier, title, text and group.

use super::{BadFramework, Control, Format, Group, Imported, Making, canonical};
use crate::import::{Table, read as read_csv};
use crate::text;

/// Headers that are understood, in lower case; the first that is there counts.
const IDENTIFIER: [&str; 9] =
    ["identifier", "id", "control id", "control_id", "ref", "reference", "code", "subcategory", "control"];
const TITLE: [&str; 3] = ["title", "name", "control name"];
const TEXT: [&str; 5] = ["text", "description", "statement", "requirement", "prose"];
const GROUP: [&str; 7] = ["group", "function", "category", "family", "domain", "section", "objective"];

pub(super) fn read(bytes: &[u8], file_name: &str) -> Result<Imported, BadFramework> {
    let (_, table) = read_csv(bytes).map_err(|error| BadFramework::Unreadable(error.to_string()))?;
    let Some(identifier) = column(&table, &IDENTIFIER) else {
        return Err(BadFramework::Unreadable(format!("no column holds the identifier ({})", IDENTIFIER.join(", "))));
    };
    let (title, words, group) = (column(&table, &TITLE), column(&table, &TEXT), column(&table, &GROUP));
    if title.is_none() && words.is_none() {
        return Err(BadFramework::Unreadable("no column holds a title or a text".to_owned()));
    }
    let mut making = Making::new(Format::Csv, name(file_name), None);
    for row in &table.rows {
        let place = format!("line {}", row.line);
        let cell = |at: Option<usize>| at.and_then(|at| row.cells.get(at)).map(String::as_str).unwrap_or_default();
        if !row.extra.is_empty() {
            making.fault(&place, "the row has more cells than there are headers");
            continue;
        }
        let Some(id) = making.id(&place, cell(Some(identifier))) else { continue };
        let title = making.line(&place, "title", cell(title));
        let text = making.text(&place, "text", cell(words));
        if title.is_none() && text.is_none() {
            making.fault(&place, "the row has neither title nor text");
        }
        let group = making.line(&place, "group", cell(group));
        let title = title.unwrap_or_else(|| id.clone());
        let nist = canonical(&id);
        making.control(Control { nist, id, title, group, parent: None, text, parts: Vec::new() })?;
    }
    add_groups(&mut making)?;
    making.finish()
}

fn column(table: &Table, names: &[&str]) -> Option<usize> {
    let at = |name: &&str| table.headers.iter().position(|header| header.name.to_lowercase() == **name);
    names.iter().find_map(at)
}

/// Groups as the rows name them, in the order in which they first appear. A name is a group's identifier too.
fn add_groups(making: &mut Making) -> Result<(), BadFramework> {
    let mut names: Vec<String> = Vec::new();
    for name in making.controls.iter().filter_map(|control| control.group.as_ref()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
        if names.len() > super::GROUPS_MAX {
            return Err(BadFramework::TooMany);
        }
    }
    names.into_iter().try_for_each(|name| making.group(Group { id: name.clone(), title: name, parent: None }))
}

/// A title from the name of a file.
fn name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem).replace(['_', '-'], " ");
    text::line(&stem).ok().flatten().unwrap_or_else(|| "Framework".to_owned())
}
