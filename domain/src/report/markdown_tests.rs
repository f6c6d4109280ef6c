//! The Markdown is read again with everything that a parser can be asked to see; only our own structure may appear.

use super::to_markdown;
use crate::report::*;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The texts of all leaves (headings, paragraphs, items, cells), in order. Panics where a text became markup.
fn texts(markdown: &str) -> Vec<String> {
    let mut leaves = vec![String::new()];
    for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::Item
                | Tag::TableCell
                | Tag::BlockQuote(None)
                | Tag::List(None)
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow,
            ) => leaves.push(String::new()),
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => {}
            Event::End(_) => {}
            Event::Text(text) | Event::Code(text) => leaves.last_mut().unwrap().push_str(&text),
            Event::HardBreak => leaves.last_mut().unwrap().push('\n'),
            other => panic!("{other:?} in\n{markdown}"),
        }
    }
    leaves.retain(|leaf| !leaf.is_empty());
    leaves
}

/// A document with one text in every place that takes a text.
fn everywhere(text: &str) -> Document {
    let t = || text.to_owned();
    let table = Table {
        caption: t(),
        columns: vec![Column::left(t(), 2), Column::right(t())],
        rows: vec![vec![Cell::text(t()), Cell::mono(t())], vec![Cell::toned(t(), Tone::Neutral)]],
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
    Document {
        title: t(),
        subtitle: t(),
        reference: t(),
        about: vec![(t(), t())],
        sections: vec![Section { heading: t(), blocks }, Section { heading: t(), blocks: Vec::new() }],
    }
}

fn expected(text: &str) -> Vec<String> {
    let t = text.replace('\0', "\u{fffd}");
    let fact = format!("{t}: {t}");
    let mut all = vec![t.clone(), t.clone(), format!("Reference: {t}"), fact.clone()];
    all.extend([t.clone(), t.clone(), format!("Problem: {t}"), fact]);
    all.extend(std::iter::repeat_n(t.clone(), 2 + 1 + 2 + 3 + 1));
    all.extend(SignOff::LABELS.map(str::to_owned));
    all.extend(std::iter::repeat_n(t.clone(), 5 + 1));
    all.push(Section::EMPTY.to_owned());
    all
}

fn unchanged(text: &str) {
    let markdown = to_markdown(&everywhere(text));
    assert_eq!(texts(&markdown), expected(text), "{markdown}");
}

#[test]
fn what_markdown_would_take_for_its_own_stays_text() {
    for text in [
        "[\n:1",
        "term\n:definition",
        "[link](https://example.org) ![image](x.png) <b>html</b> <!-- x --> <https://example.org>",
        "# heading",
        "- point",
        "+ point",
        "* point",
        "1. first",
        "23) next",
        "- [ ] task",
        "> quote",
        ">! spoiler",
        "```\ncode\n```",
        "~~~",
        "    indented",
        "\tindented",
        "a | b\n--- | ---\n1 | 2",
        "a\n===",
        "a\n---",
        ":-:",
        "**bold** __bold__ *it* _it_ ~~gone~~ `code` ``",
        "&amp; &#35; &copy;",
        "a\\",
        "\\|",
        "a\\\\|b",
        "$x$ $$y$$",
        "[^1]: note",
        "[ref]: https://example.org",
        "H~2~O x^2^",
        "term\n: definition",
        "---\ntitle: x\n---",
        "+++",
        "[[wiki]]",
        "{#id .class}",
        "word \u{a0}",
        "\u{3000}ideographic",
        "two  spaces  \nbreak",
        "a\r\nb",
        "a\n\n\nb",
        "\n",
        "%% comment",
        ":::",
        "::: note",
        "été — “quoted” 漢字 🦀",
        "\u{202e}right to left",
        "wwé.x",
        "1",
        ".",
        "a\u{1}b\u{c}",
    ] {
        unchanged(text);
    }
}

#[test]
fn bare_addresses_are_no_links_on_github_either() {
    let document = everywhere("see https://example.org, http://x and WWW.example.org");
    let markdown = to_markdown(&document);
    assert!(markdown.contains(r"see https\://example.org, http\://x and WWW\.example.org"), "{markdown}");
    assert!(!markdown.contains("http://") && !markdown.contains("https://") && !markdown.contains("WWW.ex"));
}

#[test]
fn a_report_reads_well_as_it_stands() {
    let document = Document {
        title: "TEVV report".into(),
        subtitle: "Claims triage assistant".into(),
        reference: "AIS-12".into(),
        about: vec![("Owner".into(), "Ada Lovelace".into())],
        sections: vec![Section {
            heading: "Findings".into(),
            blocks: vec![
                Block::Note { tone: Tone::Caution, text: "One group is small.\nRead on.".into() },
                Block::List(vec!["first".into(), "second".into()]),
                Block::List(vec!["another list".into()]),
                Block::Table(Table {
                    caption: "Recall".into(),
                    columns: vec![Column::left("Group", 1), Column::right("Recall")],
                    rows: vec![vec![Cell::text("a|b"), Cell::toned("0.71", Tone::Bad)], vec![Cell::mono("3f9a")]],
                }),
                Block::Table(Table { columns: vec![Column::right("n")], ..Table::default() }),
            ],
        }],
    };
    let expected = "\
# TEVV report

Claims triage assistant

- **Reference:** AIS-12
- **Owner:** Ada Lovelace

## Findings

> **Caution:** One group is small.\\
> Read on.

- first
- second

* another list

**Recall**

| Group | Recall |
| --- | ---: |
| a\\|b | ✗ 0.71 |
| `3f9a` |  |

| n |
| ---: |

No rows.
";
    assert_eq!(to_markdown(&document), expected);
    assert_eq!(to_markdown(&document), to_markdown(&document.clone()));
}

proptest! {
    #[test]
    fn any_text_comes_back(text in "\\PC{1,40}") {
        unchanged(&text);
    }

    #[test]
    fn any_mix_of_marks_comes_back(text in "[-a1 \t\n\r.,:;!?|#*_+=~^$&%@/\\\\<>(){}\\[\\]\"'`\u{0}\u{a0}é]{1,30}") {
        unchanged(&text);
    }
}
