//! Texts that want to be more than text, that no font holds, or that are too much: a PDF comes out all the same.

mod fixture;
mod reader;

use domain::report::{Block, Cell, Column, Document, Section, SignOff, Table, Tone};
use fixture::made;
use reader::{read, tight};

/// A document with one text in every place that takes a text.
fn everywhere(text: &str) -> Document {
    let t = || text.to_owned();
    let table = Table {
        caption: t(),
        columns: vec![Column::left(t(), 2), Column::right(t())],
        rows: vec![vec![Cell::text(t()), Cell::mono(t())], vec![Cell::toned(t(), Tone::Caution)]],
    };
    let blocks = vec![
        Block::Paragraph(t()),
        Block::Note { tone: Tone::Bad, text: t() },
        Block::Facts(vec![(t(), t())]),
        Block::List(vec![t(), t()]),
        Block::Table(table),
        Block::Heading(t()),
        Block::SignOffs(vec![SignOff { name: t(), role: t(), meaning: t(), at: t(), hash: t() }]),
    ];
    let sections = vec![Section { heading: t(), blocks }, Section { heading: t(), blocks: Vec::new() }];
    Document { title: t(), subtitle: t(), reference: t(), about: vec![(t(), t())], sections }
}

/// How often `everywhere` holds its text, at least: footers have it once more a page.
const PLACES: usize = 26;

fn pdf(document: &Document) -> Vec<u8> {
    paper::pdf(document, &made()).unwrap()
}

#[test]
fn no_text_is_read_as_typst() {
    for text in [
        "#panic(1)",
        "$x^2$",
        "*bold*",
        "_it_",
        "]",
        "[",
        "@x",
        "<x>",
        "`raw`",
        "= head",
        "- item",
        "+ 1",
        "/ a: b",
        "\\u{41}",
        "\\",
        "//no",
        "/*no*/",
        "~",
        "--",
        "...",
        "\"quoted\"",
        "'single'",
        "#let x = 1",
        "#read(\"/x\")",
        "#import \"@preview/x:1.0.0\"",
        "{{x}}",
        "%",
        "</script>",
        "\u{feff}é",
    ] {
        let read = read(&pdf(&everywhere(text)));
        let text = tight(&text.replace('\u{feff}', ""));
        let found = read.all().matches(&text).count();
        assert!(found >= PLACES, "{text:?} stands {found} times in\n{}", read.all());
    }
}

#[test]
fn what_no_font_holds_shows_as_boxes_and_claims_no_standard() {
    for text in ["漢字かな交じり文", "한국어", "🦀🏳️‍🌈", "हिन्दी", "\u{e000}\u{10fffd}", "\u{e0001}"]
    {
        let pdf = pdf(&everywhere(text));
        assert!(!read(&pdf).pages.is_empty());
        let claims = pdf.windows(10).any(|window| window == b"<pdfuaid:p");
        assert!(!claims || text == "\u{e0001}", "{text:?} cannot be drawn, and so it is no PDF/UA");
    }
}

#[test]
fn odd_characters_do_no_harm() {
    for text in [
        "\0",
        "\u{1}\u{7f}\u{85}\u{9f}",
        "\r\n\r\n",
        "\n",
        " ",
        "\t",
        "a\u{301}\u{301}\u{301}",
        "\u{202e}abc\u{202c}",
        "\u{200b}\u{200d}\u{2060}",
        "\u{fffd}\u{ffff}",
        "العربية",
        "עברית",
        "\u{2028}\u{2029}",
        "\u{ad}",
        "\u{a0}",
    ] {
        assert!(!read(&pdf(&everywhere(text))).pages.is_empty(), "{text:?}");
    }
}

#[test]
fn a_text_without_any_break_stays_within_the_page() {
    for text in ["W".repeat(400), "0123456789abcdef".repeat(30), "a/".repeat(300), "ß".repeat(200)] {
        let read = read(&pdf(&everywhere(&text)));
        for right in &read.right {
            assert!(*right < 595.3 - 68.0, "{}… begins a letter at {right} pt", &text[..8]);
        }
        assert!(read.says(&text));
    }
}

#[test]
fn an_empty_document_is_a_page() {
    let mut document = everywhere("");
    assert_eq!(read(&pdf(&document)).pages.len(), 1);
    document.sections.clear();
    assert_eq!(read(&pdf(&document)).pages.len(), 1);
    let empty = Block::Table(Table::default());
    let blocks = vec![empty, Block::List(Vec::new()), Block::Facts(Vec::new()), Block::SignOffs(Vec::new())];
    document.sections.push(Section { heading: "Nothing".into(), blocks });
    assert!(read(&pdf(&document)).says(SignOff::EMPTY));
}

#[test]
fn a_long_cell_and_many_columns_and_many_sign_offs_lose_nothing() {
    let long = (0..1500).map(|at| format!("word{at}")).collect::<Vec<_>>().join(" ");
    let columns = (0..14).map(|at| Column::right(format!("Column{at}"))).collect();
    let row = |n: i32| (0..15).map(|at| Cell::text(format!("{}", n * 100_000 + at))).collect();
    let wide = Table { caption: "Wide".into(), columns, rows: (1..4).map(row).collect() };
    let one = |at: i32| SignOff { name: format!("Person{at}."), hash: fixture::hash("x"), ..SignOff::default() };
    let tall = Table {
        caption: "Tall".into(),
        columns: vec![Column::left("Text", 1)],
        rows: vec![vec![Cell::text(long.clone())]],
    };
    let blocks = vec![Block::Table(tall), Block::Table(wide), Block::SignOffs((0..40).map(one).collect())];
    let read =
        read(&pdf(&Document { sections: vec![Section { heading: "All".into(), blocks }], ..Document::default() }));
    let all = read.all();
    for at in [0, 700, 1499] {
        assert!(all.contains(&format!("word{at}")), "word{at}");
    }
    assert!(all.contains("Column13") && all.contains("300014"), "a column is missing in {all}");
    assert!((0..40).all(|at| all.contains(&format!("Person{at}."))));
    assert!(read.pages.len() >= 4 && read.right.iter().all(|right| *right < 527.3), "{:?}", read.right);
}

#[test]
fn a_report_that_would_take_all_memory_is_refused() {
    let table = |rows: usize| {
        let columns = vec![Column::left("a", 1), Column::left("b", 1)];
        // Rows are filled up to the columns: they count as what is drawn.
        let table = Table { caption: String::new(), columns, rows: vec![vec![Cell::text("x")]; rows] };
        let sections = vec![Section { heading: "All".into(), blocks: vec![Block::Table(table)] }];
        Document { sections, ..Document::default() }
    };
    assert!(matches!(paper::pdf(&table(paper::MOST_CELLS / 2 + 1), &made()), Err(paper::Error::TooLong)));
    assert!(paper::pdf(&table(200), &made()).is_ok());
    let text = Document { subtitle: "word ".repeat(paper::MOST_BYTES / 5), ..Document::default() };
    assert!(matches!(paper::pdf(&text, &made()), Err(paper::Error::TooLong)));
}
