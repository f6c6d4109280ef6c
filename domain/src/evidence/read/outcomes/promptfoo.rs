//! Outcomes of promptfoo rows. A test is known by its variables and assertions (and, where it has no variables, by its prompt),
//! never by its number. Prompts and providers are what is being tried: over all of them a test comes to one outcome, of each
//! of them it has its own.

use super::super::loose::Object;
use super::super::promptfoo::FORMAT;
use super::super::promptfoo_row::{Ended, Row};
use super::super::rows::{row, rows};
use super::super::walk::{Walk, Walked, document, skip};
use super::super::{Source, Unreadable};
use super::collect::Collect;
use super::print::{Print, sample};
use super::{Outcomes, Sample};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// Rows while they are read.
#[derive(Default)]
struct Rows {
    found: Collect,
    /// Pairs of provider and prompt: what tells apart the rows of a test.
    cells: BTreeMap<String, u64>,
}

/// Pairs of provider and prompt that are told apart, as in the reader of findings.
const CELLS_MAX: usize = 1_000;

/// Reads a document.
///
/// # Errors
/// Broken JSON, or a stream that failed.
pub(super) fn read(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let mut found = Rows::default();
    document(file, FORMAT, Walked(&mut found))?;
    Ok(found.found.finish())
}

/// Reads JSON lines.
///
/// # Errors
/// No row that can be read, or a stream that failed.
pub(super) fn read_rows(file: &mut dyn Source) -> Result<Outcomes, Unreadable> {
    let mut found = Rows::default();
    let seen = rows(file, |bytes| match row::<Row<Print>>(bytes) {
        Some(row) => {
            found.add(&row);
            true
        }
        None => false,
    })?;
    if seen.read == 0 {
        return Err(Unreadable::Broken { format: FORMAT, what: "no row can be read".to_owned() });
    }
    Ok(found.found.finish())
}

impl Walk for Rows {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: String, map: &mut A) -> Result<(), A::Error> {
        if key == "results" { map.next_value_seed(Results(self)) } else { skip(map) }
    }
}

/// What stands under `results`: the summary, or within it the rows.
struct Results<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Results<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Results<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("results")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Walked(self.0).visit_map(map).map(drop)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<Object<Row<Print>>>()? {
            self.0.add(&row.0.unwrap_or_default());
        }
        Ok(())
    }
}

impl Rows {
    fn add(&mut self, row: &Row<Print>) {
        let Some(sample) = test(row) else { return };
        let group = row.group();
        let next = self.cells.len() as u64;
        if self.cells.len() >= CELLS_MAX && !self.cells.contains_key(&group) {
            return;
        }
        let cell = *self.cells.entry(group.clone()).or_insert(next);
        let passed = match row.ended() {
            Ended::Passed => Some(1.0),
            Ended::Failed => Some(0.0),
            Ended::Error => None,
        };
        self.found.add(("pass_rate", ""), sample, cell, passed);
        self.found.add(("pass_rate", &group), sample, 0, passed);
        if let Some(attack) = row.attack() {
            self.found.add(("attack_success_rate", &attack), sample, cell, passed.map(|passed| 1.0 - passed));
        }
        if let Some(latency) = row.latency.num() {
            self.found.add(("latencyMs", ""), sample, cell, Some(latency));
        }
        // Rows are summed up by the provider's id where the reader does it, by its label where the file does.
        for group in std::iter::once(&group).chain(row.labelled().iter().filter(|labelled| **labelled != group)) {
            for (name, sum, n) in row.scores() {
                self.found.add((name, group), sample, 0, Some(sum / n));
            }
        }
    }
}

/// What identifies a test; none where nothing does.
fn test(row: &Row<Print>) -> Option<Sample> {
    let case = row.case.0.as_ref();
    let own = case.map(|case| case.vars).unwrap_or_default();
    let vars = if row.vars.is_nothing() { own } else { row.vars };
    let asserted = case.map(|case| case.asserted).unwrap_or_default();
    let prompt = row.prompt.0.as_ref().and_then(|prompt| prompt.raw.text()).filter(|_| vars.is_nothing());
    let said = case.and_then(|case| case.description.text()).unwrap_or_default();
    let nothing = vars.is_nothing() && prompt.is_none();
    (!nothing).then(|| sample(&[&vars.part(), &asserted.part(), prompt.unwrap_or_default(), said]))
}
