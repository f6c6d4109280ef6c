//! GET /admin/people.csv, /admin/people.xlsx: the people as filtered, as a file.

use super::list::{filter, roles, state_word};
use crate::server::{AppError, Cx, PageResult, export};
use domain::page::Page;
use domain::sheet::{Cell, Column, Sheet, column};
use store::people::list::{Row, rows};

const COLUMNS: [Column; 6] = [
    column("Name", 28),
    column("Address", 32),
    column("Roles", 32),
    column("State", 13),
    column("Owns systems", 10),
    column("Last here (UTC)", 19),
];

static SHEET: Sheet = Sheet { file: "people", title: "People", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let filter = filter(&cx.url());
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |after| {
        let (store, actor, filter) = (store.clone(), actor.clone(), filter.clone());
        async move {
            let after = after.and_then(|id| id.parse().ok());
            let page = rows(&store, &actor, &filter, after, export::BATCH_ROWS).await?;
            Ok::<_, AppError>(Page { rows: page.rows.into_iter().map(cells).collect(), next: page.next })
        }
    })
    .await
}

fn cells(row: Row) -> Vec<Cell> {
    let person = row.person;
    let state = state_word(&person);
    vec![
        Cell::Link(person.name, format!("/admin/people/{}", person.id)),
        person.email.into(),
        roles(&person.roles).into(),
        state.into(),
        row.owns.into(),
        row.last_seen.into(),
    ]
}
