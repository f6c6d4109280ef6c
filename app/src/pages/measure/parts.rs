//! What several of these pages show: a verdict, a measured value with its interval, a trend.

use crate::components::*;
use crate::format;
use domain::measure::criterion::{Comparison, Criterion};
use domain::measure::scorecard::{Measured, Point, Verdict};
use domain::measure::vocabulary::amount;
use leptos::prelude::*;

/// How a verdict looks.
pub fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Pass => Tone::Success,
        Verdict::Warn | Verdict::Stale => Tone::Warning,
        Verdict::Fail => Tone::Danger,
        Verdict::NotMeasured => Tone::Neutral,
    }
}

pub fn verdict(verdict: Verdict) -> impl IntoView {
    view! { <Badge label=verdict.label() tone=tone(verdict)/> }
}

/// The value with its interval under it.
pub fn value(found: &Measured) -> AnyView {
    let say = |value| amount(value, found.unit);
    let interval = found.interval.map(|i| {
        let text = format!("{} to {}", say(i.low), say(i.high));
        view! { <span class="cell-sub nowrap" title=i.origin.label()>{text}</span> }
    });
    view! { <span class="nowrap">{say(found.value)}</span>{interval} }.into_any()
}

pub fn samples(found: &Measured) -> Option<String> {
    found.samples.map(|n| format::number(i64::try_from(n).unwrap_or(i64::MAX)))
}

/// Values over the runs as a line, with the limit across it; in words for those who don't see it.
pub fn trend(criterion: &Criterion, points: &[Point]) -> Option<AnyView> {
    let (first, last) = points.first().zip(points.last())?;
    if points.len() < 2 {
        return None;
    }
    const WIDTH: f64 = 114.0;
    let values = || points.iter().map(|p| p.value).chain([criterion.fail]);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    let range = if high > low { high - low } else { 1.0 };
    let y = |value: f64| 29.0 - (value - low) / range * 26.0;
    let step = WIDTH / (points.len() - 1) as f64;
    let at: Vec<(String, String)> = points
        .iter()
        .enumerate()
        .map(|(i, p)| (format!("{:.1}", 3.0 + step * i as f64), format!("{:.1}", y(p.value))))
        .collect();
    let line = at.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
    let limit = format!("{:.1}", y(criterion.fail));
    let say = |value| amount(value, criterion.unit);
    let better = match criterion.comparison {
        Comparison::AtLeast => "at least",
        Comparison::AtMost => "at most",
    };
    let text = format!(
        "{} runs, from {} on {} to {} on {}; {better} {} is asked for",
        points.len(),
        say(first.value),
        format::date(first.on),
        say(last.value),
        format::date(last.on),
        say(criterion.fail)
    );
    let end = at.last().cloned();
    Some(
        view! {
            <svg class="sparkline trend" viewBox="0 0 120 32" width="120" height="32" role="img" aria-label=text>
                <line x1="0" x2="120" y1=limit.clone() y2=limit></line>
                <polyline points=line></polyline>
                {end.map(|(x, y)| view! { <circle cx=x cy=y r="2.5"></circle> })}
            </svg>
        }
        .into_any(),
    )
}

/// Reasons as a reader wants them: sentences, the weightiest first.
pub fn because(reasons: &[String]) -> Option<AnyView> {
    (!reasons.is_empty()).then(|| {
        let all = reasons.iter().map(|why| view! { <li>{sentence(why)}</li> }).collect_view();
        view! { <ul class="because">{all}</ul> }.into_any()
    })
}

/// With a capital letter and a full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_becomes_a_sentence() {
        assert_eq!(sentence("the run was cancelled"), "The run was cancelled.");
        assert_eq!(sentence("ökonomie"), "Ökonomie.");
    }
}
