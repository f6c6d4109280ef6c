//! /admin/import/{stage}: what each column means, and what rows get that say nothing.

use super::{crumbs, id};
use crate::choices;
use crate::components::*;
use crate::format;
use crate::server::{AppError, Cx, FormReader, FormState, PageResult, RawForm};
use axum::extract::Path;
use domain::import::lists::Kind;
use domain::import::{Field, Mapping, Table as Inventory};
use domain::system::Stage;
use leptos::prelude::*;
use store::imports::Source;
use store::imports::stage::{self, Choices, Origin, Staged};
use store::imports::workbook::Place;
use uuid::Uuid;

pub async fn show(cx: Cx, Path(stage): Path<String>) -> PageResult {
    let staged = stage::load(&cx.store, &cx.actor, id(&stage)?).await?;
    if staged.kind != Kind::Systems {
        return cx.redirect(format!("/admin/import/{}/preview", staged.id));
    }
    let form = fill(cx.form(), &staged);
    page(&cx, &staged, form).await
}

pub async fn save(cx: Cx, Path(stage): Path<String>, form: RawForm) -> PageResult {
    let staged = stage::load(&cx.store, &cx.actor, id(&stage)?).await?;
    let mut form = form.reader();
    let mapping = read(&mut form, &staged);
    let mapping = match form.finish(mapping) {
        Ok(mapping) => mapping,
        Err(form) => return page(&cx, &staged, form).await,
    };
    match stage::map(&cx.store, &cx.actor, staged.id, &mapping).await {
        Ok(()) => cx.redirect(format!("/admin/import/{}/preview", staged.id)),
        Err(error) => page(&cx, &staged, form.refused(&AppError::from(error).fields()?)).await,
    }
}

fn column_name(field: Field) -> String {
    format!("column-{}", field.as_str())
}

fn default_name(field: Field) -> String {
    format!("default-{}", field.as_str())
}

/// The fields that may be filled where a row says nothing.
const DEFAULTS: [Field; 4] = [Field::Owner, Field::BusinessUnit, Field::Stage, Field::Purpose];

/// Columns stand in the form by their place: a header may be longer than any field.
fn fill(form: FormState, staged: &Staged) -> FormState {
    let mapping = &staged.mapping;
    let mut form = form.fill("source", &mapping.source);
    for (field, key) in &mapping.columns {
        form = form.fill_opt(&column_name(*field), staged.inventory.table.column(key));
    }
    for field in DEFAULTS {
        form = form.fill_opt(&default_name(field), mapping.defaults.get(&field));
    }
    match mapping.known_units_only {
        true => form.fill("known-units", "yes"),
        false => form,
    }
}

fn read(form: &mut FormReader, staged: &Staged) -> Option<Mapping> {
    let source = form.text("source", "Enter the inventory's name");
    let mut mapping = Mapping { source: source.clone().unwrap_or_default(), ..Mapping::default() };
    for field in Field::ALL {
        let Some(place) = form.opt_pick::<usize>(&column_name(field)) else { continue };
        let Some(header) = staged.inventory.table.headers.get(place) else {
            form.error(&column_name(field), "Choose one of the list");
            continue;
        };
        // What texts stand for was said of a column; it goes with that column only.
        if staged.mapping.columns.get(&field) == Some(&header.key)
            && let Some(values) = staged.mapping.values.get(&field)
        {
            mapping.values.insert(field, values.clone());
        }
        mapping.columns.insert(field, header.key.clone());
    }
    if !mapping.columns.contains_key(&Field::Name) {
        form.error(&column_name(Field::Name), "Choose the column that holds the names of the systems");
    }
    for field in DEFAULTS {
        let name = default_name(field);
        let text = if field == Field::Purpose { form.opt_prose(&name) } else { form.opt(&name) };
        mapping.defaults.extend(text.map(|text| (field, text)));
    }
    mapping.known_units_only = form.ticked("known-units");
    source.map(|_| mapping)
}

async fn page(cx: &Cx, staged: &Staged, form: FormState) -> PageResult {
    let choices = stage::choices(&cx.store, &cx.actor).await?;
    let title = "What do the columns mean?";
    let (id, lead) = (staged.id, format!("{} {}", facts(&staged.inventory), origin(staged.origin)));
    let columns = column_fields(staged);
    let samples = samples(&staged.inventory.table);
    let place = place_view(id, &staged.inventory.source, &form);
    let note = cx.actor.votes().then_some(VOTES);
    cx.form_page(title, &form, move || {
        view! {
            <div class="narrow">
                <PageHeader title=title crumbs=crumbs() lead=lead/>
                {note.map(|note| view! { <Callout tone=Tone::Warning><p>{note}</p></Callout> })}
                {place}
                {form_view(id, columns, choices)}
                <Section title="The columns of the file">{samples}</Section>
            </div>
        }
    })
}

/// Which sheet, and which of its rows is the header: found, and to be corrected where it was found wrong.
pub(super) fn place_view(id: Uuid, source: &Source, form: &FormState) -> Option<AnyView> {
    let Source::Workbook(found) = source else { return None };
    let typed = form.has("sheet");
    let form = form.clone();
    let form = if typed { form } else { form.fill("sheet", &found.sheet).fill("header-row", found.header_row) };
    let sheets: Vec<Choice> = found.sheets.iter().map(|s| Choice::new(s, s)).collect();
    let action = format!("/admin/import/{id}/sheet");
    Some(
        view! {
            <details class="card card-fold" open=typed>
                <summary>"Another sheet or header row"</summary>
                <Form action=action submit="Read this part" form=&form>
                    <SelectField name="sheet" label="Sheet" choices=sheets form=&form/>
                    <NumberField name="header-row" label="Row of the header" form=&form
                        hint="As the spreadsheet counts; what stands above it is left out."/>
                </Form>
            </details>
        }
        .into_any(),
    )
}

/// POST /admin/import/{stage}/sheet: reads another part of the workbook.
pub async fn sheet(cx: Cx, Path(stage): Path<String>, form: RawForm) -> PageResult {
    let staged = stage::load(&cx.store, &cx.actor, id(&stage)?).await?;
    let mut form = form.reader();
    let sheet = form.text("sheet", "Choose a sheet");
    let row = form.int("header-row", "Enter the row of the header", 1..=1_048_576);
    let (sheet, row) = match form.finish((sheet, row)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &staged, fill(form, &staged)).await,
    };
    let place = Place { sheet: Some(sheet), header_row: Some(row.unsigned_abs()) };
    match stage::place(&cx.store, &cx.actor, staged.id, place).await {
        Ok(()) => cx.redirect(format!("/admin/import/{}", staged.id)),
        Err(error) => {
            // The message is the file's; here it is about the part that was chosen.
            let words = AppError::from(error).fields()?;
            let words: Vec<String> = words.0.into_values().collect();
            page(&cx, &staged, fill(form.state().with_error(words.join(" ")), &staged)).await
        }
    }
}

const VOTES: &str = "You sit on the committee. Who imports a system has had a part in it and can't vote on it later; let \
                     another administrator import where that matters.";

fn facts(inventory: &store::imports::Inventory) -> String {
    let table = &inventory.table;
    let rows = format::count(as_i64(table.rows.len()), "row", "rows");
    let columns = format::count(as_i64(table.headers.len()), "column", "columns");
    let source = match &inventory.source {
        Source::Text(decoded) if decoded.replaced > 0 => format!(
            "read as {}. {} could not be read and stand as \u{fffd}.",
            decoded.encoding,
            format::count(as_i64(decoded.replaced), "character", "characters")
        ),
        Source::Text(decoded) => format!("read as {}.", decoded.encoding),
        Source::Workbook(found) => {
            format!("from the sheet \u{201c}{}\u{201d} below row {}.", found.sheet, found.header_row)
        }
    };
    format!("{}: {rows} in {columns}, {source}", inventory.file_name)
}

fn as_i64(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Chosen => "These are your choices.",
        Origin::Remembered => "A file with these headers was imported before; its choices are filled in.",
        Origin::Guessed => "Guessed from headers and content. Correct what is wrong, then look at the preview.",
    }
}

/// One select for each field, its hint saying why the guess is as it is.
struct ColumnField {
    field: Field,
    hint: Option<String>,
    choices: Vec<Choice>,
}

fn column_fields(staged: &Staged) -> Vec<ColumnField> {
    let choices: Vec<Choice> = column_choices(&staged.inventory.table);
    Field::ALL
        .into_iter()
        .map(|field| {
            let reason = staged.reasons.iter().find(|r| r.field == field && r.column.is_some());
            let hint = reason.map(|r| {
                format!("Guess: \u{201c}{}\u{201d}. {}", short(r.column.as_deref().unwrap_or_default(), 80), r.why)
            });
            ColumnField { field, hint, choices: choices.clone() }
        })
        .collect()
}

/// Header, and the first thing that stands under it.
fn column_choices(table: &Inventory) -> Vec<Choice> {
    let label = |place: usize, key: &str| match sample(table, place, 1).pop() {
        Some(text) => format!("{} \u{2014} {}", short(key, 60), short(&text, 40)),
        None => format!("{} (empty)", short(key, 60)),
    };
    table.headers.iter().enumerate().map(|(i, h)| Choice::new(i, label(i, &h.key))).collect()
}

fn sample(table: &Inventory, column: usize, most: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for row in &table.rows {
        let text =
            row.cells.get(column).map(|c| c.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
        if !text.is_empty() && !found.contains(&text) {
            found.push(text);
        }
        if found.len() == most {
            break;
        }
    }
    found
}

pub(super) fn short(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}

fn form_view(id: Uuid, columns: Vec<ColumnField>, choices: Choices) -> impl IntoView {
    let source_hint = match choices.sources.is_empty() {
        true => {
            "Use the same name for every version of this list: by it, a newer version finds its systems.".to_owned()
        }
        false => format!(
            "Use the same name for every version of this list: by it, a newer version finds its systems. Imported before: {}.",
            choices.sources.join("; ")
        ),
    };
    let owners: Vec<Choice> =
        choices.owners.into_iter().map(|o| Choice::new(&o.email, format!("{} ({})", o.name, o.email))).collect();
    let selects = columns
        .into_iter()
        .map(|column| {
            view! {
                <SelectField name=column_name(column.field) label=column.field.label() choices=column.choices
                    hint=column.hint optional=column.field != Field::Name empty="Not in this file"/>
            }
        })
        .collect_view();
    view! {
        <Form action=format!("/admin/import/{id}") submit="Show the preview" cancel="/admin/import">
            <TextField name="source" label="Name of the inventory" hint=source_hint/>
            <h2>"Which column holds what"</h2>
            {selects}
            <h2>"Where a row says nothing"</h2>
            <SelectField name=default_name(Field::Owner) label="Owner" choices=owners optional=true
                hint="Rows that name nobody whom the register knows get this owner. Without one they are rejected."
                empty="Reject such rows"/>
            <TextField name=default_name(Field::BusinessUnit) label="Business unit" optional=true
                hint="Rows without a business unit are rejected where this is empty."/>
            <SelectField name=default_name(Field::Stage) label="Lifecycle stage" choices=choices!(Stage) optional=true
                empty="Reject such rows"/>
            <TextArea name=default_name(Field::Purpose) label="Purpose" rows=2 optional=true/>
            <CheckboxField name="known-units" label="Refuse business units that the register does not have"
                hint="Otherwise the import creates them."/>
        </Form>
    }
}

fn samples(table: &Inventory) -> impl IntoView + use<> {
    let rows = table.headers.iter().enumerate().map(|(i, header)| {
        let texts = sample(table, i, 3).iter().map(|t| short(t, 80)).collect::<Vec<_>>().join(" \u{b7} ");
        (short(&header.key, 120), texts)
    });
    let rows = rows
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(name, texts)| view! { <tr><th scope="row">{name}</th><td>{texts}</td></tr> });
    view! {
        <Table caption="Columns with their first values" columns=vec![Column::text("Column"), Column::text("First values")]>
            {rows.collect_view()}
        </Table>
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(short("abc", 3), "abc");
        assert_eq!(short("ab cd", 3), "ab\u{2026}");
        assert_eq!(short("\u{e9}\u{e9}\u{e9}\u{e9}", 2), "\u{e9}\u{e9}\u{2026}");
    }
}
