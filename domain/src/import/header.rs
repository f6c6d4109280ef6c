//! Where a sheet's header stands. People put titles, notes and dates above their tables, and tables of contents on
//! sheets of their own.

use super::mapping::Field;
use super::{synonyms, values};

/// Rows from the top among which the header is looked for.
pub const HEADER_SEARCH_ROWS: usize = 40;
/// Longest header that counts as one.
const HEADER_CHARS: usize = 120;
/// A header that we know by name counts like this many that we don't.
const KNOWN: usize = 3;

/// How much a row looks like a header: distinct short words in its cells, known names above all.
fn score(cells: &[String]) -> usize {
    let names: Vec<String> = cells.iter().map(|c| values::line(c)).filter(|c| !c.is_empty()).collect();
    if names.len() < 2 {
        return names.len();
    }
    let mut seen = std::collections::HashSet::new();
    let is_name = |name: &&String| name.chars().count() <= HEADER_CHARS && name.chars().any(char::is_alphabetic);
    let distinct: Vec<&String> = names.iter().filter(is_name).filter(|name| seen.insert((*name).clone())).collect();
    let known = distinct.iter().filter(|name| is_known(name)).count();
    distinct.len() + known * KNOWN
}

fn is_known(name: &str) -> bool {
    let folded = values::fold(name);
    Field::ALL.iter().any(|field| synonyms::score(*field, &folded) >= 80)
}

/// The row that is most like a header, and how much it is: the first of the best. None where nothing is written.
pub fn find_header(rows: &[(u64, Vec<String>)]) -> Option<(u64, usize)> {
    let scored = rows.iter().take(HEADER_SEARCH_ROWS).map(|(line, cells)| (*line, score(cells)));
    let best = scored.filter(|(_, score)| *score > 0).rev().max_by_key(|(_, score)| *score);
    best.filter(|_| !rows.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<(u64, Vec<String>)> {
        rows.iter().zip(1..).map(|(cells, line)| (line, cells.iter().map(|c| (*c).to_owned()).collect())).collect()
    }

    fn line(of: &[&[&str]]) -> Option<u64> {
        find_header(&rows(of)).map(|(line, _)| line)
    }

    #[test]
    fn a_header_below_titles_and_notes_is_found() {
        assert_eq!(
            line(&[&["AI inventory 2026", "", ""], &["as of March"], &["Name", "Owner", "Stage"], &["A", "B", "C"]]),
            Some(3)
        );
        assert_eq!(
            line(&[
                &["", "General", "", "People", ""],
                &["Ref", "System name", "Purpose", "Owner", "Unit"],
                &["1", "Mail sorter", "Sorts", "Ada", "Post"]
            ]),
            Some(2)
        );
    }

    #[test]
    fn a_header_on_top_stays_there_even_above_words_of_the_same_kind() {
        assert_eq!(line(&[&["Alpha", "Beta"], &["one", "two"], &["three", "four"]]), Some(1));
        assert_eq!(line(&[&["Only"], &["x"]]), Some(1));
        assert_eq!(line(&[]), None);
        assert_eq!(line(&[&["", " "]]), None);
    }

    #[test]
    fn long_texts_and_numbers_are_no_headers() {
        let long = "This sheet lists every system that the department runs. ".repeat(4);
        assert_eq!(line(&[&[&long, &long], &["1", "2"], &["Name", "Purpose"], &["A", "B"]]), Some(3));
    }
}
