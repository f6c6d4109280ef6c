//! GET /systems.csv, /systems.xlsx: the register as filtered, as a file.

use super::list::{filter, paging};
use crate::server::{AppError, Cx, PageResult, export};
use domain::page::Page;
use domain::sheet::{Cell, Column, Sheet, column};
use domain::system::Kind;
use domain::triage::Tier;
use store::systems::list::{Paging, SystemRow, list};

const COLUMNS: [Column; 12] = [
    column("Reference", 11),
    column("Name", 36),
    column("Business unit", 24),
    column("Owner", 24),
    column("Stage", 15),
    column("Kind", 20),
    column("Tier", 11),
    column("Status", 24),
    column("Approved until", 14),
    column("Open risks", 11),
    column("Above appetite", 11),
    column("Last change (UTC)", 19),
];

static SHEET: Sheet = Sheet { file: "systems", title: "Systems", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let url = cx.url();
    let (filter, paging) = (filter(&url), paging(&url));
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |after| {
        let (store, actor, filter) = (store.clone(), actor.clone(), filter.clone());
        let paging = Paging { rows: export::BATCH_ROWS, after, ..paging };
        async move {
            let found = list(&store, &actor, &filter, &paging).await?;
            let rows = found.page.rows.into_iter().map(cells).collect();
            Ok::<_, AppError>(Page { rows, next: found.page.next })
        }
    })
    .await
}

fn cells(row: SystemRow) -> Vec<Cell> {
    vec![
        Cell::Link(row.reference.to_string(), format!("/systems/{}", row.reference)),
        row.name.into(),
        row.unit.into(),
        row.owner.into(),
        row.stage.label().into(),
        row.kind.map(Kind::label).into(),
        row.tier.map(Tier::label).into(),
        row.status.label().into(),
        row.valid_until.into(),
        row.risks.into(),
        row.above.into(),
        row.changed_at.into(),
    ]
}
