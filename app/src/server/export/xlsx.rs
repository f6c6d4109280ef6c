//! Workbooks. Rows go to a temporary file as they come (the writer's constant-memory mode), the finished workbook to
//! another, and from there to the browser: a slow reader holds a file, not memory.

use super::{AppError, Row, Rows};
use axum::body::Body;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::csv_out::neutralise;
use domain::sheet::{Cell, EXPORT_ROWS_MAX, Sheet, cut_after};
use futures::stream;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Url, Workbook, Worksheet, XlsxError};
use std::fs::File;
use std::io::{Seek, SeekFrom};
use tokio::io::AsyncReadExt;
use tokio::sync::{Semaphore, mpsc};

/// What the file is.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// Longest text of a cell, in UTF-16 units: Excel's own limit.
pub const CELL_UNITS_MAX: usize = 32_767;
/// Most links of a sheet: Excel's own limit. Further references are plain text.
pub const LINKS_MAX: usize = 65_530;
/// Bytes that are read from a finished workbook at once.
const CHUNK: usize = 64 * 1024;
/// Workbooks that are written at once; the next waits, since each takes a processor for itself.
static WRITERS: Semaphore = Semaphore::const_new(2);

/// What is written, besides its rows.
pub struct About {
    /// The list.
    pub sheet: &'static Sheet,
    /// Where its links lead to.
    pub base_url: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes the rows into a workbook that is gone when it is closed.
pub async fn write(about: About, mut rows: Rows) -> Result<File, AppError> {
    let _place = WRITERS.acquire().await.map_err(AppError::internal)?;
    let (send, receive) = mpsc::channel::<Vec<Row>>(1);
    let (done, cut) = tokio::sync::oneshot::channel();
    let work = tokio::task::spawn_blocking(move || workbook(&about, receive, cut));
    while let Some(batch) = rows.next().await? {
        if send.send(batch).await.is_err() {
            break; // the writer gave up, and says why below
        }
    }
    drop(send);
    let _ = done.send(rows.cut);
    work.await.map_err(AppError::internal)?.map_err(failed)
}

/// A full disk is not our fault, and says so.
fn failed(error: XlsxError) -> AppError {
    match &error {
        XlsxError::IoError(io) if io.kind() == std::io::ErrorKind::StorageFull => {
            tracing::error!(%error, "no room for a workbook");
            AppError::Status(axum::http::StatusCode::INSUFFICIENT_STORAGE)
        }
        _ => AppError::internal(error),
    }
}

fn workbook(
    about: &About,
    mut rows: mpsc::Receiver<Vec<Row>>,
    cut: tokio::sync::oneshot::Receiver<bool>,
) -> Result<File, XlsxError> {
    let mut book = Workbook::new();
    let at = ExcelDateTime::from_timestamp(about.at.timestamp())?;
    book.set_properties(&DocProperties::new().set_title(about.sheet.title).set_creation_datetime(&at));
    let mut writer = Writer::begin(book.add_worksheet_with_constant_memory()?, about)?;
    while let Some(batch) = rows.blocking_recv() {
        for row in batch {
            writer.row(&row)?;
        }
    }
    // Without an answer the rows could not all be read: nobody waits for the file any more.
    if cut.blocking_recv().unwrap_or(false) {
        writer.row(&[Cell::Text(cut_after(EXPORT_ROWS_MAX))])?;
    }
    let mut file = tempfile::tempfile()?;
    book.save_to_writer(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

struct Writer<'a> {
    sheet: &'a mut Worksheet,
    base_url: &'a str,
    next: u32,
    links: usize,
    date: Format,
    instant: Format,
    link: Format,
}

impl<'a> Writer<'a> {
    fn begin(sheet: &'a mut Worksheet, about: &'a About) -> Result<Self, XlsxError> {
        sheet.set_name(about.sheet.title)?;
        sheet.set_freeze_panes(1, 0)?;
        let head = Format::new().set_bold();
        let wide = || (0_u16..).zip(about.sheet.columns);
        for (place, column) in wide() {
            sheet.set_column_width(place, column.width)?;
        }
        for (place, column) in wide() {
            sheet.write_string_with_format(0, place, column.name, &head)?;
        }
        Ok(Self {
            sheet,
            base_url: &about.base_url,
            next: 1,
            links: 0,
            date: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            link: Format::new().set_hyperlink(),
        })
    }

    fn row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        let row = self.next;
        for (place, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Empty => continue,
                Cell::Text(words) => self.sheet.write_string(row, place, text(words))?,
                Cell::Number(number) => self.sheet.write_number(row, place, *number as f64)?,
                Cell::Date(day) => self.sheet.write_with_format(row, place, day, &self.date)?,
                Cell::Instant(at) => self.sheet.write_with_format(row, place, &at.naive_utc(), &self.instant)?,
                Cell::Link(words, path) if self.links < LINKS_MAX => {
                    self.links += 1;
                    let url = Url::new(format!("{}{path}", self.base_url)).set_text(text(words));
                    self.sheet.write_url_with_format(row, place, url, &self.link)?
                }
                Cell::Link(words, _) => self.sheet.write_string(row, place, text(words))?,
            };
        }
        self.next += 1;
        Ok(())
    }
}

/// Text as a cell may hold it: never the start of a formula (the cell is typed as text, but people save workbooks as
/// CSV), without characters that XML does not know, no longer than Excel reads.
fn text(words: &str) -> String {
    let printable: String = words.chars().filter(|c| matches!(c, '\t' | '\n' | '\r') || !c.is_control()).collect();
    let printable: String = printable.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    let safe = neutralise(&printable);
    let mut units = 0;
    let end = safe.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > CELL_UNITS_MAX
    });
    match end {
        None => safe.into_owned(),
        Some((end, _)) => {
            let mut cut = safe.get(..end).unwrap_or_default().to_owned();
            cut.pop();
            cut.push('\u{2026}');
            cut
        }
    }
}

/// The file, a piece at a time.
pub fn body(file: File) -> Body {
    let file = tokio::fs::File::from_std(file);
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; CHUNK];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_cell_starts_a_formula_or_is_longer_than_excel_reads(words in "[=+@\t\r\n\0＝a'-]{0,4}\\PC{0,40}", times in 1..2000_usize) {
            let cell = text(&words.repeat(times));
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']));
            prop_assert!(cell.encode_utf16().count() <= CELL_UNITS_MAX);
            prop_assert!(!cell.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')));
        }
    }

    #[tokio::test]
    async fn links_end_where_excel_counts_no_further_and_rows_do_not() {
        static SHEET: Sheet =
            Sheet { file: "risks", title: "Risks", columns: &[domain::sheet::column("Reference", 9)] };
        let about = About { sheet: &SHEET, base_url: "https://r.example".into(), at: DateTime::UNIX_EPOCH };
        let (send, receive) = mpsc::channel(1);
        let (done, cut) = tokio::sync::oneshot::channel();
        let work = tokio::task::spawn_blocking(move || workbook(&about, receive, cut));
        let rows = (0..=LINKS_MAX).map(|n| vec![Cell::Link(format!("R-{n}"), format!("/risks/R-{n}"))]).collect();
        send.send(rows).await.unwrap();
        drop(send);
        done.send(false).unwrap();
        let mut zip = zip::ZipArchive::new(work.await.unwrap().unwrap()).unwrap();
        let mut part = |name: &str| {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
            text
        };
        assert_eq!(
            part("xl/worksheets/_rels/sheet1.xml.rels").matches("https://r.example/risks/R-").count(),
            LINKS_MAX
        );
        assert_eq!(part("xl/worksheets/sheet1.xml").matches("<row ").count(), LINKS_MAX + 2);
    }

    #[test]
    fn a_cell_holds_as_much_as_excel_reads_and_no_more() {
        let whole = "x".repeat(CELL_UNITS_MAX);
        assert_eq!(text(&whole), whole);
        let cut = text(&format!("{whole}x"));
        assert_eq!(cut.chars().count(), CELL_UNITS_MAX);
        assert!(cut.ends_with('\u{2026}'));
        // Characters beyond the basic plane count twice.
        let smiles = text(&"\u{1f600}".repeat(CELL_UNITS_MAX)).encode_utf16().count();
        assert!((CELL_UNITS_MAX - 2..=CELL_UNITS_MAX).contains(&smiles), "{smiles}");
    }
}
