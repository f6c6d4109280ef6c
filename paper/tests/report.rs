//! The long report: everything in it can be read again, it is the same every time, and it says what it is.

mod fixture;
mod reader;

use domain::report::{Block, Document};
use fixture::{hash, made, report};
use reader::{read, tight};

/// Every text of a document, in no order.
fn texts(document: &Document) -> Vec<String> {
    let mut all = vec![document.title.clone(), document.subtitle.clone(), document.reference.clone()];
    let pair = |(label, text): &(String, String)| [label.clone(), text.clone()];
    all.extend(document.about.iter().flat_map(pair));
    for section in &document.sections {
        all.push(section.heading.clone());
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) | Block::Heading(text) => all.push(text.clone()),
                Block::Note { tone, text } => all.extend([tone.label().to_owned(), text.clone()]),
                Block::Facts(facts) => all.extend(facts.iter().flat_map(pair)),
                Block::List(points) => all.extend(points.iter().cloned()),
                Block::Table(table) => {
                    all.push(table.caption.clone());
                    all.extend(table.columns.iter().map(|column| column.label.clone()));
                    all.extend(table.rows.iter().flatten().map(|cell| cell.text.clone()));
                }
                Block::SignOffs(people) => all.extend(
                    people
                        .iter()
                        .flat_map(|one| [&one.name, &one.role, &one.meaning, &one.at, &one.hash].map(Clone::clone)),
                ),
            }
        }
    }
    all
}

#[test]
fn every_text_of_the_document_can_be_read_in_the_pdf() {
    let read = read(&paper::pdf(&report(), &made()).unwrap());
    let all = read.all().replace('-', "");
    for text in texts(&report()) {
        // Hyphens are left out on both sides: a long word may have got one at the end of a line.
        assert!(all.contains(&tight(&text).replace('-', "")), "{text:?} is missing in\n{}", read.all());
    }
    assert!(read.says("Nothing is recorded here.") && read.says("No rows."));
}

#[test]
fn every_page_says_which_it_is_and_tables_say_their_columns_again() {
    let read = read(&paper::pdf(&report(), &made()).unwrap());
    let count = read.pages.len();
    assert!((5..=8).contains(&count), "{count} pages");
    for (at, page) in read.pages.iter().enumerate() {
        let footer = format!("AIS-12 · TEVV report · page {} of {count}", at + 1);
        assert!(page.contains(&tight(&footer)), "{footer} is missing in\n{page}");
        assert!(page.contains("countersign.insurer.example·3Nov2026,14:05UTC"), "{page}");
    }
    let heads = read.pages.iter().filter(|page| page.contains("EvidenceFileSHA-256")).count();
    let with_rows = read.pages.iter().filter(|page| page.contains("EV-1")).count();
    assert!(heads >= 2 && heads == with_rows, "{heads} heads on {with_rows} pages");
}

#[test]
fn nothing_stands_beyond_the_margin() {
    let read = read(&paper::pdf(&report(), &made()).unwrap());
    let margin = 595.3 - 68.0; // A4 less 24 mm
    for (at, right) in read.right.iter().enumerate() {
        assert!(*right < margin, "page {}: a letter begins at {right} pt", at + 1);
    }
    assert!(read.says(&hash("1")), "a hash over two lines is copied in one piece");
}

#[test]
fn the_same_report_is_the_same_bytes_in_every_thread() {
    let here = paper::pdf(&report(), &made()).unwrap();
    let others: Vec<_> = (0..2).map(|_| std::thread::spawn(|| paper::pdf(&report(), &made()).unwrap())).collect();
    for other in others {
        assert!(other.join().unwrap() == here, "another thread made other bytes");
    }
    let mut later = made();
    later.at += chrono::TimeDelta::seconds(1);
    assert!(paper::pdf(&report(), &later).unwrap() != here, "the instant is part of the bytes");
    let elsewhere = paper::Made { instance: "other.example".into(), ..made() };
    assert!(paper::pdf(&report(), &elsewhere).unwrap() != here, "so is the installation");
}

/// Another process has other addresses and other seeds of hash maps.
#[test]
fn the_same_report_is_the_same_bytes_in_another_process() {
    const CHILD: &str = "PAPER_TEST_CHILD";
    let pdf = paper::pdf(&report(), &made()).unwrap();
    if let Ok(path) = std::env::var(CHILD) {
        return std::fs::write(path, pdf).unwrap();
    }
    let path = std::env::temp_dir().join(format!("paper-{}.pdf", std::process::id()));
    let name = "the_same_report_is_the_same_bytes_in_another_process";
    let this = std::env::current_exe().unwrap();
    let status = std::process::Command::new(this).args(["--exact", name]).env(CHILD, &path).output().unwrap().status;
    let other = std::fs::read(&path);
    std::fs::remove_file(&path).ok();
    assert!(status.success());
    assert!(other.unwrap() == pdf, "another process made other bytes");
}

#[test]
fn the_file_says_what_it_is() {
    let pdf = paper::pdf(&report(), &made()).unwrap();
    let about = read(&pdf).about;
    let date = about.creation_date.unwrap();
    assert_eq!((date.year, date.month, date.day, date.hour, date.minute, date.second), (2026, 11, 3, 14, 5, 9));
    assert_eq!(about.creator.as_deref(), Some(b"Countersign".as_slice()));
    for part in ["/Marked true", "/Lang", "/StructTreeRoot"] {
        assert!(holds(&pdf, part), "{part} is missing");
    }
    // It claims both standards; Typst checked it against them.
    assert!(holds(&pdf, "<pdfaid:part>2") && holds(&pdf, "<pdfaid:conformance>A") && holds(&pdf, "<pdfuaid:part>1"));
    assert!(holds(&pdf, "AIS-12 · TEVV report: Claims triage assistant"), "the title in the file's data");
}

fn holds(pdf: &[u8], part: &str) -> bool {
    pdf.windows(part.len()).any(|window| window == part.as_bytes())
}
