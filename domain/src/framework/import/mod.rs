//! Frameworks are data: an administrator imports NIST's playbook, a catalogue in OSCAL, or a CSV.
//!
//! Pure: bytes in, groups and controls out, or what is wrong row by row. All or nothing: a framework with holes would
//! look complete. The files come from elsewhere, so that size, depth and every text have limits.

mod oscal;
mod playbook;
mod rows;

use super::identifier::canonical;
use super::{Subcategory, nist};
use crate::text;
use serde::Serialize;
use std::collections::BTreeSet;

/// Largest file, in bytes: 16 MiB. The catalogue of NIST SP 800-53 has 10 MB.
pub const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most values in a JSON file, counted by its commas: what is parsed stays within some 100 MB of memory.
pub const VALUES_MAX: usize = 1_000_000;
/// Most controls.
pub const CONTROLS_MAX: usize = 5_000;
/// Most groups.
pub const GROUPS_MAX: usize = 1_000;
/// Deepest nesting of groups, and of controls and parts within them.
pub const DEPTH_MAX: usize = 10;
/// Longest identifier, in characters.
pub const ID_MAX: usize = 80;
/// Longest text, in characters. The longest list of references in the playbook has 12,177.
pub const TEXT_MAX: usize = 40_000;
/// Most faults that are listed.
pub const FAULTS_MAX: usize = 50;

crate::words! {
    /// What kind of file it was.
    Format {
        Playbook = "playbook", "NIST AI RMF Playbook (JSON)";
        Oscal = "oscal", "OSCAL catalog (JSON)";
        Csv = "csv", "CSV";
    }
}

/// A framework as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// What kind of file it was.
    pub format: Format,
    /// A stable name made from the title: `nist-ai-rmf-playbook`.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// Its version, if the file says.
    pub version: Option<String>,
    /// Functions, categories or families, each after the one that it belongs to.
    pub groups: Vec<Group>,
    /// What is asked, in the file's order.
    pub controls: Vec<Control>,
}

/// A group of controls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its identifier.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The identifier of the group that it belongs to.
    pub parent: Option<String>,
}

/// A control, requirement or subcategory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// Its identifier, as the file writes it.
    pub id: String,
    /// The subcategory of AI RMF 1.0 that it is, by [`canonical`].
    pub nist: Option<&'static str>,
    /// Its title.
    pub title: String,
    /// The identifier of the group that it belongs to.
    pub group: Option<String>,
    /// The identifier of the control that it refines.
    pub parent: Option<String>,
    /// What it asks, in the framework's words.
    pub text: Option<String>,
    /// Whatever else the file says: guidance, suggested actions, references.
    pub parts: Vec<Part>,
}

/// A further text of a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// "guidance"
    pub name: String,
    /// What it says.
    pub text: String,
}

impl Imported {
    /// The controls that are subcategories of AI RMF 1.0, each with its own: their texts are shown beside our questions.
    pub fn official_texts(&self) -> impl Iterator<Item = (&'static Subcategory, &Control)> {
        self.controls.iter().filter_map(|control| Some((nist().get(control.nist?)?, control)))
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// "entry 3", "line 5", "group AC, control AC-2".
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

/// Why a file cannot be imported. The texts are for the person who imports it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFramework {
    /// Larger than [`BYTES_MAX`], or with more values than [`VALUES_MAX`].
    #[error("The file is larger than any framework: {} MiB and {VALUES_MAX} values are the most", BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// More controls or groups than the limits.
    #[error("The file has more than {CONTROLS_MAX} controls or {GROUPS_MAX} groups")]
    TooMany,
    /// No JSON, or no CSV; the text says why.
    #[error("The file can't be read: {0}")]
    Unreadable(String),
    /// JSON, but neither playbook nor catalogue.
    #[error("This is neither the AI RMF Playbook's JSON nor an OSCAL catalog: {0}")]
    NotAFramework(String),
    /// Nothing in it.
    #[error("The file holds no control")]
    Empty,
    /// Entries that are wrong: all of them, up to [`FAULTS_MAX`].
    #[error("{}", faults_said(.0))]
    Faults(Vec<Fault>),
}

fn faults_said(faults: &[Fault]) -> String {
    let list: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.place, fault.problem)).collect();
    list.join("\n")
}

/// Reads a framework. The name of the file gives a CSV its title.
///
/// # Errors
/// [`BadFramework`]; nothing of the file is then used.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Imported, BadFramework> {
    if bytes.len() > BYTES_MAX {
        return Err(BadFramework::TooLarge);
    }
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match body.first() {
        None => Err(BadFramework::Empty),
        Some(b'[' | b'{') => json(body),
        Some(b'<') => Err(BadFramework::Unreadable("it is XML; OSCAL is read as JSON".to_owned())),
        Some(_) => rows::read(bytes, file_name),
    }
}

fn json(body: &[u8]) -> Result<Imported, BadFramework> {
    if body.iter().filter(|byte| **byte == b',').count() > VALUES_MAX {
        return Err(BadFramework::TooLarge);
    }
    // The parser itself refuses to go deeper than 128 levels.
    let value = serde_json::from_slice(body).map_err(|error| BadFramework::Unreadable(error.to_string()))?;
    match value {
        serde_json::Value::Array(entries) => playbook::read(&entries),
        serde_json::Value::Object(document) => match document.get("catalog") {
            Some(catalog) => oscal::read(catalog),
            None => {
                let keys: Vec<String> = document.keys().take(5).map(|key| shown(key)).collect();
                Err(BadFramework::NotAFramework(format!("its topmost keys are {}", keys.join(", "))))
            }
        },
        _ => Err(BadFramework::NotAFramework("it is a single value".to_owned())),
    }
}

/// What somebody else wrote, for a message: short, and without what a terminal would obey.
fn shown(text: &str) -> String {
    let clean: String = text.chars().take(60).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("“{clean}”")
}

/// A framework in the making, and what is wrong with it.
struct Making {
    format: Format,
    title: String,
    version: Option<String>,
    groups: Vec<Group>,
    controls: Vec<Control>,
    /// Identifiers in use, in lower case.
    ids: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Making {
    fn new(format: Format, title: String, version: Option<String>) -> Self {
        let (groups, controls, ids, faults) = (Vec::new(), Vec::new(), BTreeSet::new(), Vec::new());
        Self { format, title, version, groups, controls, ids, faults }
    }

    fn fault(&mut self, place: &str, problem: impl Into<String>) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { place: place.to_owned(), problem: problem.into() });
        }
    }

    /// A single line, or a fault. None if it is empty.
    fn line(&mut self, place: &str, what: &str, given: &str) -> Option<String> {
        match text::line(given) {
            Ok(line) => line,
            Err(why) => {
                self.fault(place, format!("the {what} {why}"));
                None
            }
        }
    }

    /// An identifier that nothing else has, or a fault.
    fn id(&mut self, place: &str, given: &str) -> Option<String> {
        let faults = self.faults.len();
        let id = self.line(place, "identifier", given);
        let Some(id) = id.filter(|id| id.chars().count() <= ID_MAX) else {
            if self.faults.len() == faults {
                self.fault(place, format!("it needs an identifier of 1 to {ID_MAX} characters"));
            }
            return None;
        };
        if !self.ids.insert(id.to_lowercase()) {
            self.fault(place, format!("the identifier {} stands in the file twice", shown(&id)));
            return None;
        }
        Some(id)
    }

    /// A text of several lines, or a fault. None if it is empty.
    fn text(&mut self, place: &str, what: &str, given: &str) -> Option<String> {
        let text = given.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        if text.chars().count() > TEXT_MAX {
            self.fault(place, format!("the {what} is longer than {TEXT_MAX} characters"));
            return None;
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.fault(place, format!("the {what} must not contain control characters"));
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn group(&mut self, group: Group) -> Result<(), BadFramework> {
        if self.groups.len() >= GROUPS_MAX {
            return Err(BadFramework::TooMany);
        }
        self.groups.push(group);
        Ok(())
    }

    fn control(&mut self, control: Control) -> Result<(), BadFramework> {
        if self.controls.len() >= CONTROLS_MAX {
            return Err(BadFramework::TooMany);
        }
        self.controls.push(control);
        Ok(())
    }

    fn finish(self) -> Result<Imported, BadFramework> {
        if !self.faults.is_empty() {
            return Err(BadFramework::Faults(self.faults));
        }
        if self.controls.is_empty() {
            return Err(BadFramework::Empty);
        }
        let Self { format, title, version, groups, controls, .. } = self;
        Ok(Imported { format, key: key(&title), title, version, groups, controls })
    }
}

/// A stable name from a title: lower-case letters and digits, with hyphens between.
fn key(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let key: String = words.join("-").chars().take(60).collect();
    let key = key.trim_matches('-');
    if key.is_empty() { "framework".to_owned() } else { key.to_owned() }
}

#[cfg(test)]
mod tests;
