//! Notes and comments are Markdown. What comes out is clean HTML: no script, no style, nothing loaded from elsewhere.

use pulldown_cmark::{Options, Parser, html};
use std::collections::HashSet;

/// Renders Markdown to HTML that may be set with `inner_html`. Headings start at level 3, below the page's own.
pub fn to_html(source: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut raw = String::with_capacity(source.len() * 3 / 2);
    html::push_html(&mut raw, Parser::new_ext(source, options).map(lower_headings));
    cleaner().clean(&raw).to_string()
}

/// A board's page has one first-level heading: the title. Those in a note are parts of a part.
fn lower_headings(event: pulldown_cmark::Event<'_>) -> pulldown_cmark::Event<'_> {
    use pulldown_cmark::{Event, HeadingLevel as H, Tag, TagEnd};
    let lower = |level: H| match level {
        H::H1 => H::H3,
        H::H2 => H::H4,
        H::H3 => H::H5,
        H::H4 | H::H5 | H::H6 => H::H6,
    };
    match event {
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: lower(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        // HTML in a note is shown as the text that it is.
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    }
}

fn cleaner() -> ammonia::Builder<'static> {
    let tags: HashSet<&str> = [
        "p",
        "br",
        "hr",
        "h3",
        "h4",
        "h5",
        "h6",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
    .into();
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(tags)
        .add_tag_attributes("a", ["href", "title"])
        .add_tag_attributes("ol", ["start"])
        .url_schemes(["http", "https", "mailto"].into())
        .link_rel(Some("nofollow noopener noreferrer"));
    builder
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn markup_is_kept_and_headings_are_lowered() {
        let html = to_html("# Title\n\nSome *stress* and [a link](https://example.org).");
        assert!(html.contains("<h3>Title</h3>"), "{html}");
        assert!(html.contains("<em>stress</em>"), "{html}");
        assert!(html.contains(r#"rel="nofollow noopener noreferrer""#), "{html}");
    }

    #[test]
    fn nothing_runs_and_nothing_is_loaded() {
        for source in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![x](https://evil.example/pixel.png)",
            "[x](javascript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "<a href=\"vbscript:x\" onclick=\"x\">x</a>",
            "<svg/onload=alert(1)>",
            "<iframe src=//evil.example></iframe>",
            "<p style=\"position:fixed\">x</p>",
        ] {
            let html = to_html(source);
            for bad in [
                "<script",
                "<img",
                "<svg",
                "<iframe",
                "<a href=\"javascript",
                "<a href=\"data",
                "<a href=\"vbscript",
                "<p style",
                "<a onclick",
            ] {
                assert!(!html.contains(bad), "{source} gave {html}");
            }
        }
    }
}
