//! GET /evidence.csv, /evidence.xlsx: the evidence as filtered, of all systems or of one (`system=AIS-1`), as a file.

use super::list::filter;
use crate::server::{AppError, Cx, PageResult, export};
use domain::ids::SystemRef;
use domain::page::Page;
use domain::sheet::{Cell, Column, Sheet, column};
use store::evidence::{Filter, Row, list::rows};

const COLUMNS: [Column; 13] = [
    column("Reference", 11),
    column("Evidence", 40),
    column("File", 30),
    column("Kind", 13),
    column("Speaks of", 12),
    column("Valid until", 12),
    column("Standing", 11),
    column("System", 10),
    column("System name", 30),
    column("Links", 8),
    column("Bytes", 12),
    column("Added by", 24),
    column("Added (UTC)", 19),
];

static SHEET: Sheet = Sheet { file: "evidence", title: "Evidence", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let url = cx.url();
    let system = match url.get("system") {
        None => None,
        Some(text) => {
            let reference: SystemRef = text.parse().map_err(|_| AppError::NotFound)?;
            Some(store::systems::header::header(&cx.store, &cx.actor, reference).await?.located.id)
        }
    };
    let filter = filter(&url, system);
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |after| {
        let (store, actor, filter) = (store.clone(), actor.clone(), Filter { after, ..filter.clone() });
        async move {
            let page = rows(&store, &actor, &filter, export::BATCH_ROWS).await?;
            Ok::<_, AppError>(Page { rows: page.rows.into_iter().map(cells).collect(), next: page.next })
        }
    })
    .await
}

fn cells(row: Row) -> Vec<Cell> {
    vec![
        Cell::Link(row.reference.to_string(), format!("/evidence/{}", row.reference)),
        row.title.into(),
        row.file_name.into(),
        row.kind.label().into(),
        row.speaks_of.into(),
        row.valid_until.into(),
        row.standing.label().into(),
        row.system.to_string().into(),
        row.system_name.into(),
        row.links.into(),
        i64::try_from(row.size).unwrap_or(i64::MAX).into(),
        row.uploaded_by.into(),
        row.uploaded_at.into(),
    ]
}
