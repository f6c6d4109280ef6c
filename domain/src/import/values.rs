//! What a cell says: its text, cleaned.

use crate::csv_out::restore;

/// One line of text: white space collapsed, invisible control characters and a spreadsheet's text mark taken out.
pub(super) fn line(cell: &str) -> String {
    printable(restore(cell)).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text that may have paragraphs: line breaks made LF, the rest as in [`line`].
pub(super) fn text(cell: &str) -> String {
    // What cannot be seen first: white space may stand behind it.
    let seen = printable(&restore(cell).replace("\r\n", "\n").replace('\r', "\n"));
    let lines: Vec<&str> = seen.trim().lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

fn printable(text: &str) -> String {
    text.chars().filter(|&c| matches!(c, '\n' | '\t' | '\r') || !(c.is_control() || c == '\u{feff}')).collect()
}

/// Lower case, letters and digits only, single spaces: for comparing names and finding terms.
pub(super) fn fold(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a cell says nothing, in one of the ways that people write nothing.
pub(super) fn is_blank(cell: &str) -> bool {
    let folded = fold(cell);
    matches!(
        folded.as_str(),
        "" | "n a"
            | "na"
            | "not applicable"
            | "not available"
            | "none"
            | "null"
            | "nan"
            | "tbd"
            | "nvt"
            | "n v t"
            | "blank not provided"
            | "not provided"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_its_paragraphs_and_loses_what_cannot_be_seen() {
        assert_eq!(line("  Rights-Impacting\n "), "Rights-Impacting");
        assert_eq!(line("a\0b\u{7}\u{feff}\tc"), "ab c");
        assert_eq!(line("'=SUM(A1)"), "=SUM(A1)");
        assert_eq!(text(" one \r\n\r\ntwo\rthree\0 "), "one\n\ntwo\nthree");
        assert_eq!(text("'-- not a formula"), "-- not a formula");
        assert_eq!(text("'\0\ta \0\n\0 "), "a");
    }

    #[test]
    fn nothing_is_written_in_many_ways() {
        for cell in ["", " ", "\n", "N/A", "n.a.", "NA", "Not Applicable", "-", "None", "Blank/Not Provided"] {
            assert!(is_blank(cell), "{cell:?}");
        }
        for cell in ["0", "No", "Nana", "None of the above."] {
            assert!(!is_blank(cell), "{cell:?}");
        }
    }
}
