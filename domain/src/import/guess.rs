//! Proposes a mapping from headers and content, each part with its reason, for a person to confirm.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::mapping::{Field, Mapping};
use super::table::Table;
use super::{report, synonyms, terms, values};
use crate::system::Stage;

/// How far a guess can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// One proposed column or default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guessed {
    pub field: Field,
    /// The header's key; none for a default.
    pub column: Option<String>,
    pub confidence: Confidence,
    pub why: String,
}

/// A proposed mapping and the reason for each part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guess {
    pub mapping: Mapping,
    pub reasons: Vec<Guessed>,
}

const LEAST_SCORE: u32 = 25;
const DEFAULT_STAGE: Stage = Stage::Production;
const DEFAULT_PURPOSE: &str = "Not stated in the imported inventory.";

/// Proposes a mapping. A field for which nothing fits stays unmapped; owner and business unit get no default, since
/// only the person who imports knows them.
pub fn guess(table: &Table) -> Guess {
    let facts: Vec<Facts> = (0..table.headers.len()).map(|c| Facts::of(table, c)).collect();
    let own = report::OwnColumns::of(&table.headers);
    let mut candidates = Vec::new();
    for (column, facts) in facts.iter().enumerate().filter(|(c, f)| f.sampled > 0 && !own.contains(*c)) {
        for field in Field::ALL {
            let (score, why) = facts.score(field);
            if score >= LEAST_SCORE {
                candidates.push((score, column, field, why));
            }
        }
    }
    // Best first; among equals the column further left, then the field listed first.
    candidates.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));

    let mut mapping = Mapping::default();
    let mut reasons = Vec::new();
    let mut used = BTreeSet::new();
    for (score, column, field, why) in candidates {
        if mapping.columns.contains_key(&field) || used.contains(&column) {
            continue;
        }
        let Some(header) = table.headers.get(column) else { continue };
        used.insert(column);
        mapping.columns.insert(field, header.key.clone());
        reasons.push(Guessed { field, column: Some(header.key.clone()), confidence: confidence(score), why });
        if field == Field::DataCategories && facts.get(column).is_some_and(|f| f.most(f.yes_no, 50)) {
            mapping.values.insert(field, yes_means("personal"));
        }
    }
    add_defaults(&mut mapping, &mut reasons);
    reasons.sort_by_key(|r| r.field);
    Guess { mapping, reasons }
}

fn confidence(score: u32) -> Confidence {
    match score {
        80.. => Confidence::High,
        50.. => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn yes_means(text: &str) -> BTreeMap<String, String> {
    [("yes", text), ("true", text), ("no", ""), ("false", "")].into_iter().map(|(k, v)| (k.into(), v.into())).collect()
}

fn add_defaults(mapping: &mut Mapping, reasons: &mut Vec<Guessed>) {
    let defaults = [
        (
            Field::Stage,
            DEFAULT_STAGE.as_str(),
            "An inventory lists what is in use. The stricter reading, until someone says otherwise.",
        ),
        (
            Field::Purpose,
            DEFAULT_PURPOSE,
            "A system is registered even where its purpose is missing; its owner adds it.",
        ),
    ];
    for (field, value, why) in defaults {
        mapping.defaults.insert(field, value.to_owned());
        let whole = !mapping.columns.contains_key(&field);
        let why = format!(
            "{} “{value}”. {why}",
            if whole { "No column fits; every row gets" } else { "Rows without one get" }
        );
        reasons.push(Guessed { field, column: None, confidence: Confidence::Low, why });
    }
}

/// What the cells of one column look like. `rows`, `filled` and `distinct` are of all rows; the rest is of a sample of
/// rows spread over the file, since reading terms out of every cell of a large file takes seconds.
struct Facts {
    header: String,
    rows: usize,
    filled: usize,
    distinct: usize,
    sampled: usize,
    mean_chars: usize,
    emails: usize,
    stages: usize,
    kinds: usize,
    sourcings: usize,
    yes_no: usize,
    /// Web addresses, numbers and dates: text, but no name.
    not_words: usize,
}

const SAMPLE_ROWS: usize = 1000;

impl Facts {
    fn of(table: &Table, column: usize) -> Self {
        let header = table.headers.get(column);
        let cells = || table.rows.iter().filter_map(|r| r.cells.get(column)).map(|c| c.trim());
        let filled = || cells().filter(|c| !c.is_empty());
        let step = table.rows.len().div_ceil(SAMPLE_ROWS).max(1);
        let sample: Vec<&str> = cells().step_by(step).filter(|c| !values::is_blank(c)).collect();
        let count = |hit: &dyn Fn(&str) -> bool| sample.iter().filter(|c| hit(c)).count();
        let chars: usize = sample.iter().map(|c| c.chars().count()).sum();
        Self {
            header: header.map(|h| values::fold(&h.name)).unwrap_or_default(),
            rows: table.rows.len(),
            filled: filled().count(),
            distinct: filled().collect::<HashSet<_>>().len(),
            sampled: sample.len(),
            mean_chars: chars / sample.len().max(1),
            emails: count(&is_email),
            stages: count(&|c| terms::stage(c).is_some_and(|r| r.sure)),
            kinds: count(&|c| terms::kind(c).is_some()),
            sourcings: count(&|c| terms::sourcing(c).is_some()),
            yes_no: count(&|c| matches!(values::fold(c).as_str(), "yes" | "no" | "true" | "false")),
            not_words: count(&|c| c.contains("://") || !c.chars().any(char::is_alphabetic)),
        }
    }

    /// Whether at least `percent` of the sampled cells are `count`ed.
    fn most(&self, count: usize, percent: usize) -> bool {
        self.sampled > 0 && count * 100 >= self.sampled * percent
    }

    /// How well the column fits the field, 0 to 100, and why.
    fn score(&self, field: Field) -> (u32, String) {
        let by_header = synonyms::score(field, &self.header);
        let (score, content) = self.adjust(field, by_header);
        let why = match (by_header, content) {
            (0, content) => content.to_owned(),
            (_, "") => "The header says so.".to_owned(),
            (_, content) => format!("The header says so. {content}"),
        };
        (score.min(100), why)
    }

    fn adjust(&self, field: Field, header: u32) -> (u32, &'static str) {
        let unique = self.distinct == self.rows;
        match field {
            Field::Owner if self.most(self.emails, 50) => (header.max(45) + 20, "Most cells are e-mail addresses."),
            Field::Stage if self.most(self.stages, 60) && !unique => {
                (header.max(40) + 20, "Most cells are lifecycle stages.")
            }
            Field::Stage if !self.most(self.stages, 20) => {
                (header.saturating_sub(50), "Few cells are lifecycle stages.")
            }
            Field::ExternalId if header > 0 && !unique && self.rows > 1 => (0, ""),
            Field::ExternalId if header > 0 => (header, "No two rows share one."),
            Field::Name if self.most(self.not_words, 50) => (0, ""),
            Field::Name if self.mean_chars > 200 => (header.saturating_sub(40), "The texts are long."),
            Field::Name if header > 0 && self.distinct * 2 < self.filled => {
                (header.saturating_sub(30), "Many rows share one.")
            }
            Field::Name if header == 0 && self.rows > 1 && self.is_name_like() => {
                (30, "Short texts, nearly all different.")
            }
            Field::BusinessUnit | Field::SubUnit if self.rows > 20 && unique => {
                (header.saturating_sub(40), "Every row has another.")
            }
            // Its names are those of business units too, and the unit comes first.
            Field::SubUnit => (header.saturating_sub(15), ""),
            Field::Purpose if header == 0 && self.mean_chars >= 80 => (30, "Long texts."),
            Field::Purpose if self.mean_chars < 15 => (header.saturating_sub(20), "The texts are short."),
            Field::Kind if !self.most(self.kinds, 20) => (0, ""),
            Field::Sourcing if !self.most(self.sourcings, 50) => (0, ""),
            _ => (header, ""),
        }
    }

    fn is_name_like(&self) -> bool {
        (3..=80).contains(&self.mean_chars)
            && self.filled == self.rows
            && self.distinct * 10 >= self.rows * 9
            && self.emails == 0
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !text.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::read_table;

    fn columns(text: &str) -> Vec<(Field, String)> {
        guess(&read_table(text).unwrap()).mapping.columns.into_iter().collect()
    }

    #[test]
    fn headers_of_a_company_spreadsheet() {
        let text = "Ref;System name;Description;Department;Owner e-mail;Status;Vendor;Comment\n\
                    1;Mail sorter;Sorts letters to desks;Post;a@example.org;Live;ACME;x\n\
                    2;Chat helper;Answers questions;Post;b@example.org;Pilot;;y\n";
        let expected = [
            (Field::Name, "System name"),
            (Field::Purpose, "Description"),
            (Field::BusinessUnit, "Department"),
            (Field::Owner, "Owner e-mail"),
            (Field::Stage, "Status"),
            (Field::Vendor, "Vendor"),
            (Field::ExternalId, "Ref"),
        ];
        assert_eq!(columns(text), expected.map(|(f, c)| (f, c.to_owned())));
    }

    #[test]
    fn content_speaks_where_headers_do_not() {
        let text = "A,B,C\nMail sorter,In production,a@example.org\nChat helper,Retired,b@example.org\nThird one,Retired,b@example.org\n";
        let expected = [(Field::Name, "A"), (Field::Owner, "C"), (Field::Stage, "B")];
        assert_eq!(columns(text), expected.map(|(f, c)| (f, c.to_owned())));
    }

    #[test]
    fn an_identifier_that_repeats_is_none() {
        assert!(!columns("id,name\n1,Mail sorter\n1,Chat helper\n").iter().any(|(f, _)| *f == Field::ExternalId));
        assert!(columns("id,name\n1,Mail sorter\n2,Chat helper\n").iter().any(|(f, _)| *f == Field::ExternalId));
    }

    #[test]
    fn the_columns_of_our_own_report_are_left_alone() {
        assert_eq!(columns("Name,Line,Problem,Fix,Source key\nMail sorter,2,No owner.,Choose one.,k\nOther,3,No owner.,Choose one.,l\n").len(), 1);
    }

    #[test]
    fn yes_and_no_are_not_categories_of_data() {
        let table = read_table("Name,PII\nMail sorter,Yes\nChat helper,No\n").unwrap();
        let mapping = guess(&table).mapping;
        assert_eq!(mapping.values[&Field::DataCategories]["yes"], "personal");
    }
}
