//! GET /mitigations.csv, /mitigations.xlsx: the mitigations as filtered, as a file.

use super::filter;
use crate::server::{AppError, Cx, PageResult, export};
use domain::page::Page;
use domain::sheet::{Cell, Column, Sheet, column};
use store::mitigations::{self, MitigationRow};

const COLUMNS: [Column; 10] = [
    column("Reference", 11),
    column("Mitigation", 44),
    column("System", 10),
    column("System name", 30),
    column("Kind", 12),
    column("Status", 14),
    column("Assignee", 24),
    column("Due", 12),
    column("Condition of the committee", 12),
    column("Risks", 8),
];

static SHEET: Sheet = Sheet { file: "mitigations", title: "Mitigations", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let (filter, sort) = filter::read(&cx, &cx.url())?;
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |after| {
        let (store, actor, filter) = (store.clone(), actor.clone(), filter.clone());
        async move {
            let rows = export::BATCH_ROWS;
            let list = mitigations::list(&store, &actor, &filter, sort, after.as_deref(), rows).await?;
            let rows = list.page.rows.into_iter().map(cells).collect();
            Ok::<_, AppError>(Page { rows, next: list.page.next })
        }
    })
    .await
}

fn cells(row: MitigationRow) -> Vec<Cell> {
    vec![
        Cell::Link(row.reference.to_string(), format!("/mitigations/{}", row.reference)),
        row.title.into(),
        row.system.to_string().into(),
        row.system_name.into(),
        row.kind.label().into(),
        row.status.label().into(),
        row.assignee.into(),
        row.due_on.into(),
        row.condition.into(),
        row.risks.into(),
    ]
}
