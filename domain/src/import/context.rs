//! What all rows of a file are read with: the mapping, resolved to columns, and what the register has.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::mapping::{Field, Mapping};
use super::plan::Known;
use super::table::{Row, Table};
use super::{report, values};

/// What all rows of a file are read with.
pub(super) struct Context<'a> {
    pub table: &'a Table,
    pub mapping: &'a Mapping,
    pub columns: BTreeMap<Field, usize>,
    values: BTreeMap<Field, HashMap<String, &'a str>>,
    pub own: report::OwnColumns,
    /// Folded name → the register's spelling; units met in the file are added.
    pub units: HashMap<String, String>,
    pub new_units: Vec<String>,
    pub emails: HashMap<String, &'a str>,
    pub names: HashMap<String, Vec<&'a str>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(table: &'a Table, mapping: &'a Mapping, known: &'a Known) -> Self {
        let column = |(field, key): (&Field, &String)| Some((*field, table.column(key)?));
        let lookup = |texts: &'a BTreeMap<String, String>| {
            texts.iter().map(|(from, to)| (values::line(from).to_lowercase(), to.as_str())).collect()
        };
        let mut names: HashMap<String, Vec<&str>> = HashMap::new();
        for person in &known.people {
            names.entry(values::fold(&person.name)).or_default().push(&person.email);
        }
        Self {
            table,
            mapping,
            columns: mapping.columns.iter().filter_map(column).collect(),
            values: mapping.values.iter().map(|(field, texts)| (*field, lookup(texts))).collect(),
            own: report::OwnColumns::of(&table.headers),
            units: known.units.iter().map(|u| (values::fold(u), u.clone())).collect(),
            new_units: Vec::new(),
            emails: known.people.iter().map(|p| (p.email.to_lowercase(), p.email.as_str())).collect(),
            names,
        }
    }

    /// The header's key of a mapped field.
    pub(super) fn header(&self, field: Field) -> Option<String> {
        self.columns.get(&field).and_then(|&c| self.table.headers.get(c)).map(|h| h.key.clone())
    }

    /// What the row says for a field, cleaned, the mapping's own values applied; none where it says nothing.
    pub(super) fn said(&self, row: &Row, field: Field, clean: fn(&str) -> String) -> Option<String> {
        let cell = row.cells.get(*self.columns.get(&field)?)?;
        let mut text = clean(cell);
        if let Some(&stands_for) = self.values.get(&field).and_then(|v| v.get(&values::line(cell).to_lowercase())) {
            text = stands_for.to_owned();
        }
        (!values::is_blank(&text)).then_some(text)
    }

    pub(super) fn default(&self, field: Field) -> Option<&'a str> {
        self.mapping.defaults.get(&field).map(|d| d.trim()).filter(|d| !d.is_empty())
    }
}

impl Context<'_> {
    /// A unit that an accepted row brings is new once, and spelt as there ever after.
    pub(super) fn remember_unit(&mut self, unit: &str) {
        if let Entry::Vacant(entry) = self.units.entry(values::fold(unit)) {
            entry.insert(unit.to_owned());
            self.new_units.push(unit.to_owned());
        }
    }
}
