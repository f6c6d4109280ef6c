//! Tables where people compare. On a narrow screen a row becomes a few lines, each value with its column's name; what has
//! to stay a grid scrolls in its own frame, never the page.

use super::{
    Icon,
    text::{Text, escape},
};
use crate::server::PageUrl;
use leptos::prelude::*;

/// A column's head.
#[derive(Clone, Debug, Default)]
pub struct Column {
    label: String,
    numeric: bool,
    hidden: bool,
    sort: Option<Sort>,
    spoken: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Sort {
    href: String,
    state: Option<&'static str>,
}

impl Column {
    /// A column of text.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of numbers: aligned at their end. Its cells have the class `num`.
    pub fn number(label: impl Into<String>) -> Self {
        Self { numeric: true, ..Self::text(label) }
    }

    /// A column whose head only screen readers need: tick boxes, actions.
    pub fn hidden(label: impl Into<String>) -> Self {
        Self { hidden: true, ..Self::text(label) }
    }

    /// A narrow column whose head is a link: its word, and what it does.
    pub fn link(label: &'static str, spoken: &'static str, href: String) -> Self {
        Self { sort: Some(Sort { href, state: None }), spoken: Some(spoken), ..Self::text(label) }
    }

    /// Makes the head a link that sorts by `key`: a second press turns the order round (`sort=-key`).
    pub fn sort(mut self, key: &str, url: &PageUrl) -> Self {
        let now = url.sort().filter(|(by, _)| *by == key).map(|(_, descending)| descending);
        let next = if now == Some(false) { format!("-{key}") } else { key.to_string() };
        self.sort = Some(Sort {
            href: url.clone().first_page().with("sort", &next).to_string(),
            state: now.map(|descending| if descending { "descending" } else { "ascending" }),
        });
        self
    }

    fn view(self) -> impl IntoView {
        let class = if self.numeric { "num" } else { "" };
        let label = self.label;
        let state = self.sort.as_ref().and_then(|sort| sort.state);
        let head = match self.sort {
            Some(sort) => {
                let arrow = match sort.state {
                    Some("descending") => Some(Icon::Down.view()),
                    Some(_) => Some(Icon::Up.view()),
                    None => None,
                };
                view! { <a href=sort.href aria-label=self.spoken>{label}{arrow}</a> }.into_any()
            }
            None if self.hidden => view! { <span class="sr-only">{label}</span> }.into_any(),
            None => label.into_any(),
        };
        view! { <th scope="col" class=class aria-sort=state>{head}</th> }
    }
}

/// A table: caption, heads, and rows (`<tr>`s) as children.
#[component]
pub fn Table(
    /// What the table holds, for screen readers; shown where `show_caption`.
    #[prop(into)]
    caption: String,
    #[prop(optional)] show_caption: bool,
    /// Rows and columns are read across each other: it stays a table on a narrow screen too.
    #[prop(optional)]
    grid: bool,
    columns: Vec<Column>,
    children: Children,
) -> impl IntoView {
    let labels: Vec<String> = columns
        .iter()
        .map(|c| if c.hidden { String::new() } else { escape(&c.label).replace('"', "&quot;") })
        .collect();
    let rows = children().into_view().to_html();
    let rows = if grid { rows } else { labelled(&rows, &labels) };
    let kind = if grid { "table" } else { "table table-stack" };
    let heads = columns.into_iter().map(Column::view).collect_view();
    let label = caption.clone();
    let class = if show_caption { "" } else { "sr-only" };
    view! {
        <section class="table-scroll" aria-label=label tabindex="0">
            <table class=kind>
                <caption class=class>{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody inner_html=rows></tbody>
            </table>
        </section>
    }
}

/// Writes each cell's column into its tag, for the style of narrow screens. Cells of tables within cells keep their own.
fn labelled(html: &str, labels: &[String]) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let (mut depth, mut column, mut rest) = (0_usize, 0_usize, html);
    while let Some(at) = rest.find('<') {
        let tag = &rest[at..];
        let cell = depth == 0 && ["<td", "<th"].iter().any(|name| tag.starts_with(name) && !tag.starts_with("<thead"));
        match () {
            () if tag.starts_with("<tr") => column = if depth == 0 { 0 } else { column },
            () if tag.starts_with("<table") => depth += 1,
            () if tag.starts_with("</table") => depth = depth.saturating_sub(1),
            () => {}
        }
        let end = at + if cell { "<td".len() } else { 1 };
        out.push_str(&rest[..end]);
        if cell {
            if let Some(label) = labels.get(column).filter(|label| !label.is_empty()) {
                out.push_str(&format!(" data-label=\"{label}\""));
            }
            column += 1;
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// First and Next under a list. Keyset paging knows no page numbers.
#[component]
pub fn Pager(
    #[prop(default = PageUrl::current())] url: PageUrl,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
    /// "50 of 1,204 risks", where it is known.
    #[prop(optional, into)]
    summary: Text,
) -> impl IntoView {
    let first = url.get("after").map(|_| url.clone().first_page().to_string());
    let next = next.map(|cursor| url.first_page().with("after", &cursor).to_string());
    let paged = first.is_some() || next.is_some();
    let summary = summary.get();
    (paged || summary.is_some()).then(|| view! {
        <nav class="pager" aria-label="Pages">
            <span class="muted">{summary}</span>
            {paged.then(|| view! {
                <span class="pager-links">
                    {first.map(|href| view! { <a class="button button-small" href=href rel="first">"First page"</a> })}
                    {next.map(|href| view! { <a class="button button-small" href=href rel="next">"Next page"</a> })}
                </span>
            })}
        </nav>
    })
}

#[cfg(test)]
mod tests {
    use super::labelled;

    #[test]
    fn each_cell_names_its_column_and_tables_within_keep_theirs() {
        let html = "<tr><th scope=\"row\">A &lt;td</th><td class=\"num\">1<table><tr><td>x</td></tr></table></td><td>b</td></tr>\
                    <tr><td>C</td></tr>";
        let labels = ["Name".to_owned(), "\u{2265} 1".to_owned(), String::new()];
        assert_eq!(
            labelled(html, &labels),
            "<tr><th data-label=\"Name\" scope=\"row\">A &lt;td</th><td data-label=\"\u{2265} 1\" class=\"num\">1<table><tr><td>x</td></tr>\
             </table></td><td>b</td></tr><tr><td data-label=\"Name\">C</td></tr>"
        );
    }
}
