//! GET /audit.csv, /audit.xlsx: the trail as filtered, as a file. It is for reading; what proves the chain is its head
//! and `countersign audit verify`.

use super::{list::filter, words};
use crate::server::{AppError, Cx, PageResult, export};
use domain::page::Page;
use domain::sheet::{Cell, Column, Sheet, column};
use store::audit::{Change, Event, Filter, events};

const COLUMNS: [Column; 8] = [
    column("No.", 9),
    column("When (UTC)", 19),
    column("Who", 24),
    column("From", 16),
    column("Action", 22),
    column("Kind", 14),
    column("What", 24),
    column("Changes", 80),
];

static SHEET: Sheet = Sheet { file: "audit", title: "Audit trail", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let filter = filter(&cx.url());
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |after| {
        let (store, actor, filter) = (store.clone(), actor.clone(), Filter { after, ..filter.clone() });
        async move {
            let page = events(&store, &actor, &filter, export::BATCH_ROWS).await?;
            Ok::<_, AppError>(Page { rows: page.rows.into_iter().map(cells).collect(), next: page.next })
        }
    })
    .await
}

fn cells(event: Event) -> Vec<Cell> {
    let subject = match words::href(&event.subject_kind, &event.subject) {
        Some(path) => Cell::Link(event.subject, path),
        None => event.subject.into(),
    };
    vec![
        event.seq.into(),
        event.at.into(),
        event.actor.into(),
        event.address.into(),
        event.action.into(),
        event.subject_kind.into(),
        subject,
        event.changes.into_iter().map(change).collect::<Vec<_>>().join("\n").into(),
    ]
}

/// "Stage: pilot → production".
fn change(change: Change) -> String {
    let value = |value: Option<String>| value.unwrap_or_else(|| "\u{2013}".to_owned());
    format!("{}: {} \u{2192} {}", words::field(&change.field), value(change.before), value(change.after))
}
