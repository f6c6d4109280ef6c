//! The matrix as a form, and back.

use crate::server::{FormReader, FormState};
use domain::risk::matrix::{LEVELS, Level, Matrix, STEPS, Tone};

/// How many steps and levels the form has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub likelihood: usize,
    pub impact: usize,
    pub levels: usize,
}

/// The fields that ask for another size.
pub const SIZES: [&str; 3] = ["likelihood-steps", "impact-steps", "level-count"];

impl Size {
    /// A matrix's.
    pub fn of(matrix: &Matrix) -> Self {
        Self { likelihood: matrix.likelihood.len(), impact: matrix.impact.len(), levels: matrix.levels.len() }
    }

    /// The size of the form that was sent: a form without labels is one of the matrix in force.
    pub fn sent(form: &FormState, now: &Matrix) -> Self {
        let count = |kind: &str| (0..*STEPS.end()).take_while(|at| form.has(&name(kind, *at))).count();
        let (likelihood, impact, levels) = (count("likelihood"), count("impact"), count("level"));
        match likelihood * impact * levels {
            0 => Self::of(now),
            _ => Self { likelihood, impact, levels },
        }
    }

    /// The size that was chosen; where nothing was, the form keeps its own.
    pub fn chosen(form: &mut FormReader, sent: Self) -> Self {
        let mut choose = |name: &str, limits: &std::ops::RangeInclusive<usize>, sent| {
            form.opt_pick::<usize>(name).filter(|n| limits.contains(n)).unwrap_or(sent)
        };
        Self {
            likelihood: choose(SIZES[0], &STEPS, sent.likelihood),
            impact: choose(SIZES[1], &STEPS, sent.impact),
            levels: choose(SIZES[2], &LEVELS, sent.levels),
        }
    }
}

/// The form in another size, with all that was typed: new cells take the level beside them, those above the new highest
/// level take that one.
pub fn resize(form: FormState, from: Size, to: Size) -> FormState {
    let top = to.levels.saturating_sub(1);
    let level = |field: &str| form.value(field).parse::<usize>().unwrap_or_default().min(top);
    let mut resized = form.clone();
    for l in 0..to.likelihood {
        for i in 0..to.impact {
            let beside = cell(l.min(from.likelihood.saturating_sub(1)), i.min(from.impact.saturating_sub(1)));
            resized = resized.fill(&cell(l, i), level(&beside));
        }
    }
    resized.fill("appetite", level("appetite").min(top.saturating_sub(1)))
}

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
    let size = Size::of(matrix);
    for (field, count) in SIZES.iter().zip([size.likelihood, size.impact, size.levels]) {
        form = form.fill(field, count);
    }
    form.fill("appetite", matrix.appetite)
}

/// Reads a matrix of this size. None where something is missing; the form then says what.
pub fn read(form: &mut FormReader, size: Size) -> Option<Matrix> {
    let mut labels = |kind: &str, count: usize| -> Option<Vec<String>> {
        let read: Vec<_> = (0..count).map(|at| form.text(&name(kind, at), "Enter a label")).collect();
        read.into_iter().collect()
    };
    let likelihood = labels("likelihood", size.likelihood);
    let impact = labels("impact", size.impact);
    let levels: Vec<Option<Level>> = (0..size.levels)
        .map(|at| {
            let label = form.text(&name("level", at), "Enter a label");
            let tone = form.pick::<Tone>(&name("tone", at), "Choose a colour");
            Some(Level { label: label?, tone: tone? })
        })
        .collect();
    let mut level = |field: &str, missing: &str| {
        let top = size.levels as i64 - 1;
        form.int(field, missing, 0..=top).and_then(|n| u8::try_from(n).ok())
    };
    let cells: Vec<Vec<Option<u8>>> = (0..size.likelihood)
        .map(|l| (0..size.impact).map(|i| level(&cell(l, i), "Choose a level for every cell")).collect())
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
        assert_eq!(Size::sent(&reader.state(), &matrix), Size::of(&matrix));
        assert_eq!(read(&mut reader, Size::of(&matrix)), Some(matrix.clone()));
        assert!(reader.finish(()).is_ok());
        let mut reader = RawForm::from_pairs(pairs[1..].to_vec()).reader();
        assert_eq!(read(&mut reader, Size::of(&matrix)), None);
        assert!(reader.finish(()).is_err());
    }

    #[test]
    fn another_size_keeps_what_was_typed_and_is_sound_once_it_is_named() {
        let matrix = Matrix::default();
        let from = Size::of(&matrix);
        for likelihood in STEPS {
            for impact in STEPS {
                for levels in LEVELS {
                    let to = Size { likelihood, impact, levels };
                    let form = resize(fill(FormState::default(), &matrix), from, to);
                    let mut fields: Vec<(String, String)> = Vec::new();
                    for (kind, count) in [("likelihood", likelihood), ("impact", impact), ("level", levels)] {
                        // What is new has no name yet.
                        let named = |at| match form.value(&name(kind, at)) {
                            none if none.is_empty() => format!("{kind} {at}"),
                            typed => typed,
                        };
                        fields.extend((0..count).map(|at| (name(kind, at), named(at))));
                    }
                    fields.extend((0..levels).map(|at| (name("tone", at), Tone::Hot.to_string())));
                    for (l, i) in (0..likelihood).flat_map(|l| (0..impact).map(move |i| (l, i))) {
                        fields.push((cell(l, i), form.value(&cell(l, i))));
                    }
                    fields.push(("appetite".into(), form.value("appetite")));
                    let mut reader = RawForm::from_pairs(fields).reader();
                    let read = read(&mut reader, to).unwrap();
                    assert_eq!(read.check(), Ok(()), "{to:?}");
                    assert_eq!(read.likelihood[..3], matrix.likelihood[..3]);
                }
            }
        }
    }
}
