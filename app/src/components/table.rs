//! Tables where people compare. On a narrow screen a table scrolls in its own frame, never the page.

use super::{Icon, text::Text};
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
    columns: Vec<Column>,
    children: Children,
) -> impl IntoView {
    let heads = columns.into_iter().map(Column::view).collect_view();
    let label = caption.clone();
    let class = if show_caption { "" } else { "sr-only" };
    view! {
        <section class="table-scroll" aria-label=label tabindex="0">
            <table class="table">
                <caption class=class>{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </section>
    }
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
