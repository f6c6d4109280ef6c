//! A result as plain text, for a terminal.

use super::outcome::{Due, Outcome, Reason};
use std::fmt::Write as _;

/// The result as plain text, one thing a line.
#[must_use]
pub fn text(outcome: &Outcome) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "EU AI Act screening on {}, law as of {}", outcome.on, outcome.law.version);
    let _ = writeln!(out, "{}\namended by {}", outcome.law.regulation, outcome.law.amendment);
    let _ = writeln!(out, "\nClass:  {}", outcome.class.label());
    for class in &outcome.also {
        let _ = writeln!(out, "  also: {}", class.label());
    }
    let roles: Vec<_> = outcome.roles.iter().map(|role| role.label()).collect();
    let _ = writeln!(out, "Roles:  {}", if roles.is_empty() { "none".to_owned() } else { roles.join(", ") });
    reasons(&mut out, "Reasons", &outcome.reasons);
    obligations(&mut out, "In force", outcome.obligations.iter().filter(|due| due.in_force));
    obligations(&mut out, "Coming", outcome.obligations.iter().filter(|due| !due.in_force));
    reasons(&mut out, "Warnings", &outcome.warnings);
    if !outcome.work.is_empty() {
        let _ = writeln!(out, "\nWork list");
        for item in &outcome.work {
            let _ = writeln!(out, "  [ ] {}  {}", item.due, item.title);
        }
    }
    if !outcome.unused.is_empty() {
        let keys: Vec<_> = outcome.unused.iter().map(|key| key.as_str()).collect();
        let _ = writeln!(out, "\nAnswers that do not count, as they are no longer asked: {}", keys.join(", "));
    }
    let _ = writeln!(out, "\nA screening, not legal advice: the Regulation decides.");
    out
}

fn reasons(out: &mut String, heading: &str, reasons: &[Reason]) {
    if !reasons.is_empty() {
        let _ = writeln!(out, "\n{heading}");
    }
    for reason in reasons {
        let _ = writeln!(out, "  {} [{}]", reason.text, reason.article);
    }
}

fn obligations<'a>(out: &mut String, heading: &str, obligations: impl Iterator<Item = &'a Due>) {
    for (at, due) in obligations.enumerate() {
        if at == 0 {
            let _ = writeln!(out, "\n{heading}");
        }
        let roles: Vec<_> = due.roles.iter().map(|role| role.label()).collect();
        let _ = writeln!(out, "  {}  {} [{}], as {}", due.applies_from, due.title, due.article, roles.join(", "));
        let _ = writeln!(out, "              {}", due.action);
        for note in &due.notes {
            let _ = writeln!(out, "              {note}");
        }
    }
}
