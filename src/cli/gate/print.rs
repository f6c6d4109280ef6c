//! The gate's answer in the forms that pipelines read. What it says was typed by people: each form escapes it.

use std::fmt::Write as _;

use domain::measure::gate::Check;
use serde_json::Value;

use super::{Answer, Brought, Reason};
use crate::Failure;

/// For people.
pub fn table(answer: &Answer, brought: &[Brought]) -> String {
    let mut out = String::new();
    for one in brought {
        let _ = writeln!(out, "{}", plain(&said_of(one)));
    }
    let may = if answer.allow { "may go on" } else { "may NOT go on" };
    let _ = writeln!(out, "{} {}: {may}\n", answer.system, plain(&answer.name));
    let width = answer.reasons.iter().map(|reason| label(reason).chars().count()).max().unwrap_or_default();
    for reason in &answer.reasons {
        let holds = if reason.holds { "holds " } else { "SHORT " };
        let _ = writeln!(out, "  {holds} {:<width$}  {}", label(reason), plain(&reason.says));
    }
    let short = answer.reasons.iter().filter(|reason| !reason.holds).count();
    if short > 0 {
        let _ = writeln!(out, "\n{short} of {} fall short", answer.reasons.len());
    }
    out
}

/// The server's answer, and what was brought.
///
/// # Errors
/// None that a JSON value has.
pub fn json(mut whole: Value, brought: &[Brought]) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::new(error.to_string());
    whole["brought"] = serde_json::to_value(brought).map_err(failed)?;
    Ok(serde_json::to_string_pretty(&whole).map_err(failed)? + "\n")
}

/// JUnit XML: a test case for each reason, named so that it is the same in every run.
pub fn junit(answer: &Answer) -> String {
    let short = answer.reasons.iter().filter(|reason| !reason.holds).count();
    let counts = format!("tests=\"{}\" failures=\"{short}\" errors=\"0\"", answer.reasons.len());
    let suite = xml(&format!("countersign gate {}", answer.system));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{suite}\" {counts}>\n  \
         <testsuite name=\"{suite}\" {counts}>\n"
    );
    for reason in &answer.reasons {
        let class = xml(&format!("{}.{}", answer.system, reason.check));
        let _ = write!(out, "    <testcase classname=\"{class}\" name=\"{}\"", xml(&case(reason)));
        if reason.holds {
            out.push_str("/>\n");
        } else {
            let says = xml(&reason.says);
            let _ = writeln!(
                out,
                ">\n      <failure type=\"{}\" message=\"{says}\">{says}</failure>\n    </testcase>",
                xml(&reason.check)
            );
        }
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Annotations of GitHub Actions (workflow commands).
pub fn github(answer: &Answer, brought: &[Brought]) -> String {
    let mut out = String::new();
    let mut command = |kind: &str, title: &str, text: &str| {
        let _ = writeln!(out, "::{kind} title={}::{}", property(title), data(text));
    };
    for one in brought {
        command(if one.unread.is_some() { "warning" } else { "notice" }, &answer.system, &said_of(one));
    }
    for reason in answer.reasons.iter().filter(|reason| !reason.holds) {
        command("error", &format!("{}: {}", answer.system, label(reason)), &reason.says);
    }
    if answer.allow {
        let held = format!("{} may go on: all {} reasons hold", answer.name, answer.reasons.len());
        command("notice", &answer.system, &held);
    }
    out
}

/// "results.json is E-9; C-4 pass"
fn said_of(one: &Brought) -> String {
    let mut said = format!("{} is {}", one.file, one.evidence);
    if let Some(why) = &one.unread {
        let _ = write!(said, "; nothing was read from it: {why}");
    }
    for verdict in &one.verdicts {
        let _ = write!(said, "; {} {}", verdict.criterion, verdict.verdict.replace('_', " "));
    }
    said
}

fn label(reason: &Reason) -> &str {
    reason.check.parse().map_or(reason.check.as_str(), |check: Check| check.label())
}

/// A check's name, and which criterion or condition it is of: what stands before the first colon.
fn case(reason: &Reason) -> String {
    match reason.says.split_once(": ") {
        Some((of, _)) => format!("{}: {of}", label(reason)),
        None => label(reason).to_owned(),
    }
}

/// One line, for a terminal: nothing in it moves the cursor.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Text or attribute of XML 1.0; a character that it has no place for becomes U+FFFD.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // In an attribute they would be read as spaces.
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\0'..=' ' if c != ' ' => out.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// The text of a workflow command (actions/toolkit, `escapeData`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of one (actions/toolkit, `escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
#[path = "print_tests.rs"]
mod tests;
