//! Reports on paper: a [`Document`] set by Typst, in this process, as a tagged PDF.
//!
//! Nothing is read from outside: no file, no font of the system, no package, no network, no clock ([`world`]). The same
//! document with the same [`Made`] gives the same bytes, so that a PDF's hash can be kept and checked later. (Another
//! version of Typst may set a line otherwise; that is why its version is exact.)
//!
//! Texts reach the template as JSON strings, never as Typst source, so no text can run or change anything.
//!
//! The fonts are Libertinus Serif and, for hashes and signs, DejaVu Sans Mono (both embedded; licences: SIL Open Font
//! Licence, and Bitstream Vera's with public domain changes). They hold Latin, Greek, Cyrillic and many signs; Hebrew
//! and Arabic letters partly. Chinese, Japanese, Korean, Indian scripts and most emoji show as boxes; some readers lose
//! such characters when the text is copied. The Markdown has them all.

mod world;

use chrono::{DateTime, Datelike, Timelike, Utc};
use domain::report::{Block, Document, Section, SignOff, Table, Tone};
use serde_json::{Map, Value, json};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// Where and when a report was made; part of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The instant that it shows, in its footer and in the PDF's data.
    pub at: DateTime<Utc>,
    /// The installation's name, such as its host: "countersign.example.org".
    pub instance: String,
}

/// The most cells that all tables of a report may have: so many take some seconds, and half a gigabyte of memory.
pub const MOST_CELLS: usize = 10_000;

/// The most bytes that a report may have as JSON.
pub const MOST_BYTES: usize = 1 << 20;

/// Why no PDF was made. Apart from its length, that is never the document's fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It would take too much time and memory.
    #[error(
        "the report is too long for a PDF: at most {MOST_CELLS} cells in its tables, and {MOST_BYTES} bytes in all"
    )]
    TooLong,
    /// The document could not be handed over.
    #[error("the report could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Typst refused; its messages, one a line.
    #[error("the report could not be typeset: {0}")]
    Typeset(String),
}

/// The report as PDF: PDF/A-2a (archiving) and PDF/UA-1 (accessibility) where its texts allow it.
///
/// Both refuse a character that no font draws. Such a report is made all the same, tagged, but without claiming either.
///
/// Six pages take a quarter of a second of CPU and 20 MB, a thousand rows ten times that: call it where blocking is
/// allowed, and not for many at once.
pub fn pdf(document: &Document, made: &Made) -> Result<Vec<u8>, Error> {
    let result = set(document, made);
    // Typst remembers what it has set, for a next time that is much the same. Ours is not, and memory would grow.
    comemo::evict(0);
    result
}

fn set(document: &Document, made: &Made) -> Result<Vec<u8>, Error> {
    let data = serde_json::to_vec(&handed_over(document, made))?;
    if data.len() > MOST_BYTES || cells(document) > MOST_CELLS {
        return Err(Error::TooLong);
    }
    let world = world::World::new(data)?;
    let pages = typst::compile::<PagedDocument>(&world).output.map_err(|all| refused(&all))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|refusal| Error::Typeset(refusal.message().to_string()))?;
    let strict = options(document, made, standards);
    typst_pdf::pdf(&pages, &strict)
        .or_else(|_| typst_pdf::pdf(&pages, &options(document, made, PdfStandards::default())))
        .map_err(|all| refused(&all))
}

fn cells(document: &Document) -> usize {
    let blocks = document.sections.iter().flat_map(|section| &section.blocks);
    let tables = blocks.filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
    tables.map(|table| table.rows.len().saturating_mul(table.width())).fold(0, usize::saturating_add)
}

fn options(document: &Document, made: &Made, standards: PdfStandards) -> PdfOptions {
    let at = made.at;
    let [month, day, hour, minute, second] =
        [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(|part| part as u8); // all below 100
    PdfOptions {
        ident: Smart::Custom(format!("{}\n{}\n{}\n{at:?}", made.instance, document.reference, document.title)),
        creator: Smart::Custom(Some("Countersign".to_owned())),
        timestamp: Datetime::from_ymd_hms(at.year(), month, day, hour, minute, second).map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    }
}

/// What the template reads: the document, and the few words that `domain` has for all forms of a report.
fn handed_over(document: &Document, made: &Made) -> Value {
    let tones: Map<String, Value> = Tone::ALL
        .iter()
        .map(|tone| (tone.as_str().to_owned(), json!({ "label": tone.label(), "sign": tone.sign() })))
        .collect();
    let [.., hash] = SignOff::LABELS;
    json!({
        "document": document,
        "made": { "instance": made.instance, "at": in_words(made.at) },
        "words": {
            "tones": tones,
            "nothing": Section::EMPTY,
            "no_rows": Table::EMPTY,
            "no_sign_offs": SignOff::EMPTY,
            "hash": hash,
        },
    })
}

/// "23 Nov 2026, 14:05 UTC"
fn in_words(at: DateTime<Utc>) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get(at.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}, {:02}:{:02} UTC", at.day(), at.year(), at.hour(), at.minute())
}

fn refused(all: &[SourceDiagnostic]) -> Error {
    Error::Typeset(all.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("\n"))
}
