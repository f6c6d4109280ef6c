//! GET /risks.csv: the rows of the register as filtered, as a file.

use super::filter;
use crate::format;
use crate::server::{Cx, PageResult};
use axum::{http::header, response::IntoResponse};
use domain::csv_out::CsvOut;
use domain::risk::Treatment;
use domain::risk::matrix::Matrix;
use store::risks::list::{CSV_ROWS_MAX, RiskChoices, RowRating};
use store::risks::{self, RiskRow};

const HEAD: [&str; 18] = [
    "Reference",
    "Risk",
    "System",
    "System name",
    "Characteristic",
    "Treatment",
    "Status",
    "Owner",
    "Inherent likelihood",
    "Inherent impact",
    "Inherent level",
    "Residual likelihood",
    "Residual impact",
    "Residual level",
    "Above appetite",
    "Mitigations",
    "Overdue mitigations",
    "Changed",
];

pub async fn download(cx: Cx) -> PageResult {
    let (filter, sort) = filter::read(&cx, &cx.url())?;
    let list = risks::list(&cx.store, &cx.actor, &filter, sort, None, CSV_ROWS_MAX).await?;
    let choices = risks::choices(&cx.store).await?;
    let mut out = CsvOut::default();
    out.row(HEAD);
    for row in list.page.rows {
        out.row(cells(row, &choices));
    }
    let name = format!("attachment; filename=\"risks-{}.csv\"", format::iso_date(cx.today()));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, out.finish()).into_response())
}

fn cells(row: RiskRow, choices: &RiskChoices) -> Vec<String> {
    let [inherent_l, inherent_i, inherent] = rating(row.inherent, choices);
    let [residual_l, residual_i, residual] = rating(row.residual, choices);
    vec![
        row.reference.to_string(),
        row.title,
        row.system.to_string(),
        row.system_name,
        row.characteristic.label().to_owned(),
        row.treatment.map(Treatment::label).unwrap_or_default().to_owned(),
        row.status.label().to_owned(),
        row.owner.unwrap_or_default(),
        inherent_l,
        inherent_i,
        inherent,
        residual_l,
        residual_i,
        residual,
        if row.above { "yes" } else { "no" }.to_owned(),
        row.mitigations.to_string(),
        row.overdue.to_string(),
        format::iso_instant(row.changed_at),
    ]
}

fn rating(rating: Option<RowRating>, choices: &RiskChoices) -> [String; 3] {
    let Some(rating) = rating else { return Default::default() };
    let label = |m: &Matrix| m.level(rating.at).map(|level| m.label(level).to_owned());
    let label = choices.matrices.get(&rating.matrix).and_then(label).unwrap_or_default();
    [rating.at.likelihood.to_string(), rating.at.impact.to_string(), label]
}
