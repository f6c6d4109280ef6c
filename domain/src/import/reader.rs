//! Reads the fields of one row, and collects what goes wrong and what was decided on the way.

use std::collections::BTreeSet;

use super::context::Context;
use super::draft::{Note, Reason};
use super::mapping::Field;
use super::table::Row;
use super::{terms, values};
use crate::system::{self, Stage};
use crate::text::{LINE_MAX, PROSE_MAX};

/// Collects what goes wrong and what was decided while one row is read.
pub(super) struct Reader<'r> {
    row: &'r Row,
    pub reasons: Vec<Reason>,
    pub notes: Vec<Note>,
    pub from_default: BTreeSet<Field>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(row: &'r Row) -> Self {
        Self { row, reasons: Vec::new(), notes: Vec::new(), from_default: BTreeSet::new() }
    }

    fn reject(&mut self, column: Option<String>, problem: impl Into<String>, fix: impl Into<String>) {
        self.reasons.push(Reason { column, problem: problem.into(), fix: fix.into() });
    }

    pub(super) fn note(&mut self, field: Option<Field>, text: String) {
        self.notes.push(Note { field, text });
    }

    /// A row with cells beyond the last header usually has a delimiter in an unquoted text: all its cells may have moved.
    pub(super) fn shape(&mut self, ctx: &Context<'_>) {
        let moved = ctx.own.extra().filter(|&c| self.row.cells.get(c).is_some_and(|cell| !cell.trim().is_empty()));
        let extra = self.row.extra.len() + moved.count();
        if extra > 0 {
            let problem = format!(
                "The row has {extra} more {} than there are headers.",
                if extra == 1 { "cell" } else { "cells" }
            );
            self.reject(
                None,
                problem,
                "Put texts that contain the delimiter in double quotes, and remove cells beyond the last header.",
            );
        }
        if self.row.missing > 0 {
            self.note(None, format!("The row ends {} cells early; they were read as blank.", self.row.missing));
        }
    }

    /// The name as the register takes it, and in full.
    pub(super) fn name(&mut self, ctx: &Context<'_>) -> (String, Option<String>) {
        let said = ctx.said(self.row, Field::Name, values::line);
        let Some(full) = said.filter(|name| name.chars().any(char::is_alphanumeric)) else {
            match ctx.header(Field::Name) {
                Some(column) => self.reject(Some(column), "The row has no name.", "Give the system a name."),
                None => self.reject(
                    None,
                    "No column is read as the name.",
                    "Choose the column that holds the names of the systems.",
                ),
            }
            return (String::new(), None);
        };
        let short = shorten(&full);
        if short != full {
            self.note(Some(Field::Name), format!("The name is longer than {LINE_MAX} characters. It was shortened; the purpose begins with the full name."));
        }
        (short, Some(full))
    }

    /// The purpose, after the full name where the register's is shorter.
    pub(super) fn purpose(&mut self, ctx: &Context<'_>, name: &str, full_name: Option<&str>) -> String {
        let purpose = self.required(ctx, Field::Purpose, values::text, PROSE_MAX).unwrap_or_default();
        let Some(full) = full_name.filter(|full| *full != name) else { return purpose };
        let both = format!("Full name: {full}\n\n{purpose}");
        if both.chars().count() > PROSE_MAX {
            let problem = "The name is too long to be kept in full.";
            self.reject(ctx.header(Field::Name), problem, format!("Shorten it to at most {LINE_MAX} characters."));
        }
        both
    }

    /// A required text: what the row says, or the default.
    fn required(&mut self, ctx: &Context<'_>, field: Field, clean: fn(&str) -> String, max: usize) -> Option<String> {
        if let Some(text) = self.optional(ctx, field, clean, max) {
            return Some(text);
        }
        let Some(default) = ctx.default(field).map(clean) else {
            let label = field.label().to_lowercase();
            self.reject(
                ctx.header(field),
                format!("The row has no {label}."),
                format!("Fill it in, or choose a default for “{}”.", field.label()),
            );
            return None;
        };
        if default.chars().count() > max {
            let problem = format!("The default for “{}” is too long.", field.label());
            self.reject(None, problem, format!("Shorten the default to at most {max} characters."));
            return None;
        }
        self.from_default.insert(field);
        self.note(Some(field), format!("No {} given; “{default}” was filled in.", field.label().to_lowercase()));
        Some(default)
    }

    pub(super) fn optional(
        &mut self,
        ctx: &Context<'_>,
        field: Field,
        clean: fn(&str) -> String,
        max: usize,
    ) -> Option<String> {
        let text = ctx.said(self.row, field, clean)?;
        let chars = text.chars().count();
        if chars > max {
            let problem = format!("“{}” has {chars} characters.", field.label());
            self.reject(ctx.header(field), problem, format!("Shorten it to at most {max} characters."));
        }
        Some(text)
    }

    pub(super) fn unit(&mut self, ctx: &Context<'_>) -> String {
        let Some(unit) = self.required(ctx, Field::BusinessUnit, values::line, LINE_MAX) else { return String::new() };
        match ctx.units.get(&values::fold(&unit)) {
            Some(spelling) => spelling.clone(),
            None => {
                if ctx.mapping.known_units_only {
                    let problem = format!("The register has no business unit “{unit}”.");
                    self.reject(
                        ctx.header(Field::BusinessUnit),
                        problem,
                        "Correct the name, or let the import create business units.",
                    );
                }
                unit
            }
        }
    }

    pub(super) fn owner(&mut self, ctx: &Context<'_>) -> String {
        let said = ctx.said(self.row, Field::Owner, values::line);
        let found = said.as_ref().map(|text| find_person(ctx, text));
        if let Some(Ok(email)) = found {
            return email.to_owned();
        }
        let Some(default) = ctx.default(Field::Owner) else {
            let (problem, fix) = match (&said, &found) {
                (Some(text), Some(Err(why))) => (
                    format!("The owner “{text}” {why}."),
                    "Invite the person, write an e-mail address that the register knows, or choose a default owner.",
                ),
                _ => ("The row has no owner.".to_owned(), "Fill in an owner, or choose a default owner."),
            };
            self.reject(ctx.header(Field::Owner), problem, fix);
            return String::new();
        };
        let Some(&email) = ctx.emails.get(&default.to_lowercase()) else {
            self.reject(
                None,
                format!("The default owner “{default}” is not in the register."),
                "Choose a default owner whom the register knows.",
            );
            return String::new();
        };
        if let (Some(text), Some(Err(why))) = (said, found) {
            self.note(Some(Field::Owner), format!("The owner “{text}” {why}; {email} was filled in."));
        }
        self.from_default.insert(Field::Owner);
        email.to_owned()
    }

    pub(super) fn stage(&mut self, ctx: &Context<'_>) -> Option<Stage> {
        let said = ctx.said(self.row, Field::Stage, values::line);
        if let (Some(text), Some(reading)) = (&said, said.as_deref().and_then(terms::stage)) {
            if !reading.sure {
                self.note(Some(Field::Stage), format!("“{text}” was read as “{}”.", reading.value.label()));
            }
            return Some(reading.value);
        }
        if let Some(default) = ctx.default(Field::Stage).and_then(terms::stage) {
            let what = said.map_or("No lifecycle stage given".to_owned(), |text| {
                format!("“{text}” is no lifecycle stage that we know")
            });
            self.note(Some(Field::Stage), format!("{what}; “{}” was filled in.", default.value.label()));
            self.from_default.insert(Field::Stage);
            return Some(default.value);
        }
        let problem = said.map_or("The row has no lifecycle stage.".to_owned(), |text| {
            format!("“{text}” is no lifecycle stage that we know.")
        });
        self.reject(
            ctx.header(Field::Stage),
            problem,
            "Use ideation, development, pilot, production or retired, or choose a default stage.",
        );
        None
    }

    pub(super) fn context(&mut self, ctx: &Context<'_>) -> system::Context {
        system::Context {
            kind: self.term(ctx, Field::Kind, terms::kind, |k| k.label().to_owned()),
            sourcing: self.term(ctx, Field::Sourcing, terms::sourcing, |s| s.label().to_owned()),
            vendor: self.optional(ctx, Field::Vendor, values::line, LINE_MAX),
            intended_users: self.optional(ctx, Field::IntendedUsers, values::text, PROSE_MAX),
            affected_groups: self.optional(ctx, Field::AffectedGroups, values::text, PROSE_MAX),
            data_categories: self
                .term(ctx, Field::DataCategories, terms::data_categories, |all| {
                    all.iter().map(|c| c.label()).collect::<Vec<_>>().join(", ")
                })
                .unwrap_or_default(),
            autonomy: self.term(ctx, Field::Autonomy, terms::autonomy, |a| a.label().to_owned()),
            oversight: self.optional(ctx, Field::Oversight, values::text, PROSE_MAX),
            runs_where: self.optional(ctx, Field::Location, values::text, PROSE_MAX),
            models: Vec::new(),
        }
    }

    /// One of the register's own terms; what is not understood stays in the row's source cells and in a note.
    fn term<T>(
        &mut self,
        ctx: &Context<'_>,
        field: Field,
        read: fn(&str) -> Option<terms::Reading<T>>,
        label: fn(&T) -> String,
    ) -> Option<T> {
        let text = ctx.said(self.row, field, values::line)?;
        let Some(reading) = read(&text) else {
            self.note(Some(field), format!("“{}” was left blank: “{text}” was not understood.", field.label()));
            return None;
        };
        if !reading.sure {
            self.note(Some(field), format!("“{text}” was read as “{}”.", label(&reading.value)));
        }
        Some(reading.value)
    }
}

/// The e-mail address of the one person whom a text names.
fn find_person<'a>(ctx: &Context<'a>, text: &str) -> Result<&'a str, &'static str> {
    // "Ada Example <ada@example.org>" and "mailto:ada@example.org" are common.
    let mut words =
        text.split([' ', '<', '>', ',', ';', '(', ')']).map(|w| w.trim_start_matches("mailto:").to_lowercase());
    if let Some(email) = words.find_map(|word| ctx.emails.get(&word)) {
        return Ok(email);
    }
    match ctx.names.get(&values::fold(text)).map(Vec::as_slice) {
        Some(&[email]) => Ok(email),
        Some(_) => Err("is the name of several people"),
        None => Err("is not in the register"),
    }
}

/// Cuts a long name at the end of a word.
fn shorten(name: &str) -> String {
    if name.chars().count() <= LINE_MAX {
        return name.to_owned();
    }
    let cut: String = name.chars().take(LINE_MAX - 1).collect();
    let end = cut.rfind(' ').filter(|&at| at > cut.len() / 2).unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(&cut).trim_end())
}
