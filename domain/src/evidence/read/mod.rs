//! Reads result files of evaluation tools. What a file is, its content says, not its name.
//!
//! Files come as a stream that can be read from the start again. No reader holds a file in memory: rows are looked at one
//! after the other, and of what is not counted nothing is kept. What is hostile (deep nesting, entities, archives that
//! unpack to more than they should, numbers that are none) is refused or read, and never panics.

mod croissant;
mod cyclonedx;
mod dates;
mod decoded;
mod deepeval;
mod fairlearn;
mod garak;
mod garak_digest;
mod garak_hits;
mod garak_scores;
mod groups;
pub use groups::SMALL as SMALL_GROUP;
mod helm;
mod helm_run;
mod inspect;
mod inspect_parts;
mod inspect_ran;
pub mod json;
mod junit;
mod lm_eval;
mod lm_eval_names;
mod lm_eval_samples;
mod loose;
mod mlflow;
mod model_card;
mod modelaudit;
mod modelscan;
mod moonshot;
pub mod outcomes;
mod packed;
mod pick;
mod promptfoo;
mod promptfoo_row;
mod promptfoo_tally;
mod ragas;
mod rows;
mod sarif;
mod short;
mod slim;
mod spdx;
pub mod table;
mod walk;
mod when;
mod xml;

use super::findings::Findings;
use json::Shape;
use std::io::{Read, Seek, SeekFrom};

/// The version of the readers. One more whenever a reader finds something else in the same bytes: files are read anew then.
pub const READERS: i32 = 4;

/// Why nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not a format that is read here: kept as a file, without findings.
    #[error("not a result file that can be read: {0}")]
    Unknown(String),
    /// One of the formats, but broken: what, and where.
    #[error("{format}: {what}")]
    Broken {
        /// What it looked like.
        format: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The stream itself failed.
    #[error("the file could not be read: {0}")]
    Stream(String),
}

impl From<std::io::Error> for Unreadable {
    fn from(e: std::io::Error) -> Self {
        Unreadable::Stream(e.to_string())
    }
}

/// A stream that can be read again from its start.
pub trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// A reader of a kind of JSON: whether a document of this shape is its own, and what such a document says.
struct JsonReader {
    fits: fn(&Shape) -> bool,
    read: fn(&mut dyn Source) -> Result<Findings, Unreadable>,
}

/// The readers of JSON and JSON lines, the most particular first.
const JSON: &[JsonReader] = &[
    JsonReader { fits: garak::fits, read: garak::read },
    JsonReader { fits: garak_hits::fits, read: garak_hits::read },
    JsonReader { fits: lm_eval_samples::fits, read: lm_eval_samples::read },
    JsonReader { fits: inspect::fits, read: inspect::read },
    JsonReader { fits: promptfoo::fits, read: promptfoo::read },
    JsonReader { fits: promptfoo::fits_rows, read: promptfoo::read_rows },
    JsonReader { fits: lm_eval::fits, read: lm_eval::read },
    JsonReader { fits: moonshot::fits, read: moonshot::read },
    JsonReader { fits: deepeval::fits, read: deepeval::read },
    JsonReader { fits: helm::fits, read: helm::read },
    JsonReader { fits: helm_run::fits, read: helm_run::read },
    JsonReader { fits: ragas::fits_rows, read: ragas::read_rows },
    JsonReader { fits: ragas::fits, read: ragas::read },
    JsonReader { fits: sarif::fits, read: sarif::read },
    JsonReader { fits: modelscan::fits, read: modelscan::read },
    JsonReader { fits: modelaudit::fits, read: modelaudit::read },
    JsonReader { fits: cyclonedx::fits, read: cyclonedx::read },
    JsonReader { fits: spdx::fits, read: spdx::read },
    JsonReader { fits: croissant::fits, read: croissant::read },
    JsonReader { fits: fairlearn::fits, read: fairlearn::read },
    JsonReader { fits: mlflow::fits, read: mlflow::read },
    // Takes what no other knows: it stays the last.
    JsonReader { fits: table::fits, read: table::read },
];

/// Bytes at the start that tell the kinds of file apart.
const HEAD: usize = 4096;

/// The kinds of file, by their first bytes.
enum Kind {
    Empty,
    Zip,
    Json,
    Xml,
    Card,
    Other,
}

/// The first bytes of a file, which is then at its start again.
fn head(file: &mut dyn Source) -> Result<Vec<u8>, Unreadable> {
    let mut head = Vec::with_capacity(HEAD);
    file.seek(SeekFrom::Start(0))?;
    (&mut *file).take(HEAD as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(head)
}

/// What a file is that begins so.
fn kind(head: &[u8]) -> Kind {
    let text = start(head);
    match text.first() {
        _ if head.starts_with(b"PK\x03\x04") => Kind::Zip,
        None => Kind::Empty,
        Some(b'{' | b'[') => Kind::Json,
        Some(b'<') => Kind::Xml,
        _ if text.starts_with(b"---") => Kind::Card,
        Some(_) => Kind::Other,
    }
}

/// Where the text begins, behind a byte order mark and spaces.
fn start(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start()
}

/// Reads a file.
///
/// # Errors
/// [`Unreadable`]: unknown, broken, or a stream that failed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let head = head(file)?;
    match kind(&head) {
        Kind::Zip => packed::read(file),
        Kind::Empty => Err(Unreadable::Unknown("it is empty".to_owned())),
        Kind::Json => read_json(file),
        Kind::Xml => read_xml(file, start(&head)),
        Kind::Card => model_card::read(file),
        Kind::Other => table::read(file),
    }
}

/// The shape of a document, which is then at its start again.
fn shape(file: &mut dyn Source) -> Result<Shape, Unreadable> {
    let shape = json::shape(short::Short::new(&mut *file)).map_err(|e| match e.io_error_kind() {
        Some(_) => Unreadable::Stream(e.to_string()),
        None => Unreadable::Broken { format: "JSON", what: e.to_string() },
    })?;
    file.seek(SeekFrom::Start(0))?;
    Ok(shape)
}

fn read_json(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let shape = shape(file)?;
    match JSON.iter().find(|reader| (reader.fits)(&shape)) {
        Some(reader) => (reader.read)(file),
        None => {
            let keys: Vec<&str> = shape.keys().take(8).collect();
            Err(Unreadable::Unknown(format!("JSON of no known kind (keys: {})", keys.join(", "))))
        }
    }
}

fn read_xml(file: &mut dyn Source, head: &[u8]) -> Result<Findings, Unreadable> {
    let start = head.get(..head.len().min(200)).unwrap_or_default().to_ascii_lowercase();
    if [&b"<!doctype html"[..], b"<html", b"<iframe"].iter().any(|tag| start.starts_with(tag)) {
        return Err(Unreadable::Unknown("HTML has no results that can be read".to_owned()));
    }
    match xml_root(file)?.as_str() {
        "testsuites" | "testsuite" => junit::read(file),
        "bom" => cyclonedx::read_xml(file),
        root => Err(Unreadable::Unknown(format!("XML of no known kind (root: {root})"))),
    }
}

/// The name of the root. Only that is looked at: where it is none of ours, what follows does not matter.
fn xml_root(file: &mut dyn Source) -> Result<String, Unreadable> {
    Ok(match xml::Xml::new(&mut *file, "XML")?.next()? {
        xml::Node::Start(name, _) => name,
        _ => String::new(),
    })
}
