//! The level of a rating, as soon as likelihood and impact are chosen. The server computes it again when the form is sent.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the preview needs of a matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixView {
    /// `cells[likelihood - 1][impact - 1]`.
    pub cells: Vec<Vec<CellView>>,
}

/// One cell of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellView {
    /// The level's label.
    pub label: String,
    /// The level's rank, 1 to 5.
    pub rank: u8,
    /// The cell's score.
    pub score: String,
    /// Whether it lies above the appetite.
    pub above: bool,
}

impl MatrixView {
    /// The cell of two values as they stand in the selects.
    pub fn cell(&self, likelihood: &str, impact: &str) -> Option<&CellView> {
        let place = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        self.cells.get(place(likelihood)?)?.get(place(impact)?)
    }
}

/// Stands beside two selects, given by their ids, and their values as the server wrote them.
#[island]
pub fn RatingPreview(
    matrix: MatrixView,
    likelihood_id: String,
    impact_id: String,
    likelihood: String,
    impact: String,
) -> impl IntoView {
    let chosen = RwSignal::new((likelihood, impact));
    #[cfg(feature = "hydrate")]
    super::browser::follow_selects(likelihood_id.clone(), impact_id.clone(), chosen);
    let about = format!("{likelihood_id} {impact_id}");
    let cell = move || chosen.with(|(likelihood, impact)| matrix.cell(likelihood, impact).cloned());
    let cell = Memo::new(move |_| cell());
    let level = move || cell.with(|cell| cell.as_ref().map(|cell| cell.rank.to_string()));
    let words = move || {
        cell.with(|cell| match cell {
            Some(cell) => {
                format!("{} \u{b7} {}{}", cell.score, cell.label, if cell.above { ", above appetite" } else { "" })
            }
            None => "Choose likelihood and impact".to_string(),
        })
    };
    view! { <output class="rating-preview" for=about data-level=level aria-live="polite">{words}</output> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_on_the_matrix_have_a_cell() {
        let cell = |rank| CellView { rank, ..CellView::default() };
        let matrix = MatrixView { cells: vec![vec![cell(1), cell(2)], vec![cell(3), cell(4)]] };
        assert_eq!(matrix.cell("2", "1").map(|c| c.rank), Some(3));
        for (l, i) in [("", "1"), ("0", "1"), ("3", "1"), ("1", "x")] {
            assert_eq!(matrix.cell(l, i), None, "{l} {i}");
        }
    }
}
