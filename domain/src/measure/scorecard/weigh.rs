//! One criterion held against the evidence.

use super::{CriterionResult, Measured, Point, Read, TREND_MAX, Verdict};
use crate::evidence::findings::{RunState, Unit};
use crate::evidence::read::SMALL_GROUP;
use crate::measure::criterion::{Comparison, Criterion, SliceRule, Standing, counted};
use crate::measure::stats::{Interval, interval};
use crate::measure::vocabulary::{Reading, Vocabulary, amount, exact};
use chrono::NaiveDate;

/// The values of one piece that a criterion looks at.
struct Taken<'a> {
    read: &'a Read<'a>,
    readings: Vec<&'a Reading>,
    /// Groups of too few samples.
    left_out: u64,
}

/// One value, judged.
struct Judged<'a> {
    read: &'a Read<'a>,
    reading: &'a Reading,
    interval: Option<Interval>,
    verdict: Verdict,
    because: Vec<String>,
}

/// Finds what the newest evidence says to a criterion. The pieces are in the order of their days and references.
pub(super) fn weigh<Id>(
    id: Id,
    criterion: &Criterion,
    pieces: &[Read<'_>],
    vocabulary: &Vocabulary,
    today: NaiveDate,
) -> CriterionResult<Id> {
    let said = criterion.said(vocabulary);
    let nothing = |because: String| (Verdict::NotMeasured, vec![because], None);
    let unusable = unusable(criterion, vocabulary);
    let usable = if unusable.is_none() { pieces } else { &[] };
    let taken: Vec<Taken<'_>> = usable.iter().filter_map(|read| take(criterion, read)).collect();
    let newest = taken.last().map(|taken| taken.read.on);
    let latest: Vec<&Taken<'_>> = taken.iter().filter(|taken| Some(taken.read.on) == newest).collect();
    let (verdict, because, deciding) = match unusable {
        Some(why) => nothing(why),
        None if latest.is_empty() => nothing(absent(criterion, pieces)),
        None => decide(criterion, &latest, today).unwrap_or_else(|| {
            let groups = counted(latest.iter().map(|taken| taken.left_out).sum(), "group");
            nothing(format!("no group is known to have {} samples ({groups} left out)", group_min(criterion)))
        }),
    };
    let trend = trend(criterion, &taken);
    CriterionResult { id, criterion: criterion.clone(), said, verdict, because, deciding, trend }
}

/// Why a criterion cannot be held against anything.
fn unusable(criterion: &Criterion, vocabulary: &Vocabulary) -> Option<String> {
    match vocabulary.get(&criterion.metric) {
        None => Some(format!("the metric “{}” is no longer in the vocabulary", criterion.metric)),
        Some(term) if term.unit != criterion.unit => {
            Some(format!("{} has another unit since the limits were set; set them anew", term.label))
        }
        Some(_) => None,
    }
}

/// Why there is nothing to decide on.
fn absent(criterion: &Criterion, pieces: &[Read<'_>]) -> String {
    let mut of_term = pieces.iter().flat_map(|read| &read.readings).filter(|r| r.term == criterion.metric).peekable();
    if of_term.peek().is_none() {
        return "no evidence measures it".to_owned();
    }
    match (&criterion.scope, of_term.any(|reading| criterion.takes(&reading.metric))) {
        (Some(scope), false) => format!("evidence measures it, but not of {scope}"),
        _ if criterion.slice == SliceRule::WorstGroup => "evidence measures it, but not by group".to_owned(),
        _ => "evidence measures it of groups only, not of all samples together".to_owned(),
    }
}

fn group_min(criterion: &Criterion) -> u64 {
    criterion.min_samples.unwrap_or(SMALL_GROUP)
}

fn take<'a>(criterion: &Criterion, read: &'a Read<'a>) -> Option<Taken<'a>> {
    let of_term = read.readings.iter().filter(|r| r.term == criterion.metric && criterion.takes(&r.metric));
    let by_group = criterion.slice == SliceRule::WorstGroup;
    let of_rule: Vec<&Reading> = of_term.filter(|r| r.metric.slice.is_some() == by_group).collect();
    if of_rule.is_empty() {
        return None;
    }
    let all = of_rule.len();
    let enough = |r: &&Reading| !by_group || r.metric.samples.is_some_and(|n| n >= group_min(criterion));
    let readings: Vec<&Reading> = of_rule.into_iter().filter(enough).collect();
    let left_out = (all - readings.len()) as u64;
    Some(Taken { read, readings, left_out })
}

fn trend(criterion: &Criterion, taken: &[Taken<'_>]) -> Vec<Point> {
    let point = |taken: &Taken<'_>| {
        let values = taken.readings.iter().map(|reading| reading.metric.value);
        let value = values.max_by(|a, b| criterion.comparison.worse(*a, *b))?;
        Some(Point { on: taken.read.on, value, evidence: taken.read.piece.reference })
    };
    let points: Vec<Point> = taken.iter().filter_map(point).collect();
    points[points.len().saturating_sub(TREND_MAX)..].to_vec()
}

/// Of all values of the newest day the worst counts: by verdict, then by value.
fn decide(
    criterion: &Criterion,
    latest: &[&Taken<'_>],
    today: NaiveDate,
) -> Option<(Verdict, Vec<String>, Option<Measured>)> {
    let values: usize = latest.iter().map(|taken| taken.readings.len()).sum();
    let judged: Vec<Judged<'_>> = latest.iter().filter_map(|taken| worst(criterion, taken, today)).collect();
    let decisive = judged.iter().max_by(|a, b| harder(criterion, a, b))?;
    let mut because = decisive.because.clone();
    let on = decisive.read.on;
    if values > 1 {
        because.push(format!("it is the worst of {values} values measured on {on}"));
    }
    for other in judged.iter().filter(|other| other.verdict != decisive.verdict) {
        let (reference, said) = (other.read.piece.reference, other.verdict.label().to_lowercase());
        because.push(format!("{reference} of the same day says otherwise ({said}); the worse counts"));
    }
    let left_out: u64 = latest.iter().map(|taken| taken.left_out).sum();
    if left_out > 0 {
        let (groups, min) = (counted(left_out, "group"), group_min(criterion));
        let verb = if left_out == 1 { "was" } else { "were" };
        because.push(format!("{groups} with fewer than {min} samples, or an unknown number, {verb} left out"));
    }
    if decisive.read.piece.dated_ahead(today) {
        because.push("the file dates its run in the future; the day that the evidence speaks of counts".to_owned());
    }
    Some((decisive.verdict, because, Some(decisive.measured())))
}

fn worst<'a>(criterion: &Criterion, taken: &Taken<'a>, today: NaiveDate) -> Option<Judged<'a>> {
    let judged = taken.readings.iter().map(|reading| judge(criterion, taken.read, reading, today));
    judged.max_by(|a, b| harder(criterion, a, b))
}

/// Which of two judged values decides; greater means that the first does.
fn harder(criterion: &Criterion, a: &Judged<'_>, b: &Judged<'_>) -> std::cmp::Ordering {
    let place = |j: &Judged<'_>| {
        let metric = &j.reading.metric;
        (j.read.piece.reference, metric.name.clone(), metric.scope.clone(), metric.slice.clone(), metric.samples)
    };
    let by_value = criterion.comparison.worse(a.reading.metric.value, b.reading.metric.value);
    a.verdict.cmp(&b.verdict).then(by_value).then_with(|| place(a).cmp(&place(b)))
}

fn judge<'a>(criterion: &Criterion, read: &'a Read<'a>, reading: &'a Reading, today: NaiveDate) -> Judged<'a> {
    let interval = interval(&reading.metric, reading.share);
    let (mut verdict, mut because) = stand(criterion, reading.metric.value, interval);
    let cut_short = match read.piece.findings.state {
        RunState::Cancelled => Some("the run was cancelled"),
        RunState::Failed => Some("the run failed"),
        RunState::Unfinished => Some("the run did not finish"),
        RunState::Complete | RunState::Unknown => None,
    };
    if let Some(why) = cut_short {
        verdict = verdict.max(Verdict::Warn);
        because.push(why.to_owned());
    }
    if let Some(why) = too_few(criterion, reading.metric.samples) {
        verdict = verdict.max(Verdict::NotMeasured);
        because.push(why);
    }
    for why in stale(criterion, read, today) {
        verdict = Verdict::Stale;
        because.insert(0, why);
    }
    Judged { read, reading, interval, verdict, because }
}

/// What the value and its interval come to.
fn stand(criterion: &Criterion, value: f64, interval: Option<Interval>) -> (Verdict, Vec<String>) {
    let unit = criterion.unit;
    let (shown, limit) = (amount(value, unit), criterion.limit_said());
    let (verdict, said) = match criterion.standing(value) {
        Standing::Within => (Verdict::Pass, format!("{shown} is within the limit ({limit})")),
        Standing::Marked => {
            let mark = exact(criterion.mark(), unit);
            (Verdict::Warn, format!("{shown} is beyond the warning mark {mark}, within the limit ({limit})"))
        }
        Standing::Beyond => (Verdict::Fail, format!("{shown} is beyond the limit ({limit})")),
    };
    let mut because = vec![said];
    let Some(Interval { low, high, .. }) = interval else {
        // A count of findings is no estimate.
        if unit != Unit::Count {
            because.push("no interval could be computed".to_owned());
        }
        return (verdict, because);
    };
    let ends = format!("the 95 % interval {} to {}", amount(low, unit), amount(high, unit));
    let (worse, better) = match criterion.comparison {
        Comparison::AtLeast => (low, high),
        Comparison::AtMost => (high, low),
    };
    match verdict {
        Verdict::Pass if criterion.comparison.beyond(worse, criterion.mark()) => {
            let what = if criterion.warn.is_some() { "warning mark" } else { "limit" };
            let mark = exact(criterion.mark(), unit);
            because.insert(0, format!("{ends} reaches beyond the {what} {mark}"));
            (Verdict::Warn, because)
        }
        Verdict::Fail if !criterion.comparison.beyond(better, criterion.fail) => {
            because.push(format!("{ends} holds acceptable values too; the value counts"));
            (verdict, because)
        }
        _ => (verdict, because),
    }
}

fn too_few(criterion: &Criterion, samples: Option<u64>) -> Option<String> {
    let min = criterion.min_samples?;
    let asked = if min == 1 { "1 is asked for".to_owned() } else { format!("{min} are asked for") };
    match samples {
        Some(n) if n >= min => None,
        Some(n) => Some(format!("it rests on {}; {asked}", counted(n, "sample"))),
        None => Some(format!("the file does not say how many samples it rests on; {asked}")),
    }
}

fn stale(criterion: &Criterion, read: &Read<'_>, today: NaiveDate) -> Vec<String> {
    let mut because = Vec::new();
    let age = today.signed_duration_since(read.on).num_days();
    if let Some(most) = criterion.max_age_days.filter(|most| age > i64::from(*most)) {
        let verb = if most == 1 { "is" } else { "are" };
        because.push(format!("the newest result is {age} days old; {most} {verb} allowed"));
    }
    if let Some(until) = read.piece.valid_until.filter(|until| *until < today) {
        because.push(format!("the newest evidence, {}, was valid until {until}", read.piece.reference));
    }
    because
}

impl Judged<'_> {
    fn measured(&self) -> Measured {
        let (piece, metric) = (self.read.piece, &self.reading.metric);
        let findings = piece.findings;
        let targets = if piece.targets.is_empty() { &findings.targets[..] } else { piece.targets };
        Measured {
            evidence: piece.reference,
            title: piece.title.to_owned(),
            sha256: piece.sha256.to_owned(),
            tool: findings.tool.clone().unwrap_or_else(|| findings.format.label().to_owned()),
            tool_version: findings.tool_version.clone(),
            target: (!targets.is_empty()).then(|| targets.join(", ")),
            metric: metric.name.clone(),
            scope: metric.scope.clone(),
            slice: metric.slice.clone(),
            value: metric.value,
            unit: metric.unit,
            interval: self.interval,
            samples: metric.samples,
            speaks_of: piece.speaks_of,
            ran_on: piece.ran_on(),
            state: findings.state,
        }
    }
}
