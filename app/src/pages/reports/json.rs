//! GET /reports.json: the portfolio's figures, of all business units or of one, for other programs.

use crate::server::{AppError, Cx, PageResult, export};
use chrono::{DateTime, Utc};
use domain::ids::UnitId;
use domain::risk::matrix::Matrix;
use serde::Serialize;
use store::portfolio::{self, Month, Portfolio};

/// Version of the file's form.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct File {
    format: u32,
    exported_at: DateTime<Utc>,
    /// Name of the business unit; none for all.
    unit: Option<String>,
    matrix: MatrixPart,
    #[serde(flatten)]
    figures: Portfolio,
    /// The last twelve months, the oldest first.
    months: Vec<Month>,
}

#[derive(Serialize)]
struct MatrixPart {
    version: i32,
    #[serde(flatten)]
    matrix: Matrix,
}

pub async fn file(cx: Cx) -> PageResult {
    let unit = cx.url().get("unit").map(|id| id.parse::<UnitId>().map_err(|_| AppError::NotFound)).transpose()?;
    let (matrix, units) = portfolio::setting(&cx.store).await?;
    let name = match unit {
        None => None,
        Some(id) => Some(units.into_iter().find(|u| u.id == id).ok_or(AppError::NotFound)?.name),
    };
    let figures = portfolio::portfolio(&cx.store, &cx.actor, unit).await?;
    let months = portfolio::movement(&cx.store, &cx.actor, unit).await?;
    let matrix = MatrixPart { version: matrix.version, matrix: matrix.matrix };
    let file = File { format: FORMAT, exported_at: cx.now(), unit: name, matrix, figures, months };
    export::json(&format!("portfolio-{}", crate::format::iso_date(cx.today())), &file)
}
