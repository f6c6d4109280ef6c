//! Filters of a list: a GET form, so that the address is the view, and chips that take one filter away again.

use super::{Choice, SearchField, text::field_id};
use crate::server::PageUrl;
use leptos::prelude::*;

/// A filter that is set: its words, and the address without it.
#[derive(Clone, Debug)]
pub struct Chip {
    label: String,
    href: String,
}

impl Chip {
    /// `Chip::new("Stage: Pilot", &url, "stage", "pilot")`.
    pub fn new(label: impl Into<String>, url: &PageUrl, key: &str, value: &str) -> Self {
        Self { label: label.into(), href: url.clone().first_page().without_value(key, value).to_string() }
    }
}

/// Search, filters (children), and the filters that are set.
#[component]
pub fn FilterBar(
    #[prop(default = PageUrl::current())] url: PageUrl,
    /// "Search risks"; the field is called `q`. Empty for none.
    #[prop(into)]
    search: String,
    #[prop(optional)] chips: Vec<Chip>,
    /// What the button says.
    #[prop(default = "Apply")]
    submit: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let path = url.path().to_string();
    let clear = path.clone();
    let query = url.get("q").unwrap_or_default().to_string();
    let order = url.get("sort").map(|sort| view! { <input type="hidden" name="sort" value=sort.to_string()/> });
    let name = if search.is_empty() { "Filters".to_string() } else { search.clone() };
    let any = !chips.is_empty();
    let chips = chips
        .into_iter()
        .map(|chip| {
            view! {
                <li><a class="chip" href=chip.href>
                    <span class="sr-only">"Remove the filter "</span>{chip.label}{super::Icon::Cross.view()}
                </a></li>
            }
        })
        .collect_view();
    view! {
        <form class="filters" method="get" action=path role="search" aria-label=name>
            {(!search.is_empty()).then(|| view! { <SearchField name="q" label=search value=query/> })}
            {children.map(|children| children())}
            {order}
            <button class="button" type="submit">{submit}</button>
        </form>
        {any.then(|| view! {
            <section aria-label="Filters that are set">
                <ul class="chips">{chips}<li><a class="chip-clear" href=clear>"Clear all"</a></li></ul>
            </section>
        })}
    }
}

/// One filter: a short select that takes its value from the address.
#[component]
pub fn FilterSelect(
    #[prop(default = PageUrl::current())] url: PageUrl,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
) -> impl IntoView {
    let id = field_id(&name);
    let current = url.get(&name).unwrap_or_default().to_string();
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = choice.value == current;
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect_view();
    let any = format!("{label}: any");
    view! {
        <div class="filter">
            <label class="sr-only" for=id.clone()>{label}</label>
            <select id=id name=name><option value="">{any}</option>{options}</select>
        </div>
    }
}
