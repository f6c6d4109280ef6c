//! The TEVV report of a system: what was tested, by whom, with what, what came out against which criteria, what was not
//! tested, what the results cannot show, and who signed. Page, Markdown and PDF are made from the one [`Document`].
//!
//! The same inputs give the same report; the day is an input.

use super::document::{Block, Cell, Column, Document, Section, SignOff, Table, Tone};
use crate::evidence::findings::{Findings, RunState};
use crate::ids::{CriterionRef, EvidenceRef, RiskRef};
use crate::measure::scorecard::{CriterionResult, Measured, Scorecard, Verdict};
use crate::measure::vocabulary::amount;
use chrono::NaiveDate;

/// A piece of evidence, read or not.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// E-9
    pub reference: EvidenceRef,
    /// Its title.
    pub title: &'a str,
    /// What it shows.
    pub kind: &'static str,
    /// The file's name.
    pub file_name: &'a str,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: &'a str,
    /// The day that it speaks of.
    pub speaks_of: NaiveDate,
    /// The last day on which it counts.
    pub valid_until: Option<NaiveDate>,
    /// Who brought it.
    pub uploaded_by: &'a str,
    /// What it says, where it is a result file.
    pub findings: Option<&'a Findings>,
}

/// What the report is made from.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// AIS-12
    pub reference: String,
    /// The system's name.
    pub name: &'a str,
    /// What it is for.
    pub purpose: &'a str,
    /// Label and text: owner, unit, stage, tier, status, models.
    pub about: Vec<(String, String)>,
    /// What the evidence comes to.
    pub scorecard: &'a Scorecard<CriterionRef>,
    /// The risks that each criterion measures.
    pub risks: Vec<(CriterionRef, Vec<RiskRef>)>,
    /// Evidence that is not withdrawn, by reference.
    pub sources: Vec<Source<'a>>,
    /// Who signed the newest decision.
    pub sign_offs: Vec<SignOff>,
    /// The day.
    pub today: NaiveDate,
}

/// Writes the report.
#[must_use]
pub fn tevv(facts: &Facts<'_>) -> Document {
    let mut about = facts.about.clone();
    about.push(("As of".to_owned(), facts.today.to_string()));
    Document {
        title: "TEVV report".to_owned(),
        subtitle: facts.name.to_owned(),
        reference: facts.reference.clone(),
        about,
        sections: vec![
            Section { heading: "In short".to_owned(), blocks: short(facts) },
            Section { heading: "Scorecard".to_owned(), blocks: vec![Block::Table(scorecard(facts))] },
            Section { heading: "What was tested".to_owned(), blocks: tested(facts) },
            Section { heading: "What falls short, and why".to_owned(), blocks: falls_short(facts) },
            Section { heading: "What was not tested".to_owned(), blocks: untested(facts) },
            Section { heading: "Limits".to_owned(), blocks: limits(facts) },
            Section { heading: "Sign-offs".to_owned(), blocks: vec![Block::SignOffs(facts.sign_offs.clone())] },
            Section { heading: "Files".to_owned(), blocks: vec![Block::Table(files(facts))] },
        ],
    }
}

/// How a verdict is meant.
#[must_use]
pub const fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Warn | Verdict::Stale => Tone::Caution,
        Verdict::Fail => Tone::Bad,
        Verdict::NotMeasured => Tone::Neutral,
    }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn short(facts: &Facts<'_>) -> Vec<Block> {
    let card = facts.scorecard;
    let all = card.results().count();
    let mut blocks = vec![Block::Paragraph(facts.purpose.to_owned())];
    if all == 0 {
        let text = "No acceptance criterion is set: the evidence is listed, and judged by nobody.".to_owned();
        blocks.push(Block::Note { tone: Tone::Caution, text });
        return blocks;
    }
    let parts: Vec<String> = [Verdict::Fail, Verdict::Stale, Verdict::NotMeasured, Verdict::Warn, Verdict::Pass]
        .into_iter()
        .filter(|verdict| card.count(*verdict) > 0)
        .map(|verdict| format!("{} {}", card.count(verdict), verdict.label().to_lowercase()))
        .collect();
    let worst = card.results().map(|r| r.verdict).max().unwrap_or(Verdict::NotMeasured);
    let text = format!("{}: {}.", counted(all, "criterion", "criteria"), parts.join(", "));
    blocks.push(Block::Note { tone: tone(worst), text });
    blocks
}

fn scorecard(facts: &Facts<'_>) -> Table {
    let columns = vec![
        Column::left("Characteristic", 18),
        Column::left("Criterion", 30),
        Column::left("Verdict", 12),
        Column::left("Measured", 22),
        Column::right("Samples"),
        Column::left("Evidence", 10),
    ];
    let mut rows = Vec::new();
    for row in &facts.scorecard.characteristics {
        let name = Cell::text(row.characteristic.label());
        if row.results.is_empty() {
            rows.push(vec![name, Cell::text("No criterion"), Cell::toned("Not measured", Tone::Neutral)]);
            continue;
        }
        for (n, result) in row.results.iter().enumerate() {
            let first = if n == 0 { name.clone() } else { Cell::default() };
            let found = result.deciding.as_ref();
            rows.push(vec![
                first,
                Cell::text(format!("{} {}", result.id, result.said)),
                Cell::toned(result.verdict.label(), tone(result.verdict)),
                Cell::text(found.map(measured).unwrap_or_default()),
                Cell::text(found.and_then(|m| m.samples).map(|n| n.to_string()).unwrap_or_default()),
                Cell::text(found.map(|m| m.evidence.to_string()).unwrap_or_default()),
            ]);
        }
    }
    Table { caption: "Criteria by characteristic of trustworthy AI".to_owned(), columns, rows }
}

/// "4.2 % (95 %: 3.1 % to 5.6 %)"
#[must_use]
pub fn measured(found: &Measured) -> String {
    let say = |value| amount(value, found.unit);
    match &found.interval {
        Some(interval) => {
            format!("{} (95 %: {} to {})", say(found.value), say(interval.low), say(interval.high))
        }
        None => say(found.value),
    }
}

fn tested(facts: &Facts<'_>) -> Vec<Block> {
    let read: Vec<_> = facts.sources.iter().filter_map(|s| s.findings.map(|f| (s, f))).collect();
    if read.is_empty() {
        return vec![Block::Paragraph("No result file of an evaluation tool is attached.".to_owned())];
    }
    let columns = vec![
        Column::left("Evidence", 22),
        Column::left("Tool", 16),
        Column::left("Evaluated", 18),
        Column::left("Data", 16),
        Column::left("Run", 14),
        Column::left("Result", 22),
    ];
    let rows = read.into_iter().map(|(source, found)| tested_row(source, found)).collect();
    let caption = "Result files, as read by this portal; who brought each stands below its title".to_owned();
    vec![Block::Table(Table { caption, columns, rows })]
}

fn tested_row(source: &Source<'_>, found: &Findings) -> Vec<Cell> {
    let tool = found.tool.clone().unwrap_or_else(|| found.format.label().to_owned());
    let version = found.tool_version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
    let run = found.ran_at.map_or_else(|| format!("speaks of {}", source.speaks_of), |at| at.date_naive().to_string());
    let state = match found.state {
        RunState::Complete => Cell::text(run),
        RunState::Unknown => Cell::text(run),
        state => Cell::toned(format!("{run}, {}", state.label().to_lowercase()), Tone::Caution),
    };
    vec![
        Cell::text(format!("{} {}\n{}", source.reference, source.title, source.uploaded_by)),
        Cell::text(format!("{tool}{version}")),
        Cell::text(few(&found.targets)),
        Cell::text(few(&found.data)),
        state,
        Cell::text(found.summary()),
    ]
}

/// The first of a list, and how many more there are.
fn few(list: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = list.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if list.len() > SHOWN {
        text.push_str(&format!(" and {} more", list.len() - SHOWN));
    }
    if text.is_empty() { "not said".to_owned() } else { text }
}

fn falls_short(facts: &Facts<'_>) -> Vec<Block> {
    let wanting = |r: &&CriterionResult<CriterionRef>| r.verdict != Verdict::Pass;
    let mut blocks = Vec::new();
    for result in facts.scorecard.results().filter(wanting) {
        let risks: Vec<String> = facts
            .risks
            .iter()
            .filter(|(id, _)| *id == result.id)
            .flat_map(|(_, risks)| risks.iter().map(ToString::to_string))
            .collect();
        let measures = if risks.is_empty() { String::new() } else { format!(" It measures {}.", risks.join(", ")) };
        blocks.push(Block::Heading(format!("{} {}", result.id, result.said)));
        let why = if result.because.is_empty() { String::new() } else { format!("{}.", result.because.join(". ")) };
        let text = format!("{}. {}{measures}", result.verdict.label(), sentence(&why));
        blocks.push(Block::Note { tone: tone(result.verdict), text: text.trim_end().to_owned() });
    }
    if blocks.is_empty() && facts.scorecard.results().next().is_some() {
        blocks.push(Block::Paragraph("Every criterion passes.".to_owned()));
    }
    blocks
}

/// With a capital letter.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn untested(facts: &Facts<'_>) -> Vec<Block> {
    let mut points: Vec<String> = facts
        .scorecard
        .characteristics
        .iter()
        .filter(|row| row.results.is_empty())
        .map(|row| format!("{}: no criterion is set", row.characteristic.label()))
        .collect();
    let gone = facts.scorecard.results().filter(|r| matches!(r.verdict, Verdict::NotMeasured | Verdict::Stale));
    points.extend(gone.map(|r| format!("{} {}: {}", r.id, r.said, r.verdict.label().to_lowercase())));
    let unread: Vec<String> = facts
        .sources
        .iter()
        .filter(|s| s.findings.is_none())
        .map(|s| format!("{} {} ({})", s.reference, s.title, s.kind.to_lowercase()))
        .collect();
    let mut blocks = match points.is_empty() {
        true => {
            vec![Block::Paragraph("Every characteristic has a criterion, and every criterion a result.".to_owned())]
        }
        false => vec![Block::List(points)],
    };
    if !unread.is_empty() {
        let text = "Attached, but no result file that is read here; whoever decides has to read them:";
        blocks.push(Block::Paragraph(text.to_owned()));
        blocks.push(Block::List(unread));
    }
    blocks
}

fn limits(facts: &Facts<'_>) -> Vec<Block> {
    let mut points = vec![
        "Values are those that the tools report; the portal reads them, and did not run the tests again.".to_owned(),
        "Intervals are at 95 %. They tell of chance in the samples, not of samples that differ from use.".to_owned(),
        "For each criterion the newest result counts; of several values in it, the worst.".to_owned(),
    ];
    for source in &facts.sources {
        let notes = source.findings.iter().flat_map(|found| &found.notes);
        points.extend(notes.map(|note| format!("{}: {note}", source.reference)));
    }
    vec![Block::List(points)]
}

fn files(facts: &Facts<'_>) -> Table {
    let rows = facts
        .sources
        .iter()
        .map(|s| {
            let until = s.valid_until.map(|day| day.to_string()).unwrap_or_default();
            vec![
                Cell::text(s.reference.to_string()),
                Cell::text(s.file_name),
                Cell::text(s.speaks_of.to_string()),
                Cell::text(until),
                Cell::mono(s.sha256),
            ]
        })
        .collect();
    let columns = vec![
        Column::left("Evidence", 9),
        Column::left("File", 25),
        Column::left("Speaks of", 12),
        Column::left("Counts until", 12),
        Column::left("SHA-256", 42),
    ];
    Table { caption: "Every file that this report rests on".to_owned(), columns, rows }
}

#[cfg(test)]
#[path = "tevv_tests.rs"]
mod tests;
