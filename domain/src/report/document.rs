//! What a printed report consists of.
//!
//! All texts are plain: whoever sets them (as HTML, Markdown or PDF) escapes them. A line break in a text is a line
//! break; nothing else in it means anything. Numbers and dates come in already formatted, so that every form shows the
//! same characters.

use serde::{Deserialize, Serialize};

crate::words! {
    /// How a text is meant. The labels are said aloud before a note: colour alone never carries a meaning.
    Tone {
        Good = "good", "In order";
        Caution = "caution", "Caution";
        Bad = "bad", "Problem";
        Neutral = "neutral", "Note";
    }
}

impl Tone {
    /// A sign whose shape says what the colour says, for places too small for the label. Neutral has none.
    pub const fn sign(self) -> &'static str {
        match self {
            Tone::Good => "✓",
            Tone::Caution => "▲",
            Tone::Bad => "✗",
            Tone::Neutral => "",
        }
    }
}

/// A whole report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What kind of report it is: "TEVV report". It stands in the footer of every page too.
    pub title: String,
    /// What it is about: "Claims triage assistant".
    pub subtitle: String,
    /// What it is about, as a reference: "AIS-12".
    pub reference: String,
    /// Label and text: owner, period, versions.
    pub about: Vec<(String, String)>,
    /// The body, in order.
    pub sections: Vec<Section>,
}

/// A part with a heading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What stands below; nothing is said so ([`Section::EMPTY`]).
    pub blocks: Vec<Block>,
}

impl Section {
    /// What stands below a heading without blocks: a reader must not wonder whether something was lost.
    pub const EMPTY: &'static str = "Nothing is recorded here.";
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Block {
    /// Running text.
    Paragraph(String),
    /// A text that should be noticed, with the tone's label before it.
    Note {
        /// How it is meant.
        tone: Tone,
        /// What it says.
        text: String,
    },
    /// Label and text, below each other.
    Facts(Vec<(String, String)>),
    /// Rows and columns.
    Table(Table),
    /// Points without order.
    List(Vec<String>),
    /// A heading one level below the section's.
    Heading(String),
    /// Who stood for it.
    SignOffs(Vec<SignOff>),
}

/// Rows and columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows; may be empty.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; a row may be shorter than there are columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Says below a table's head that it has no rows.
    pub const EMPTY: &'static str = "No rows.";

    /// How many columns there are to draw: a row that is longer than the head loses nothing.
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).fold(self.columns.len(), usize::max)
    }
}

/// A table's column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its head.
    pub label: String,
    /// Which side its cells stand on.
    pub align: Align,
    /// Its share of the width that columns with shares divide among them; without one, as wide as its cells need.
    pub width: Option<u8>,
}

impl Column {
    /// A column of texts with a share of the width.
    pub fn left(label: impl Into<String>, share: u8) -> Self {
        Self { label: label.into(), align: Align::Left, width: Some(share) }
    }

    /// A column of numbers, as wide as they are.
    pub fn right(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::Right, width: None }
    }
}

crate::words! {
    /// Which side cells stand on.
    #[derive(Default)]
    Align {
        #[default]
        Left = "left", "Left";
        Right = "right", "Right";
    }
}

/// A table's cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub tone: Option<Tone>,
    /// Whether it is read letter by letter (a hash, a name of a file).
    pub mono: bool,
}

impl Cell {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A text and how it is meant.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone: Some(tone), mono: false }
    }

    /// Something read letter by letter.
    pub fn mono(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: None, mono: true }
    }
}

/// Somebody's word for something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// Who.
    pub name: String,
    /// As what.
    pub role: String,
    /// What it means: "approved with conditions".
    pub meaning: String,
    /// When, already formatted.
    pub at: String,
    /// The hash of what was signed.
    pub hash: String,
}

impl SignOff {
    /// Said in place of the list when it is empty.
    pub const EMPTY: &'static str = "Nobody has signed.";

    /// What the parts are called where they need a name, in their order.
    pub const LABELS: [&'static str; 5] = ["Name", "Role", "Meaning", "Signed", "SHA-256 of what was signed"];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_survives_json_and_its_words_are_stable() {
        let document = Document {
            title: "TEVV report".into(),
            sections: vec![Section {
                heading: "Findings".into(),
                blocks: vec![
                    Block::Note { tone: Tone::Bad, text: "Two failed.".into() },
                    Block::Facts(vec![("Owner".into(), "Ada".into())]),
                    Block::SignOffs(vec![SignOff::default()]),
                ],
            }],
            ..Document::default()
        };
        let json = serde_json::to_value(&document).unwrap();
        assert_eq!(json["sections"][0]["blocks"][0]["kind"], "note");
        assert_eq!(json["sections"][0]["blocks"][0]["of"]["tone"], "bad");
        assert_eq!(json["sections"][0]["blocks"][1]["of"][0][1], "Ada");
        assert_eq!(json["sections"][0]["blocks"][2]["kind"], "sign_offs");
        assert_eq!(serde_json::from_value::<Document>(json).unwrap(), document);
    }

    #[test]
    fn a_row_longer_than_the_head_widens_the_table() {
        let mut table = Table { columns: vec![Column::right("n")], ..Table::default() };
        assert_eq!(table.width(), 1);
        table.rows.push(vec![Cell::text("1"), Cell::text("2"), Cell::text("3")]);
        assert_eq!(table.width(), 3);
    }
}
