//! The risk matrix: likelihood × impact → level, and the appetite. Versions are never changed, only followed.

use crate::error::FieldErrors;
use serde::{Deserialize, Serialize};

/// Fewest and most steps of a scale.
pub const STEPS: std::ops::RangeInclusive<usize> = 3..=7;
/// Fewest and most levels.
pub const LEVELS: std::ops::RangeInclusive<usize> = 2..=6;

crate::words! {
    /// How a level looks; the label always stands beside it.
    Tone {
        Calm = "calm", "Green";
        Mild = "mild", "Yellow";
        Warm = "warm", "Orange";
        Hot = "hot", "Red";
        Grave = "grave", "Dark red";
        Plain = "plain", "Grey";
    }
}

/// A level of risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// "High"
    pub label: String,
    /// How it looks.
    pub tone: Tone,
}

/// One version of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    /// Labels of likelihood, lowest first.
    pub likelihood: Vec<String>,
    /// Labels of impact, lowest first.
    pub impact: Vec<String>,
    /// Levels, lowest first.
    pub levels: Vec<Level>,
    /// `cells[likelihood - 1][impact - 1]` is an index into `levels`.
    pub cells: Vec<Vec<u8>>,
    /// Highest level (index) that is within appetite.
    pub appetite: u8,
}

/// A point of the matrix, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// 1 = least likely.
    pub likelihood: i16,
    /// 1 = least impact.
    pub impact: i16,
}

impl Default for Matrix {
    fn default() -> Self {
        let words = |list: [&str; 5]| list.map(str::to_owned).to_vec();
        let level = |label: &str, tone| Level { label: label.to_owned(), tone };
        Self {
            likelihood: words(["Rare", "Unlikely", "Possible", "Likely", "Almost certain"]),
            impact: words(["Negligible", "Minor", "Moderate", "Major", "Severe"]),
            levels: vec![
                level("Low", Tone::Calm),
                level("Medium", Tone::Mild),
                level("High", Tone::Hot),
                level("Critical", Tone::Grave),
            ],
            cells: vec![
                vec![0, 0, 0, 1, 1],
                vec![0, 0, 1, 1, 2],
                vec![0, 1, 1, 2, 2],
                vec![0, 1, 2, 2, 3],
                vec![1, 1, 2, 3, 3],
            ],
            appetite: 1,
        }
    }
}

impl Matrix {
    /// The level (index) at a point; none when the point lies outside the matrix.
    pub fn level(&self, at: Point) -> Option<u8> {
        let row = usize::try_from(at.likelihood).ok()?.checked_sub(1)?;
        let column = usize::try_from(at.impact).ok()?.checked_sub(1)?;
        self.cells.get(row)?.get(column).copied()
    }

    /// The label of a level.
    pub fn label(&self, level: u8) -> &str {
        self.levels.get(usize::from(level)).map_or("?", |l| &l.label)
    }

    /// How a level looks.
    pub fn tone(&self, level: u8) -> Tone {
        self.levels.get(usize::from(level)).map_or(Tone::Plain, |l| l.tone)
    }

    /// Whether a level lies above appetite.
    pub fn above_appetite(&self, level: u8) -> bool {
        level > self.appetite
    }

    /// Whether ratings made on the other version mean the same on this one (same levels and cells; labels may differ).
    pub fn same_scale(&self, other: &Self) -> bool {
        self.cells == other.cells && self.levels.len() == other.levels.len()
    }

    /// Checks a matrix that an administrator wrote.
    ///
    /// # Errors
    /// Sizes outside [`STEPS`] and [`LEVELS`], empty labels, cells that name no level, a level that falls as likelihood
    /// or impact rise, an appetite that is no level or the highest one.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if !STEPS.contains(&self.likelihood.len()) || !STEPS.contains(&self.impact.len()) {
            errors.add("likelihood", "Each scale needs 3 to 7 steps");
        }
        if !LEVELS.contains(&self.levels.len()) {
            errors.add("levels", "There must be 2 to 6 levels");
        }
        let labels = self.likelihood.iter().chain(&self.impact).chain(self.levels.iter().map(|l| &l.label));
        if labels.into_iter().any(|l| l.trim().is_empty() || l.chars().count() > 40) {
            errors.add("likelihood", "Every label needs 1 to 40 characters");
        }
        let shape =
            self.cells.len() == self.likelihood.len() && self.cells.iter().all(|r| r.len() == self.impact.len());
        if !shape || self.cells.iter().flatten().any(|c| usize::from(*c) >= self.levels.len()) {
            errors.add("cells", "Every cell needs a level");
        } else if !self.rises() {
            errors.add("cells", "A level must not fall as likelihood or impact rise");
        }
        if usize::from(self.appetite) + 1 >= self.levels.len() {
            errors.add("appetite", "Appetite must lie below the highest level");
        }
        errors.into_result()
    }

    fn rises(&self) -> bool {
        let along = self.cells.iter().all(|row| row.windows(2).all(|w| w[0] <= w[1]));
        let up = self.cells.windows(2).all(|rows| rows[0].iter().zip(&rows[1]).all(|(low, high)| low <= high));
        along && up
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_default_is_sound() {
        assert_eq!(Matrix::default().check(), Ok(()));
        assert_eq!(Matrix::default().level(Point { likelihood: 5, impact: 5 }), Some(3));
        assert_eq!(Matrix::default().level(Point { likelihood: 1, impact: 1 }), Some(0));
    }

    #[test]
    fn a_falling_cell_is_refused() {
        let mut matrix = Matrix::default();
        matrix.cells[4][4] = 0;
        assert!(matrix.check().is_err());
    }

    proptest! {
        #[test]
        fn points_outside_have_no_level(likelihood in i16::MIN..i16::MAX, impact in i16::MIN..i16::MAX) {
            let inside = (1..=5).contains(&likelihood) && (1..=5).contains(&impact);
            prop_assert_eq!(Matrix::default().level(Point { likelihood, impact }).is_some(), inside);
        }
    }
}
