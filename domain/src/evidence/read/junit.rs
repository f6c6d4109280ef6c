//! JUnit XML: what test runners of every language write. Nobody agreed on its attributes, so cases are counted one by one.

use super::dates::ran_at;
use super::xml::{Attributes, Node, Xml};
use super::{Source, Unreadable};
use crate::evidence::findings::{Counts, Findings, Format, RunState};

/// Reads a report.
///
/// # Errors
/// XML that is not well formed.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    scan(file, &mut |_, _| {})
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Passed,
    Failed,
    Error,
    Skipped,
}

/// Reads a report, and passes on how each case ended, with its class and name.
///
/// # Errors
/// XML that is not well formed.
pub(super) fn scan(file: &mut dyn Source, each: &mut dyn FnMut(&str, Ending)) -> Result<Findings, Unreadable> {
    let mut xml = Xml::new(file, Format::Junit.label())?;
    let mut findings = Findings::new(Format::Junit);
    let mut report = Report::default();
    loop {
        match xml.next()? {
            Node::Start(name, attributes) => report.start(&name, &attributes, xml.open(), &mut findings),
            Node::Text(text) => report.text(&text, xml.open().last().map(String::as_str)),
            Node::End => report.end(xml.open(), &mut findings, each),
            Node::Eof => break,
        }
    }
    report.finish(&mut findings);
    Ok(findings)
}

#[derive(Default)]
struct Report {
    counts: Counts,
    case: Option<Case>,
    /// Errors and failures that stand in a suite instead of a case.
    loose: u64,
    several: u64,
    flaky: u64,
    /// What the root claims, and what the suites right below it claim together.
    root: Claim,
    suites: Claim,
}

/// Counts in attributes: tests, failures with errors, skipped.
#[derive(Default, Clone, Copy)]
struct Claim {
    tests: Option<u64>,
    bad: Option<u64>,
    skipped: Option<u64>,
}

#[derive(Default)]
struct Case {
    name: String,
    depth: usize,
    failures: u64,
    errors: u64,
    skipped: u64,
    flaky: bool,
    message: String,
    text: String,
    kind: String,
}

impl Case {
    fn results(&self) -> u64 {
        self.failures.saturating_add(self.errors).saturating_add(self.skipped)
    }
}

impl Report {
    fn start(&mut self, name: &str, attributes: &Attributes, open: &[String], findings: &mut Findings) {
        match name {
            "testsuites" | "testsuite" if self.case.is_none() => {
                ran_at(findings, attributes.get("timestamp"));
                let claim = Claim::of(attributes);
                match open.len() {
                    1 => {
                        self.root = claim;
                        findings.tool = tool(attributes.get("name"));
                    }
                    2 => {
                        self.suites.add(claim);
                        findings.tool = findings.tool.take().or_else(|| tool(attributes.get("name")));
                    }
                    _ => {}
                }
            }
            "property" if self.case.is_none() => findings.fact(attributes.get("name"), attributes.get("value")),
            "testcase" if self.case.is_none() => self.case = Some(Case::of(attributes, open.len())),
            "failure" | "error" | "skipped" | "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError" => {
                self.result(name, attributes, findings);
            }
            _ => {}
        }
    }

    fn result(&mut self, name: &str, attributes: &Attributes, findings: &mut Findings) {
        let Some(case) = &mut self.case else {
            if matches!(name, "failure" | "error") {
                self.loose = self.loose.saturating_add(1);
                self.counts.errors = self.counts.errors.saturating_add(1);
                findings.failure("test suite", attributes.get("message"), Some("error"));
            }
            return;
        };
        // Repeats of a case that failed at first: what counts is the element without such a prefix, if there is one.
        let (count, repeat) = match name {
            "failure" => (&mut case.failures, false),
            "error" => (&mut case.errors, false),
            "skipped" => (&mut case.skipped, false),
            _ => (&mut 0, true),
        };
        *count = count.saturating_add(1);
        case.flaky |= repeat;
        if !repeat && name != "skipped" && case.kind.is_empty() {
            case.kind = attributes.get("type").to_owned();
            case.message = attributes.get("message").to_owned();
        }
    }

    fn text(&mut self, text: &str, within: Option<&str>) {
        if let (Some(case), Some("failure" | "error")) = (&mut self.case, within)
            && case.text.len() < 2_000
            && case.failures.saturating_add(case.errors) == 1
        {
            case.text.push_str(text);
        }
    }

    fn end(&mut self, open: &[String], findings: &mut Findings, each: &mut dyn FnMut(&str, Ending)) {
        if self.case.as_ref().is_none_or(|case| open.len() >= case.depth) {
            return;
        }
        let Some(case) = self.case.take() else { return };
        self.several = self.several.saturating_add(u64::from(case.results() > 1));
        self.flaky = self.flaky.saturating_add(u64::from(case.flaky));
        let ending = case.ending();
        let (count, severity) = match ending {
            Ending::Error => (&mut self.counts.errors, Some("error")),
            Ending::Failed => (&mut self.counts.failed, Some("failure")),
            Ending::Skipped => (&mut self.counts.skipped, None),
            Ending::Passed => (&mut self.counts.passed, None),
        };
        *count = count.saturating_add(1);
        if severity.is_some() {
            findings.failure(&case.name, &case.said(), severity);
        }
        each(&case.name, ending);
    }

    fn finish(self, findings: &mut Findings) {
        let counts = self.counts;
        findings.counts = Some(counts);
        findings.state = match counts {
            _ if self.loose > 0 => RunState::Failed,
            counts if counts.total() == 0 => RunState::Unknown,
            _ => RunState::Complete,
        };
        if counts.total() == 0 {
            findings.note("The file holds no test case, so it shows nothing");
        } else if counts.total() == counts.skipped {
            findings.note("Every test case was skipped, so nothing was tested");
        }
        if self.loose > 0 {
            findings
                .note(format!("{} errors stand at a test suite and not at a case: part of it did not run", self.loose));
        }
        if self.several > 0 {
            findings.note(format!("{} test cases carry several results; the worst counts", self.several));
        }
        if self.flaky > 0 {
            findings
                .note(format!("{} test cases were repeated after a failure (flaky); the last run counts", self.flaky));
        }
        let claim = if self.root.tests.is_some() { self.root } else { self.suites };
        let bad = counts.failed.saturating_add(counts.errors);
        let wrong = |claimed: Option<u64>, counted: u64| claimed.is_some_and(|claimed| claimed != counted);
        if wrong(claim.tests, counts.total()) || wrong(claim.bad, bad) || wrong(claim.skipped, counts.skipped) {
            let said = |n: Option<u64>| n.map_or("unsaid".to_owned(), |n| n.to_string());
            findings.note(format!(
                "The file's own counts (tests {}, failures and errors {}, skipped {}) differ from its cases ({}, {bad}, \
                 {}); the cases count",
                said(claim.tests),
                said(claim.bad),
                said(claim.skipped),
                counts.total(),
                counts.skipped
            ));
        }
    }
}

impl Claim {
    fn of(attributes: &Attributes) -> Self {
        let count = |name: &str| attributes.get(name).parse::<u64>().ok();
        let failures = count("failures");
        Claim {
            tests: count("tests"),
            bad: failures.map(|failures| failures.saturating_add(count("errors").unwrap_or(0))),
            skipped: count("skipped").or_else(|| count("disabled")),
        }
    }

    fn add(&mut self, other: Claim) {
        let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        *self = Claim {
            tests: sum(self.tests, other.tests),
            bad: sum(self.bad, other.bad),
            skipped: sum(self.skipped, other.skipped),
        };
    }
}

impl Case {
    fn of(attributes: &Attributes, depth: usize) -> Self {
        let (class, name) = (attributes.get("classname"), attributes.get("name"));
        let name = match (class, name) {
            ("", "") => "unnamed test case".to_owned(),
            ("", name) => name.to_owned(),
            (class, "") => class.to_owned(),
            (class, name) => format!("{class} › {name}"),
        };
        // GoogleTest says in an attribute what others say with an element.
        let left_out = matches!(attributes.get("status"), "notrun" | "skipped" | "disabled")
            || matches!(attributes.get("result"), "suppressed" | "skipped");
        Case { name, depth, skipped: u64::from(left_out), ..Case::default() }
    }

    /// The worst of several results is the result of the case.
    fn ending(&self) -> Ending {
        match self {
            case if case.errors > 0 => Ending::Error,
            case if case.failures > 0 => Ending::Failed,
            case if case.skipped > 0 => Ending::Skipped,
            _ => Ending::Passed,
        }
    }

    fn said(&self) -> String {
        let text = self.text.trim();
        let begin: String = self.message.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
        let repeats = text.split_whitespace().take(4).collect::<Vec<_>>().join(" ") == begin;
        match (self.message.as_str(), text) {
            ("", "") => self.kind.clone(),
            ("", text) => text.to_owned(),
            (message, text) if text.is_empty() || repeats => message.to_owned(),
            (message, text) => format!("{message}: {text}"),
        }
    }
}

/// Runners that put their own name where others put the name of the suite.
fn tool(name: &str) -> Option<String> {
    let tool = match name {
        "pytest" | "promptfoo" | "vitest" => name,
        "Mocha Tests" => "Mocha",
        "jest tests" => "Jest",
        _ => return None,
    };
    Some(tool.to_owned())
}
