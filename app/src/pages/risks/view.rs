//! How risks and ratings look, on every page that shows them.

use crate::components::*;
use crate::islands::RatingPreview;
use crate::server::FormState;
use domain::mitigation;
use domain::risk::matrix::{Matrix, Point};
use domain::risk::{RatingKind, Status};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// A rating on the matrix that it was made on. `above` where the appetite in force has the last word.
pub fn rated(matrices: &BTreeMap<i32, Matrix>, at: Point, version: i32, above: Option<bool>) -> Option<Rated> {
    let mut rated = Rated::new(matrices.get(&version)?, at)?;
    rated.above = above.unwrap_or(rated.above);
    Some(rated)
}

/// A rating, or the words that there is none.
pub fn rating_or_none(rated: Option<Rated>, of: RatingKind) -> AnyView {
    match rated {
        Some(rated) => view! { <RatingCell rated of=of.label()/> }.into_any(),
        None => view! { <span class="muted">"Not rated"</span> }.into_any(),
    }
}

/// "Likely × Major", in the words of that matrix.
pub fn point_words(matrix: &Matrix, at: Point) -> String {
    let word = |labels: &[String], step: i16| {
        let place = usize::try_from(step).ok().and_then(|s| s.checked_sub(1));
        place.and_then(|p| labels.get(p)).cloned().unwrap_or_else(|| step.to_string())
    };
    format!("{} \u{d7} {}", word(&matrix.likelihood, at.likelihood), word(&matrix.impact, at.impact))
}

/// The steps of a scale to choose from: "4 Likely".
pub fn steps(labels: &[String]) -> Vec<Choice> {
    labels.iter().enumerate().map(|(i, label)| Choice::new(i + 1, format!("{} {label}", i + 1))).collect()
}

/// How a risk's status looks.
pub fn risk_tone(status: Status) -> Tone {
    match status {
        Status::Open => Tone::Warning,
        Status::Treating => Tone::Info,
        Status::Accepted => Tone::Success,
        Status::Closed => Tone::Neutral,
    }
}

/// How a mitigation's status looks.
pub fn mitigation_tone(status: mitigation::Status) -> Tone {
    use mitigation::Status as S;
    match status {
        S::Planned | S::Dropped => Tone::Neutral,
        S::InProgress => Tone::Info,
        S::Implemented => Tone::Warning,
        S::Verified => Tone::Success,
    }
}

/// Likelihood and impact side by side, with the level that they give. Field names are `{prefix}likelihood` and so on.
pub fn rating_fields(form: &FormState, matrix: &Matrix, before: &str, after: &str, optional: bool) -> AnyView {
    let (likelihood, impact) = (format!("{before}likelihood{after}"), format!("{before}impact{after}"));
    let (chosen_l, chosen_i) = (form.value(&likelihood), form.value(&impact));
    let (id_l, id_i) = (text::field_id(&likelihood), text::field_id(&impact));
    let (scale_l, scale_i) = (steps(&matrix.likelihood), steps(&matrix.impact));
    let matrix = matrix.clone();
    let (first, second) = (form.clone(), form.clone());
    view! {
        <div class="rating-fields">
            <SelectField form=first name=likelihood label="Likelihood" choices=scale_l optional/>
            <SelectField form=second name=impact label="Impact" choices=scale_i optional/>
            <RatingPreview matrix likelihood_id=id_l impact_id=id_i likelihood=chosen_l impact=chosen_i/>
        </div>
    }
    .into_any()
}

/// A text of several lines, a paragraph each.
pub fn paragraphs(text: &str) -> AnyView {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| view! { <p>{line.to_owned()}</p> }).collect_view().into_any()
}
