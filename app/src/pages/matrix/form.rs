//! The matrix as a form, and back.

use crate::server::{FormReader, FormState};
use domain::risk::matrix::{Level, Matrix, Tone};

/// Names of the fields: `likelihood-1` and so on, `cell-1-1` by likelihood and impact.
pub fn name(kind: &str, at: usize) -> String {
    format!("{kind}-{}", at + 1)
}

/// The field of a cell.
pub fn cell(likelihood: usize, impact: usize) -> String {
    format!("cell-{}-{}", likelihood + 1, impact + 1)
}

/// Fills the form.
pub fn fill(mut form: FormState, matrix: &Matrix) -> FormState {
    for (kind, labels) in [("likelihood", &matrix.likelihood), ("impact", &matrix.impact)] {
        for (at, label) in labels.iter().enumerate() {
            form = form.fill(&name(kind, at), label);
        }
    }
    for (at, level) in matrix.levels.iter().enumerate() {
        form = form.fill(&name("level", at), &level.label).fill(&name("tone", at), level.tone);
    }
    for (l, row) in matrix.cells.iter().enumerate() {
        for (i, level) in row.iter().enumerate() {
            form = form.fill(&cell(l, i), level);
        }
    }
    form.fill("appetite", matrix.appetite)
}

/// Reads a matrix of the same size as `shape`. None where something is missing; the form then says what.
pub fn read(form: &mut FormReader, shape: &Matrix) -> Option<Matrix> {
    let mut labels = |kind: &str, count: usize| -> Option<Vec<String>> {
        let read: Vec<_> = (0..count).map(|at| form.text(&name(kind, at), "Enter a label")).collect();
        read.into_iter().collect()
    };
    let likelihood = labels("likelihood", shape.likelihood.len());
    let impact = labels("impact", shape.impact.len());
    let levels: Vec<Option<Level>> = (0..shape.levels.len())
        .map(|at| {
            let label = form.text(&name("level", at), "Enter a label");
            let tone = form.pick::<Tone>(&name("tone", at), "Choose a colour");
            Some(Level { label: label?, tone: tone? })
        })
        .collect();
    let mut level = |field: &str, missing: &str| {
        let top = shape.levels.len() as i64 - 1;
        form.int(field, missing, 0..=top).and_then(|n| u8::try_from(n).ok())
    };
    let cells: Vec<Vec<Option<u8>>> = (0..shape.likelihood.len())
        .map(|l| (0..shape.impact.len()).map(|i| level(&cell(l, i), "Choose a level for every cell")).collect())
        .collect();
    let appetite = level("appetite", "Choose the highest level within appetite");
    Some(Matrix {
        likelihood: likelihood?,
        impact: impact?,
        levels: levels.into_iter().collect::<Option<_>>()?,
        cells: cells.into_iter().map(|row| row.into_iter().collect()).collect::<Option<_>>()?,
        appetite: appetite?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::RawForm;

    #[test]
    fn a_matrix_goes_into_the_form_and_comes_back() {
        let matrix = Matrix::default();
        let form = fill(FormState::default(), &matrix);
        let mut pairs = Vec::new();
        for (kind, count) in [("likelihood", 5), ("impact", 5), ("level", 4), ("tone", 4)] {
            pairs.extend((0..count).map(|at| name(kind, at)));
        }
        pairs.extend((0..25).map(|n| cell(n / 5, n % 5)));
        pairs.push("appetite".into());
        let pairs: Vec<_> = pairs.into_iter().map(|field| (field.clone(), form.value(&field))).collect();
        let mut reader = RawForm::from_pairs(pairs.clone()).reader();
        assert_eq!(read(&mut reader, &matrix), Some(matrix.clone()));
        assert!(reader.finish(()).is_ok());
        let mut reader = RawForm::from_pairs(pairs[1..].to_vec()).reader();
        assert_eq!(read(&mut reader, &matrix), None);
        assert!(reader.finish(()).is_err());
    }
}
