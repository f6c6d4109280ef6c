//! A report as Markdown (CommonMark with GFM tables).
//!
//! No text can become markup: what Markdown might take for its own is escaped with a backslash, and white space that it
//! would eat becomes a character reference. A reader gets every text back unchanged (`tests` below parse it again).
//! GitHub turns `name@host` into a link after parsing, where no escape reaches; that is left as it is.

use super::document::{Align, Block, Cell, Document, Section, SignOff, Table};
use std::fmt::Write;

/// The whole report. The same document gives the same text.
pub fn to_markdown(document: &Document) -> String {
    let mut out = Out::default();
    out.block(format!("# {}", inline(&document.title)));
    out.paragraph(&document.subtitle);
    let reference = Some(("Reference".to_owned(), document.reference.clone())).filter(|(_, text)| !text.is_empty());
    let about: Vec<_> = reference.into_iter().chain(document.about.iter().cloned()).collect();
    out.list(about.iter().map(fact));
    for section in &document.sections {
        out.section(section);
    }
    out.text
}

/// Blocks with a blank line between them.
#[derive(Default)]
struct Out {
    text: String,
    /// Whether the last block was a list with this mark: the next list needs another one, or the two become one.
    list: Option<char>,
}

impl Out {
    fn block(&mut self, block: String) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&block);
        self.text.push('\n');
        self.list = None;
    }

    fn section(&mut self, section: &Section) {
        self.block(format!("## {}", inline(&section.heading)));
        if section.blocks.is_empty() {
            self.paragraph(Section::EMPTY);
        }
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) => self.paragraph(text),
                Block::Note { tone, text } => {
                    self.block(format!("> **{}:** {}", tone.label(), lines(text, "> ")));
                }
                Block::Facts(facts) => self.list(facts.iter().map(fact)),
                Block::Table(table) => self.table(table),
                Block::List(points) => self.list(points.iter().map(|point| lines(point, "  "))),
                Block::Heading(text) => self.block(format!("### {}", inline(text))),
                Block::SignOffs(all) => self.sign_offs(all),
            }
        }
    }

    fn paragraph(&mut self, text: &str) {
        if !text.is_empty() {
            self.block(lines(text, ""));
        }
    }

    fn list(&mut self, points: impl Iterator<Item = String>) {
        let mark = if self.list == Some('-') { '*' } else { '-' };
        let block = points.map(|point| format!("{mark} {point}").trim_end().to_owned()).collect::<Vec<_>>().join("\n");
        if !block.is_empty() {
            self.block(block);
            self.list = Some(mark);
        }
    }

    fn table(&mut self, table: &Table) {
        if !table.caption.is_empty() {
            self.block(format!("**{}**", inline(&table.caption)));
        }
        let width = table.width();
        if width == 0 {
            return;
        }
        let label = |at: usize| table.columns.get(at).map_or_else(String::new, |column| inline(&column.label));
        let rule = |at: usize| match table.columns.get(at).map(|column| column.align) {
            Some(Align::Right) => "---:".to_owned(),
            _ => "---".to_owned(),
        };
        let mut block = row((0..width).map(label));
        block.push('\n');
        block.push_str(&row((0..width).map(rule)));
        for cells in &table.rows {
            block.push('\n');
            block.push_str(&row((0..width).map(|at| cells.get(at).map_or_else(String::new, cell))));
        }
        self.block(block);
        if table.rows.is_empty() {
            self.paragraph(Table::EMPTY);
        }
    }

    fn sign_offs(&mut self, all: &[SignOff]) {
        if all.is_empty() {
            return self.paragraph(SignOff::EMPTY);
        }
        let mut block = row(SignOff::LABELS.iter().map(|label| inline(label)));
        block.push('\n');
        block.push_str(&row(SignOff::LABELS.iter().map(|_| "---".to_owned())));
        for one in all {
            let texts = [&one.name, &one.role, &one.meaning, &one.at].map(|text| inline(text));
            block.push('\n');
            block.push_str(&row(texts.into_iter().chain([mono(&one.hash)])));
        }
        self.block(block);
    }
}

/// `| a | b |`
fn row(cells: impl Iterator<Item = String>) -> String {
    cells.fold("|".to_owned(), |mut row, cell| {
        let _ = write!(row, " {cell} |");
        row
    })
}

fn cell(cell: &Cell) -> String {
    let text = if cell.mono { mono(&cell.text) } else { inline(&cell.text) };
    match cell.tone.map(|tone| (tone.sign(), tone.label())) {
        Some((_, label)) if text.is_empty() => label.to_owned(),
        Some((sign, _)) if !sign.is_empty() => format!("{sign} {text}"),
        _ => text,
    }
}

fn fact((label, text): &(String, String)) -> String {
    format!("**{}:** {}", inline(label), lines(text, "  "))
}

/// Code, when the text is of a kind that code can hold; otherwise text like any other.
fn mono(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/+=@".contains(c);
    if !text.is_empty() && text.chars().all(plain) { format!("`{text}`") } else { inline(text) }
}

/// On one line: line breaks become references, which stay in the text but break nothing.
fn inline(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("&#10;")
}

/// On as many lines as the text has, each new one after `prefix`.
fn lines(text: &str, prefix: &str) -> String {
    let all: Vec<_> = text.split('\n').map(line).collect();
    let mut out = String::new();
    for (at, one) in all.iter().enumerate() {
        out.push_str(one);
        match all.get(at + 1) {
            // A hard break only between two lines with something on them: next to a blank one it would end the block.
            Some(next) if !one.is_empty() && !next.is_empty() => {
                let _ = write!(out, "\\\n{prefix}");
            }
            Some(_) => out.push_str("&#10;"),
            None => {}
        }
    }
    out
}

/// One line, escaped.
fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let last = text.chars().count().saturating_sub(1);
    let mut digits = true; // only digits so far: "1." would start a list
    for (at, (byte, c)) in text.char_indices().enumerate() {
        let rest = &text[byte..];
        let after = rest.chars().nth(1);
        let edge = at == 0 || at == last;
        match c {
            '\0' => out.push('\u{fffd}'), // Markdown knows no NUL
            c if c.is_ascii_control() || (edge && c.is_whitespace() && !c.is_control()) => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$' | '^' => {
                out.push('\\');
                out.push(c);
            }
            // A list, a rule or a heading's underline; "-0.3" is none of them.
            '-' | '+' | '=' if at == 0 && !after.is_some_and(|next| next.is_ascii_alphanumeric()) => {
                out.push('\\');
                out.push(c);
            }
            // A definition, whatever follows.
            ':' if at == 0 => out.push_str("\\:"),
            '.' | ')' if digits && at > 0 && after.is_none_or(char::is_whitespace) => {
                out.push('\\');
                out.push(c);
            }
            // Bare addresses become links on GitHub.
            ':' if rest.starts_with("://") => out.push_str("\\:"),
            '.' if before(text, byte, 3).eq_ignore_ascii_case("www") => out.push_str("\\."),
            c => out.push(c),
        }
        digits &= c.is_ascii_digit();
    }
    out
}

/// The few bytes before a place, or nothing where they would cut a character.
fn before(text: &str, at: usize, bytes: usize) -> &str {
    at.checked_sub(bytes).and_then(|from| text.get(from..at)).unwrap_or_default()
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
