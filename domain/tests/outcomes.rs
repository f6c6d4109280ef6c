//! Runs over the same samples, held side by side sample by sample: files as tools write them, and variants of them with other
//! outcomes.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

#[path = "outcomes/formats.rs"]
mod formats;
#[path = "outcomes/made.rs"]
mod made;
#[path = "outcomes/pairs.rs"]
mod pairs;

use domain::evidence::findings::Findings;
use domain::evidence::outcomes::{Outcomes, read as outcomes};
use domain::evidence::read::read;
use domain::measure::compare::{Compared, Comparison, compare, with_pairs};
use domain::measure::vocabulary::Vocabulary;
use std::io::Cursor;

/// What a file says, and what came out for each of its samples.
fn both(bytes: &[u8]) -> (Findings, Outcomes) {
    (read(&mut Cursor::new(bytes)).unwrap(), outcomes(&mut Cursor::new(bytes)).unwrap())
}

/// Two files side by side, in pairs.
fn side_by_side(a: &[u8], b: &[u8]) -> Comparison {
    let ((a, in_a), (b, in_b)) = (both(a), both(b));
    with_pairs(&a, &b, &in_a, &in_b, &Vocabulary::default())
}

/// The row of this metric and scope.
#[track_caller]
fn row<'a>(found: &'a Comparison, name: &str, scope: &str) -> &'a Compared {
    let row = found.rows.iter().find(|row| row.a.name == name && row.a.scope == scope && row.a.slice.is_none());
    row.unwrap_or_else(|| panic!("no {name} of {scope:?} in {:#?}", found.rows))
}

/// Without what is said of pairs, a row that is not paired is the row of today.
#[track_caller]
fn as_without(a: &[u8], b: &[u8], found: &Comparison) {
    let plain = compare(&both(a).0, &both(b).0, &Vocabulary::default());
    let mut rows = found.rows.clone();
    rows.iter_mut().for_each(|row| row.unpaired = None);
    assert_eq!(rows, plain.rows);
}
