//! A list as a file: CSV or a workbook, by the ending of the address. The register is read page by page with the list's
//! own cursor, so that no list is ever held in memory as a whole. The first page is read before the answer begins: a
//! refusal still has its status.

mod xlsx;

use super::{AppError, Cx, PageResult};
use axum::body::Body;
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use domain::csv_out::CsvOut;
use domain::page::Page;
use domain::sheet::{Cell, EXPORT_ROWS_MAX, Sheet, cut_after};
use futures::stream;
use std::pin::Pin;

/// Rows that are read at once.
pub const BATCH_ROWS: usize = 1_000;

/// One row.
pub type Row = Vec<Cell>;

/// Reads the page after a cursor.
type Fetch = Box<dyn FnMut(Option<String>) -> Pin<Box<dyn Future<Output = Result<Page<Row>, AppError>> + Send>> + Send>;

/// The rows of a list, a page at a time, up to a number of them.
pub struct Rows {
    fetch: Fetch,
    page: Option<Page<Row>>,
    left: usize,
    cut: bool,
}

impl Rows {
    /// Reads the first page.
    async fn begin(mut fetch: Fetch, most: usize) -> Result<Self, AppError> {
        let page = Some(fetch(None).await?);
        Ok(Self { fetch, page, left: most, cut: false })
    }

    /// The next rows, until there are none.
    async fn next(&mut self) -> Result<Option<Vec<Row>>, AppError> {
        let Some(Page { mut rows, next }) = self.page.take() else { return Ok(None) };
        self.cut = rows.len() > self.left || (rows.len() == self.left && next.is_some());
        rows.truncate(self.left);
        self.left -= rows.len();
        if let (Some(next), false) = (next, self.cut) {
            self.page = Some((self.fetch)(Some(next)).await?);
        }
        Ok(Some(rows))
    }
}

/// Answers with the list as a file. `fetch` reads [`BATCH_ROWS`] rows after a cursor.
pub async fn send<F, R>(cx: &Cx, sheet: &'static Sheet, mut fetch: F) -> PageResult
where
    F: FnMut(Option<String>) -> R + Send + 'static,
    R: Future<Output = Result<Page<Row>, AppError>> + Send + 'static,
{
    let rows = Rows::begin(Box::new(move |after| Box::pin(fetch(after))), EXPORT_ROWS_MAX).await?;
    let name = format!("{}-{}", sheet.file, crate::format::iso_date(cx.today()));
    if cx.frame.path.ends_with(".xlsx") {
        let about = xlsx::About { sheet, base_url: cx.state.site.base_url.to_string(), at: cx.now() };
        let file = xlsx::write(about, rows).await?;
        return Ok(answer(&format!("{name}.xlsx"), xlsx::MEDIA_TYPE, xlsx::body(file)));
    }
    let lines =
        Lines { sheet, base_url: cx.state.site.base_url.to_string(), rows, out: CsvOut::default(), begun: false };
    let body = Body::from_stream(stream::try_unfold(lines, |mut lines| async move {
        // The file breaks off: half a list must not look like a whole one.
        let next = lines.next().await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(next.map(|text| (Bytes::from(text), lines)))
    }));
    Ok(answer(&format!("{name}.csv"), "text/csv; charset=utf-8", body))
}

/// Answers with a thing as JSON, for a program to read: `name` without its ending.
pub fn json(name: &str, thing: &impl serde::Serialize) -> PageResult {
    let body = serde_json::to_string_pretty(thing).map_err(AppError::internal)?;
    Ok(answer(&format!("{name}.json"), "application/json", Body::from(body)))
}

fn answer(name: &str, media_type: &str, body: Body) -> axum::response::Response {
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// A CSV in the making. Plain text knows no links, so that their addresses get a column of their own, the last.
struct Lines {
    sheet: &'static Sheet,
    base_url: String,
    rows: Rows,
    out: CsvOut,
    begun: bool,
}

impl Lines {
    async fn next(&mut self) -> Result<Option<String>, AppError> {
        let Some(rows) = self.rows.next().await? else { return Ok(None) };
        if !std::mem::replace(&mut self.begun, true) {
            self.out.row(self.sheet.columns.iter().map(|c| c.name).chain(["Link"]));
        }
        for mut row in rows {
            let link = row.iter().find_map(|cell| match cell {
                Cell::Link(_, path) => Some(format!("{}{path}", self.base_url)),
                _ => None,
            });
            row.push(link.into());
            self.out.cells(&row);
        }
        if self.rows.cut {
            self.out.row([cut_after(EXPORT_ROWS_MAX)]);
        }
        Ok(Some(self.out.take()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of so many rows, in pages of a thousand.
    fn list(all: usize) -> Fetch {
        Box::new(move |after| {
            let from: usize = after.map_or(0, |a| a.parse().unwrap());
            let to = all.min(from + BATCH_ROWS);
            let rows = (from..to).map(|n| vec![Cell::Number(n as i64)]).collect();
            Box::pin(async move { Ok(Page { rows, next: (to < all).then(|| to.to_string()) }) })
        })
    }

    async fn read(all: usize, most: usize) -> (usize, bool) {
        let mut rows = Rows::begin(list(all), most).await.unwrap();
        let mut seen = Vec::new();
        while let Some(batch) = rows.next().await.unwrap() {
            seen.extend(batch);
        }
        assert!(seen.iter().enumerate().all(|(n, row)| row == &[Cell::Number(n as i64)]), "each row once, in order");
        (seen.len(), rows.cut)
    }

    #[tokio::test]
    async fn a_list_is_cut_at_the_limit_and_not_before() {
        for (all, most, expected) in [
            (0, 10, (0, false)),
            (9, 10, (9, false)),
            (10, 10, (10, false)),
            (11, 10, (10, true)),
            (2_000, 2_000, (2_000, false)),
            (2_001, 2_000, (2_000, true)),
            (EXPORT_ROWS_MAX, EXPORT_ROWS_MAX, (EXPORT_ROWS_MAX, false)),
            (EXPORT_ROWS_MAX + 1, EXPORT_ROWS_MAX, (EXPORT_ROWS_MAX, true)),
        ] {
            assert_eq!(read(all, most).await, expected, "{all} rows of at most {most}");
        }
    }

    #[tokio::test]
    async fn a_list_that_can_no_longer_be_read_is_an_error_and_no_shorter_list() {
        let mut pages = 0;
        let fetch: Fetch = Box::new(move |_| {
            pages += 1;
            let page = (pages < 3).then(|| Page { rows: vec![vec![Cell::Empty]], next: Some("x".into()) });
            Box::pin(async move { page.ok_or(AppError::Unavailable) })
        });
        let mut rows = Rows::begin(fetch, 100).await.unwrap();
        assert!(rows.next().await.unwrap().is_some());
        assert!(rows.next().await.is_err());
    }
}
