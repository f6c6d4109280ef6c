//! SARIF 2.1.0: what scanners of code and models write.

use super::dates::ran_at;
use super::json::Shape;
use super::pick::{Step, all, entry, pick, some, sort};
use super::slim::Slim;
use super::{Source, Unreadable};
use crate::evidence::findings::{Better, Counts, Findings, Format, Metric, RunState, Unit};
use std::collections::BTreeMap;

/// Rules of all runs that are remembered; their default levels beyond are taken as "warning".
const RULES: usize = 5_000;
/// Runs that are told apart; those beyond count as the last of them.
const RUNS: usize = 1_000;

/// Whether it is a SARIF log.
pub fn fits(shape: &Shape) -> bool {
    shape.has(&["runs", "version"])
        && (shape.has(&["runs.tool"]) || shape.text("$schema").is_some_and(|s| s.contains("sarif")))
}

/// Reads a log.
///
/// # Errors
/// Broken JSON, another version of SARIF.
pub fn read(file: &mut dyn Source) -> Result<Findings, Unreadable> {
    let mut findings = Findings::new(Format::Sarif);
    let format = Format::Sarif.label();
    // Results may stand before the rules that say how severe they are: the rules are read first.
    let mut log = Log::default();
    let picks = [
        all("version"),
        all("runs.[].tool.driver.name"),
        all("runs.[].tool.driver.version"),
        all("runs.[].tool.driver.semanticVersion"),
        some("runs.[].tool.driver.rules.[]", &["id", "defaultConfiguration"]),
        some(
            "runs.[].invocations.[]",
            &[
                "executionSuccessful",
                "exitCodeDescription",
                "startTimeUtc",
                "endTimeUtc",
                "toolExecutionNotifications",
                "toolConfigurationNotifications",
            ],
        ),
        some("runs.[].versionControlProvenance.[]", &["repositoryUri"]),
        some("runs.[].artifacts.[]", &["location"]),
        sort("runs.[].externalPropertyFileReferences"),
        sort("runs.[].results"),
    ];
    pick(file, format, &picks, &mut findings, &mut |f, at, steps, piece| log.about(f, at, steps, &piece))?;
    if !log.version.starts_with("2.") {
        let what = format!("version {} is not read, only 2.1.0", log.version);
        return Err(Unreadable::Broken { format, what });
    }
    let picks = [some(
        "runs.[].results.[]",
        &["ruleId", "ruleIndex", "rule", "level", "kind", "message", "locations", "suppressions", "baselineState"],
    )];
    pick(file, format, &picks, &mut findings, &mut |f, _, steps, piece| log.result(f, steps, &piece))?;
    log.finish(&mut findings);
    Ok(findings)
}

#[derive(Default)]
struct Log {
    version: String,
    runs: Vec<Run>,
    rules: usize,
    counts: Counts,
    suppressed: u64,
    gone: u64,
    informational: u64,
    results: u64,
}

#[derive(Default)]
struct Run {
    tool: String,
    rules: Vec<(String, Option<String>)>,
    by_id: BTreeMap<String, usize>,
    succeeded: Option<bool>,
    elsewhere: bool,
    /// Whether the tool reported an error of its own: part was not scanned, whatever it says of its success.
    troubled: bool,
    /// Whether it has results at all, be they none.
    listed: bool,
    levels: BTreeMap<&'static str, u64>,
}

impl Log {
    fn run(&mut self, steps: &[Step]) -> Option<&mut Run> {
        let at = entry(steps).min(RUNS);
        while self.runs.len() <= at {
            self.runs.push(Run::default());
        }
        self.runs.get_mut(at)
    }

    fn about(&mut self, findings: &mut Findings, at: usize, steps: &[Step], piece: &Slim) {
        if at == 0 {
            self.version = piece.words();
            return;
        }
        let room = self.rules < RULES;
        self.rules = self.rules.saturating_add(usize::from(at == 4));
        let Some(run) = self.run(steps) else { return };
        match at {
            1 => {
                run.tool = piece.words();
                findings.tool.get_or_insert_with(|| piece.words());
            }
            2 | 3 => drop(findings.tool_version.get_or_insert_with(|| piece.words())),
            4 if room => {
                let level = piece.at("defaultConfiguration.level").str().map(str::to_owned);
                run.by_id.entry(piece.text("id").to_owned()).or_insert(run.rules.len());
                run.rules.push((piece.text("id").to_owned(), level));
            }
            5 => invocation(findings, run, piece),
            6 => findings.target(piece.text("repositoryUri")),
            7 => findings.target(piece.text("location.uri")),
            8 => run.elsewhere = !piece.is_null(),
            9 => run.listed = !piece.is_null(),
            _ => {}
        }
    }

    fn result(&mut self, findings: &mut Findings, steps: &[Step], result: &Slim) {
        self.results = self.results.saturating_add(1);
        let suppressions = result.at("suppressions").items();
        // A suppression that waits for review or was rejected suppresses nothing.
        if !suppressions.is_empty()
            && !suppressions.iter().any(|s| matches!(s.text("status"), "underReview" | "rejected"))
        {
            self.suppressed = self.suppressed.saturating_add(1);
            return;
        }
        if result.text("baselineState") == "absent" {
            self.gone = self.gone.saturating_add(1);
            return;
        }
        let Some(run) = self.run(steps) else { return };
        let rule = run.rule(result);
        let kind = Some(result.text("kind")).filter(|kind| !kind.is_empty()).unwrap_or("fail");
        let level = match (result.text("level"), kind) {
            ("", "fail") => rule.and_then(|(_, level)| level.as_deref()).unwrap_or("warning"),
            ("", _) => "none",
            (level, _) => level,
        };
        let level = match level {
            "error" => "error",
            "note" => "note",
            "none" => "none",
            _ => "warning",
        };
        let id = [result.text("ruleId"), result.text("rule.id"), rule.map_or("", |(id, _)| id)];
        let id = id.into_iter().find(|id| !id.is_empty()).unwrap_or("no rule named").to_owned();
        let counted = run.levels.entry(level).or_default();
        *counted = counted.saturating_add(1);
        let count = match kind {
            "pass" => &mut self.counts.passed,
            "notApplicable" => &mut self.counts.skipped,
            "open" | "review" => &mut self.counts.errors,
            "informational" => &mut self.informational,
            _ => {
                findings.failure(&id, &message(result), Some(level));
                &mut self.counts.failed
            }
        };
        *count = count.saturating_add(1);
    }

    fn finish(self, findings: &mut Findings) {
        for (name, n) in [("are suppressed", self.suppressed), ("are gone since the baseline", self.gone)] {
            if n > 0 {
                findings.note(format!("{n} results {name}; they do not count"));
            }
        }
        if self.informational > 0 {
            findings.note(format!("{} results only inform; they are no failures", self.informational));
        }
        if self.counts.errors > 0 {
            findings.note(format!("{} results wait for a person to decide (open or for review)", self.counts.errors));
        }
        let mut tools: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for run in &self.runs {
            let levels = tools.entry(&run.tool).or_default();
            for level in ["error", "warning", "note"] {
                let n = levels.entry(level).or_default();
                *n = n.saturating_add(run.levels.get(level).copied().unwrap_or(0));
            }
        }
        for (tool, levels) in tools {
            for (level, n) in levels {
                #[expect(clippy::cast_precision_loss, reason = "no file has that many")]
                let metric = Metric::new(level, tool, n as f64, Unit::Count);
                findings.metric(Metric { better: Some(Better::Lower), ..metric });
            }
        }
        findings.counts = Some(self.counts);
        findings.state = self.state(findings);
    }

    fn state(&self, findings: &mut Findings) -> RunState {
        if self.runs.is_empty() {
            findings.note("The file holds no run, so it shows nothing");
            return RunState::Unknown;
        }
        if self.runs.iter().any(|run| run.elsewhere) {
            findings.note("Part of the log stands in other files, which are not read");
        }
        let unlisted = self.runs.iter().filter(|run| !run.listed && !run.elsewhere).count();
        if unlisted > 0 {
            findings
                .note(format!("{unlisted} runs have no list of results: nothing was scanned, or the scan broke off"));
        }
        let failed = self.runs.iter().filter(|run| run.succeeded == Some(false)).count();
        let silent = self.runs.iter().filter(|run| run.succeeded.is_none()).count();
        if failed > 0 {
            return RunState::Failed;
        }
        if unlisted > 0 || self.runs.iter().any(|run| run.elsewhere || run.troubled) {
            return RunState::Unfinished;
        }
        match (silent, self.results) {
            (0, 0) => findings.note("The scan ran to its end and reported nothing"),
            (_, 0) => findings.note("No results, but the file does not say whether the scan ran to its end"),
            _ => {}
        }
        if silent > 0 { RunState::Unknown } else { RunState::Complete }
    }
}

impl Run {
    fn rule(&self, result: &Slim) -> Option<&(String, Option<String>)> {
        let index = result.at("ruleIndex").count().or_else(|| result.at("rule.index").count());
        let id = [result.text("ruleId"), result.text("rule.id")].into_iter().find(|id| !id.is_empty());
        let at = index.and_then(|at| usize::try_from(at).ok());
        // A rule id may be more particular than the rule: "CA1000/1" is of rule "CA1000".
        let by_id = || self.by_id.get(id?).or_else(|| self.by_id.get(id?.rsplit_once('/')?.0));
        at.and_then(|at| self.rules.get(at)).or_else(|| self.rules.get(*by_id()?))
    }
}

fn invocation(findings: &mut Findings, run: &mut Run, piece: &Slim) {
    ran_at(findings, piece.text("startTimeUtc"));
    ran_at(findings, piece.text("endTimeUtc"));
    let succeeded = piece.at("executionSuccessful").flag();
    run.succeeded = match (run.succeeded, succeeded) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (known, now) => now.or(known),
    };
    if succeeded == Some(false) {
        let why = piece.text("exitCodeDescription");
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        findings.note(format!("The tool says that the scan did not succeed{why}"));
    }
    let lists = ["toolExecutionNotifications", "toolConfigurationNotifications"].map(|list| piece.at(list).items());
    for notice in lists.into_iter().flatten().filter(|notice| notice.text("level") == "error") {
        run.troubled = true;
        findings.note(format!("The tool reported an error of its own: {}", notice.text("message.text")));
    }
}

/// The message, with the first place that it speaks of.
fn message(result: &Slim) -> String {
    let said = ["message.text", "message.markdown", "message.id"].map(|path| result.text(path));
    let said = said.into_iter().find(|said| !said.is_empty()).unwrap_or_default();
    let place = result.at("locations").items().first().map(|l| l.at("physicalLocation")).unwrap_or(result);
    match (place.text("artifactLocation.uri"), place.at("region.startLine").count()) {
        ("", _) => said.to_owned(),
        (uri, Some(line)) => format!("{said} ({uri}:{line})"),
        (uri, None) => format!("{said} ({uri})"),
    }
}
