//! GET /committee.csv, /committee.xlsx: what waits for the committee, as a file.

use super::committee::unit;
use crate::server::{AppError, Cx, PageResult, export};
use domain::page::Page;
use domain::sheet::{Cell, Column, Sheet, column};
use store::reviews::list::{Waiting, waiting};

const COLUMNS: [Column; 12] = [
    column("Review", 10),
    column("System", 10),
    column("System name", 30),
    column("Business unit", 24),
    column("Tier", 11),
    column("Above appetite", 10),
    column("State", 18),
    column("Submitted (UTC)", 19),
    column("Days waiting", 9),
    column("Revision", 9),
    column("Votes", 8),
    column("Votes needed", 8),
];

static SHEET: Sheet = Sheet { file: "committee", title: "Committee queue", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let unit = unit(&cx.url())?;
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |after| {
        let (store, actor) = (store.clone(), actor.clone());
        async move {
            let after = after.and_then(|reference| reference.parse().ok());
            let page = waiting(&store, &actor, unit, after, export::BATCH_ROWS).await?;
            Ok::<_, AppError>(Page { rows: page.rows.into_iter().map(cells).collect(), next: page.next })
        }
    })
    .await
}

fn cells(row: Waiting) -> Vec<Cell> {
    vec![
        Cell::Link(row.reference.to_string(), format!("/reviews/{}", row.reference)),
        row.system.to_string().into(),
        row.name.into(),
        row.unit.into(),
        row.tier.label().into(),
        row.above_appetite.into(),
        row.state.label().into(),
        row.submitted_at.into(),
        row.days.into(),
        i64::from(row.revision).into(),
        row.votes.into(),
        row.needed.into(),
    ]
}
