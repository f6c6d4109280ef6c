//! GET /risks.csv, /risks.xlsx: the rows of the register as filtered, as a file.

use super::filter;
use crate::server::{AppError, Cx, PageResult, export};
use domain::page::Page;
use domain::risk::Treatment;
use domain::risk::matrix::Matrix;
use domain::sheet::{Cell, Column, Sheet, column};
use std::sync::Arc;
use store::risks::list::{RiskChoices, RowRating};
use store::risks::{self, RiskRow};

const COLUMNS: [Column; 18] = [
    column("Reference", 11),
    column("Risk", 44),
    column("System", 10),
    column("System name", 30),
    column("Characteristic", 28),
    column("Treatment", 12),
    column("Status", 14),
    column("Owner", 24),
    column("Inherent likelihood", 10),
    column("Inherent impact", 10),
    column("Inherent level", 12),
    column("Residual likelihood", 10),
    column("Residual impact", 10),
    column("Residual level", 12),
    column("Above appetite", 10),
    column("Mitigations", 11),
    column("Overdue mitigations", 11),
    column("Changed", 19),
];

static SHEET: Sheet = Sheet { file: "risks", title: "Risks", columns: &COLUMNS };

pub async fn file(cx: Cx) -> PageResult {
    let (filter, sort) = filter::read(&cx, &cx.url())?;
    let choices = Arc::new(risks::choices(&cx.store, &cx.actor).await?);
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    export::send(&cx, &SHEET, move |after| {
        let (store, actor, filter, choices) = (store.clone(), actor.clone(), filter.clone(), choices.clone());
        async move {
            let list = risks::list(&store, &actor, &filter, sort, after.as_deref(), export::BATCH_ROWS).await?;
            let rows = list.page.rows.into_iter().map(|row| cells(row, &choices)).collect();
            Ok::<_, AppError>(Page { rows, next: list.page.next })
        }
    })
    .await
}

fn cells(row: RiskRow, choices: &RiskChoices) -> Vec<Cell> {
    let [inherent_l, inherent_i, inherent] = rating(row.inherent, choices);
    let [residual_l, residual_i, residual] = rating(row.residual, choices);
    vec![
        Cell::Link(row.reference.to_string(), format!("/risks/{}", row.reference)),
        row.title.into(),
        row.system.to_string().into(),
        row.system_name.into(),
        row.characteristic.label().into(),
        row.treatment.map(Treatment::label).into(),
        row.status.label().into(),
        row.owner.into(),
        inherent_l,
        inherent_i,
        inherent,
        residual_l,
        residual_i,
        residual,
        row.above.into(),
        row.mitigations.into(),
        row.overdue.into(),
        row.changed_at.into(),
    ]
}

/// Likelihood, impact, and the level's name on the matrix that it was rated on.
fn rating(rating: Option<RowRating>, choices: &RiskChoices) -> [Cell; 3] {
    let Some(rating) = rating else { return [Cell::Empty, Cell::Empty, Cell::Empty] };
    let label = |m: &Matrix| m.level(rating.at).map(|level| m.label(level).to_owned());
    let label = choices.matrices.get(&rating.matrix).and_then(label);
    [rating.at.likelihood.into(), rating.at.impact.into(), label.into()]
}
