//! Evidence: a file, what it speaks of, and since when.

pub mod findings;
pub mod read;
pub use read::outcomes;

use chrono::NaiveDate;

crate::words! {
    /// What a piece of evidence shows (TEVV: test, evaluation, verification, validation).
    Kind {
        Test = "test", "Test";
        Evaluation = "evaluation", "Evaluation";
        Verification = "verification", "Verification";
        Validation = "validation", "Validation";
        Document = "document", "Document";
    }
}

/// Largest file, in bytes, unless the settings say less: 100 MB.
pub const FILE_MAX: u64 = 100 * 1024 * 1024;

/// Whether the evidence still counts on a day: not withdrawn, and within its validity.
pub fn is_current(valid_until: Option<NaiveDate>, withdrawn: bool, today: NaiveDate) -> bool {
    !withdrawn && valid_until.is_none_or(|until| until >= today)
}

/// A file name that can be shown and sent back: no folders, no control characters, at most 200 characters.
pub fn file_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && !"<>:\"|?*\u{202e}\u{200f}".contains(*c)).collect();
    let clean = clean.trim().trim_start_matches('.');
    if clean.is_empty() { "file".to_owned() } else { clean.chars().take(200).collect() }
}

/// The media type that we determine ourselves, from the first bytes; text and unknown bytes are told apart.
pub fn media_type(head: &[u8]) -> &'static str {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b", "application/gzip"),
    ];
    if let Some((_, found)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return found;
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character cut at the end of the sample is still text.
        Err(e) if head.len() - e.valid_up_to() < 4 => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default(),
        Err(_) => return "application/octet-stream",
    };
    if text.contains('\0') {
        return "application/octet-stream";
    }
    match text.trim_start().chars().next() {
        Some('{' | '[') => "application/json",
        _ => "text/plain",
    }
}

/// Whether the end of the name and the first bytes agree, for the kinds of file that we can tell.
pub fn name_fits(file_name: &str, media_type: &str) -> bool {
    let end = file_name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    let expected = match end.as_str() {
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "zip" | "xlsx" | "docx" | "pptx" | "ods" | "odt" => "application/zip",
        "gz" | "tgz" => "application/gzip",
        _ => return true,
    };
    expected == media_type
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folder_and_nothing_that_misleads() {
        assert_eq!(file_name("C:\\reports\\May.pdf"), "May.pdf");
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("a\u{202e}fdp.exe\n"), "afdp.exe");
        for nothing in ["", "..", "/", "\u{7}"] {
            assert_eq!(file_name(nothing), "file", "{nothing:?}");
        }
        assert_eq!(file_name(&"x".repeat(300)).chars().count(), 200);
    }

    #[test]
    fn the_type_comes_from_the_bytes() {
        assert_eq!(media_type(b"%PDF-1.7"), "application/pdf");
        assert_eq!(media_type(b"<html><script>"), "text/plain");
        assert_eq!(media_type(b" {\"f1\": 1}"), "application/json");
        assert_eq!(media_type(b"a\0b"), "application/octet-stream");
        assert_eq!(media_type(&"x\u{e9}".as_bytes()[..2]), "text/plain", "a character cut in two");
    }

    #[test]
    fn a_name_that_says_something_else_is_noticed() {
        assert!(name_fits("report.PDF", media_type(b"%PDF-1.7")));
        assert!(!name_fits("report.pdf", media_type(b"MZ\x90\0")));
        assert!(!name_fits("scan.png", media_type(b"<svg onload=x>")));
        assert!(name_fits("results.csv", media_type(b"a,b")));
        assert!(name_fits("noend", media_type(b"\x89PNG\r\n\x1a\n")));
    }
}
