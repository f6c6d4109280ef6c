//! GET /admin/units.csv, /admin/units.xlsx: the business units as a file.

use crate::server::{AppError, Cx, PageResult, export};
use domain::page::Page;
use domain::sheet::{Cell, Column, Sheet, column};
use store::units::{Row, manage};

const COLUMNS: [Column; 3] = [column("Unit", 36), column("Systems", 10), column("State", 13)];

static SHEET: Sheet = Sheet { file: "units", title: "Business units", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |_| {
        let (store, actor) = (store.clone(), actor.clone());
        async move {
            let rows = manage(&store, &actor).await?.into_iter().map(cells).collect();
            Ok::<_, AppError>(Page { rows, next: None })
        }
    })
    .await
}

fn cells(row: Row) -> Vec<Cell> {
    vec![
        Cell::Link(row.name, format!("/systems?unit={}", row.id)),
        row.systems.into(),
        if row.in_use { "In use" } else { "Archived" }.into(),
    ]
}
