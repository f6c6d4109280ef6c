//! Numbers and small pictures. Each picture is SVG without styles of its own, with a text that says the same.

use super::text::Text;
use crate::format;
use domain::risk::matrix::Tone as Level;
use leptos::prelude::*;

/// A row of numbers.
#[component]
pub fn Stats(children: Children) -> impl IntoView {
    view! { <ul class="stats">{children()}</ul> }
}

/// A number that leads to its rows.
#[component]
pub fn Stat(
    #[prop(into)] label: String,
    value: i64,
    #[prop(into)] href: String,
    /// One short line under it: "3 more than last month".
    #[prop(optional, into)]
    note: Text,
    /// Asks for attention, where the number is not zero.
    #[prop(optional)]
    alert: bool,
) -> impl IntoView {
    let alert = (alert && value > 0).then_some("true");
    view! {
        <li class="stat" data-alert=alert>
            <a href=href><span class="stat-value num">{format::number(value)}</span><span class="stat-label">{label}</span></a>
            {note.get().map(|note| view! { <p class="muted">{note}</p> })}
        </li>
    }
}

/// "7 of 9", with a bar.
#[component]
pub fn Progress(done: usize, of: usize, #[prop(into)] label: String) -> impl IntoView {
    view! {
        <span class="progress">
            <progress max=of.max(1).to_string() value=done.to_string() aria-label=label.clone()></progress>
            <span><b class="num">{format!("{done} of {of}")}</b>" "{label}</span>
        </span>
    }
}

/// One bar of a chart.
#[derive(Clone, Debug)]
pub struct Bar {
    pub label: String,
    pub value: i64,
    /// Where its rows are.
    pub href: Option<String>,
    /// The colour of a level of the matrix; none is the accent.
    pub level: Option<Level>,
}

impl Bar {
    /// A bar that leads to its rows.
    pub fn new(label: impl Into<String>, value: i64, href: impl Into<String>) -> Self {
        Self { label: label.into(), value, href: Some(href.into()), level: None }
    }

    /// With the colour of a level.
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }
}

/// Bars as a table: label, bar, number. It is its own text alternative.
#[component]
pub fn Bars(#[prop(into)] caption: String, bars: Vec<Bar>) -> impl IntoView {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let rows = bars.into_iter().map(|bar| {
        let width = (bar.value.max(0) * 100) / most;
        let level = bar.level.map(Level::as_str);
        let number = format::number(bar.value);
        let number = match bar.href {
            Some(href) => view! { <a href=href>{number}<span class="sr-only">" "{bar.label.clone()}</span></a> }.into_any(),
            None => number.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{bar.label}</th>
                <td class="bars-bar">
                    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" data-level=level>
                        <rect x="0" y="0" height="8" width=width.to_string()></rect>
                    </svg>
                </td>
                <td class="num">{number}</td>
            </tr>
        }
    }).collect_view();
    view! { <table class="bars"><caption>{caption}</caption><tbody>{rows}</tbody></table> }
}

/// A trend in one line; the text says from what to what.
#[component]
pub fn Sparkline(
    /// What the line shows: "Systems, last 12 months".
    #[prop(into)]
    label: String,
    values: Vec<i64>,
) -> impl IntoView {
    let text = match (values.first(), values.last()) {
        (Some(first), Some(last)) => format!("{label}: from {} to {}", format::number(*first), format::number(*last)),
        _ => format!("{label}: no values"),
    };
    let points = points(&values);
    let end = points.last().copied();
    let line = points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
    view! {
        <svg class="sparkline" viewBox="0 0 120 32" width="120" height="32" role="img" aria-label=text>
            <polyline points=line></polyline>
            {end.map(|(x, y)| view! { <circle cx=x.to_string() cy=y.to_string() r="2.5"></circle> })}
        </svg>
    }
}

/// Values on a 120 × 32 canvas with a margin of 3; a flat line lies in the middle.
fn points(values: &[i64]) -> Vec<(i64, i64)> {
    let (Some(low), Some(high)) = (values.iter().min(), values.iter().max()) else { return Vec::new() };
    let range = high - low;
    let steps = (values.len() as i64 - 1).max(1);
    let y = |value: i64| if range == 0 { 16 } else { 29 - (value - low) * 26 / range };
    values.iter().enumerate().map(|(i, value)| (3 + i as i64 * 114 / steps, y(*value))).collect()
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn a_line_fills_its_canvas() {
        assert_eq!(points(&[]), []);
        assert_eq!(points(&[5]), [(3, 16)]);
        assert_eq!(points(&[0, 10]), [(3, 29), (117, 3)]);
    }
}
