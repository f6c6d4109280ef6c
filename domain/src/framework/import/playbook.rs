//! NIST's AI RMF Playbook as its site exports it: a list with one entry for each subcategory.
//!
//! The exports of 2023 and 2024 differ in a key (`category`) that says nothing new: function and category follow from the
//! identifier.

use super::{BadFramework, Control, Format, Group, Imported, Making, Part, canonical, nist, shown};
use crate::framework::{Category, Function};
use serde_json::Value;

/// Keys of an entry, and what its texts are called here.
const PARTS: [(&str, &str); 4] = [
    ("section_about", "about"),
    ("section_actions", "suggested actions"),
    ("section_doc", "documentation"),
    ("section_ref", "references"),
];

/// Lists of words that an entry has.
const LISTS: [(&str, &str); 2] = [("AI Actors", "AI actors"), ("Topic", "topics")];

pub(super) fn read(entries: &[Value]) -> Result<Imported, BadFramework> {
    let mut making = Making::new(Format::Playbook, "NIST AI RMF Playbook".to_owned(), None);
    for (n, entry) in entries.iter().enumerate() {
        read_entry(&mut making, &format!("entry {}", n + 1), entry)?;
    }
    add_groups(&mut making)?;
    making.finish()
}

fn read_entry(making: &mut Making, place: &str, entry: &Value) -> Result<(), BadFramework> {
    let Some(title) = entry.get("title").and_then(Value::as_str) else {
        making.fault(place, "there is no “title”, which holds the identifier in the playbook");
        return Ok(());
    };
    let Some(nist) = canonical(title) else {
        making.fault(place, format!("{} is no subcategory of AI RMF 1.0", shown(title)));
        return Ok(());
    };
    let Some(id) = making.id(place, nist) else { return Ok(()) };
    let place = format!("{place} ({id})");
    let description = entry.get("description").and_then(Value::as_str).unwrap_or_default();
    let text = making.text(&place, "description", description);
    if text.is_none() {
        making.fault(&place, "there is no description");
    }
    let mut parts = Vec::new();
    for (key, name) in PARTS {
        let given = entry.get(key).and_then(Value::as_str).unwrap_or_default();
        parts.extend(making.text(&place, name, given).map(|text| Part { name: name.to_owned(), text }));
    }
    for (key, name) in LISTS {
        let words = entry.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        parts.extend(making.text(&place, name, &words.join(", ")).map(|text| Part { name: name.to_owned(), text }));
    }
    let group = nist.split('.').next().map(str::to_owned);
    making.control(Control { title: id.clone(), id, nist: Some(nist), group, parent: None, text, parts })
}

/// The functions and categories that the entries belong to.
fn add_groups(making: &mut Making) -> Result<(), BadFramework> {
    let used = |making: &Making, id: &str| making.controls.iter().any(|control| control.group.as_deref() == Some(id));
    for function in &nist().functions {
        let Function { id, title, categories, .. } = function;
        let categories: Vec<&Category> = categories.iter().filter(|category| used(making, &category.id)).collect();
        if !categories.is_empty() {
            making.group(Group { id: id.clone(), title: title.clone(), parent: None })?;
        }
        for category in categories {
            let parent = Some(id.clone());
            making.group(Group { id: category.id.clone(), title: category.title.clone(), parent })?;
        }
    }
    Ok(())
}
