//! The level of a rating, as soon as likelihood and impact are chosen. The server computes it again when the form is sent.

use domain::risk::matrix::{Matrix, Point};
use leptos::prelude::*;

/// Stands beside two selects, given by their ids, and their values as the server wrote them.
#[island]
pub fn RatingPreview(
    matrix: Matrix,
    likelihood_id: String,
    impact_id: String,
    likelihood: String,
    impact: String,
) -> impl IntoView {
    let chosen = RwSignal::new((likelihood, impact));
    #[cfg(feature = "hydrate")]
    super::browser::follow_selects(likelihood_id.clone(), impact_id.clone(), chosen);
    let about = format!("{likelihood_id} {impact_id}");
    let matrix = StoredValue::new(matrix);
    let level = Memo::new(move |_| chosen.with(|(l, i)| matrix.with_value(|matrix| matrix.level(point(l, i)?))));
    let tone = move || level.get().map(|level| matrix.with_value(|matrix| matrix.tone(level).as_str()));
    let words = move || match level.get() {
        None => "Choose likelihood and impact".to_string(),
        Some(level) => matrix.with_value(|matrix| {
            let above = if matrix.above_appetite(level) { ", above appetite" } else { "" };
            format!("{}{above}", matrix.label(level))
        }),
    };
    view! { <output class="rating-preview" for=about data-level=tone aria-live="polite">{words}</output> }
}

/// Where two selects stand, if both are chosen.
fn point(likelihood: &str, impact: &str) -> Option<Point> {
    Some(Point { likelihood: likelihood.parse().ok()?, impact: impact.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::point;

    #[test]
    fn a_point_needs_both_numbers() {
        assert!(point("3", "4").is_some_and(|p| p.likelihood == 3 && p.impact == 4));
        assert_eq!(point("", "4"), None);
        assert_eq!(point("3", "x"), None);
    }
}
