//! One row to one system, or to the reasons why not.

use std::collections::BTreeSet;

use serde::Serialize;

use super::context::Context;
use super::mapping::Field;
use super::reader::Reader;
use super::table::Row;
use super::{digest, values};
use crate::system::{self, Stage};
use crate::text::PROSE_MAX;

/// A system as a row describes it. `None` means that the row says nothing: an update leaves that alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SystemDraft {
    /// By which a newer version of the file finds the system again.
    pub source_key: String,
    /// SHA-256 of what the row says; equal when nothing changed since the last import.
    pub content_hash: String,
    pub name: String,
    pub purpose: String,
    pub business_unit: String,
    pub sub_unit: Option<String>,
    /// The e-mail address of a person in the register.
    pub owner: String,
    pub stage: Stage,
    /// What the row says beyond the registration. The models stay empty: no inventory names them in a column.
    pub context: system::Context,
    pub external_id: Option<String>,
    /// The fields that the row did not say and a default filled: an update leaves them alone too.
    pub from_default: BTreeSet<Field>,
    /// Every filled cell of the row by its header's key, mapped or not, so that nothing of the file is lost.
    pub source: Vec<(String, String)>,
}

/// Why a row is rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The header's key, where one column is at fault.
    pub column: Option<String>,
    pub problem: String,
    /// What to do about it; the same text for the same kind of problem.
    pub fix: String,
}

/// What was decided about a row that is not rejected, for a person to look over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    pub field: Option<Field>,
    pub text: String,
}

/// A row read through the mapping. The draft's key and hash are still blank.
pub(super) struct Judged {
    pub draft: Result<SystemDraft, Vec<Reason>>,
    pub notes: Vec<Note>,
    pub identity: Option<Identity>,
}

/// What a row is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Identity {
    /// The key that our own report of rejected rows carries.
    Given(String),
    /// From the identifier in the source.
    Id(String),
    /// From name, business unit and part of it.
    Name(String),
}

/// Reads one row.
pub(super) fn judge(ctx: &mut Context<'_>, row: &Row) -> Judged {
    let mut reading = Reader::new(row);
    reading.shape(ctx);
    let (name, full_name) = reading.name(ctx);
    let purpose = reading.purpose(ctx, &name, full_name.as_deref());
    let business_unit = reading.unit(ctx);
    let owner = reading.owner(ctx);
    let stage = reading.stage(ctx);
    let draft = SystemDraft {
        source_key: String::new(),
        content_hash: String::new(),
        name,
        purpose,
        business_unit,
        // Part of the key only: no limit of the register applies.
        sub_unit: reading.optional(ctx, Field::SubUnit, values::line, PROSE_MAX),
        owner,
        stage: stage.unwrap_or(Stage::Ideation), // without a stage the row is rejected
        context: reading.context(ctx),
        external_id: reading.optional(ctx, Field::ExternalId, values::line, PROSE_MAX),
        from_default: std::mem::take(&mut reading.from_default),
        source: source(ctx, row),
    };
    let identity = identity(ctx, row, full_name.as_deref(), &draft);
    if reading.reasons.is_empty() {
        if draft.external_id.is_none() && ctx.columns.contains_key(&Field::ExternalId) {
            reading.note(
                Some(Field::ExternalId),
                "The row has no identifier; its name and business unit serve instead.".into(),
            );
        }
        ctx.remember_unit(&draft.business_unit);
        return Judged { draft: Ok(draft), notes: reading.notes, identity };
    }
    Judged { draft: Err(reading.reasons), notes: reading.notes, identity }
}

fn identity(ctx: &Context<'_>, row: &Row, full_name: Option<&str>, draft: &SystemDraft) -> Option<Identity> {
    let source = values::fold(&ctx.mapping.source);
    let given = ctx.own.key().and_then(|c| row.cells.get(c)).map(|c| c.trim()).filter(|c| super::keys::is_key(c));
    if let Some(key) = given {
        return Some(Identity::Given(key.to_owned()));
    }
    if let Some(id) = &draft.external_id {
        return Some(Identity::Id(digest(["id", &source, id])));
    }
    let unit = ctx.said(row, Field::BusinessUnit, values::line).unwrap_or_default();
    let sub_unit = draft.sub_unit.as_deref().unwrap_or_default();
    full_name.map(|name| {
        Identity::Name(digest(["name", &source, &values::fold(name), &values::fold(&unit), &values::fold(sub_unit)]))
    })
}

fn source(ctx: &Context<'_>, row: &Row) -> Vec<(String, String)> {
    let cells = ctx.table.headers.iter().zip(&row.cells).enumerate().filter(|(i, _)| !ctx.own.contains(*i));
    cells.map(|(_, (h, cell))| (h.key.clone(), values::text(cell))).filter(|(_, cell)| !cell.is_empty()).collect()
}
