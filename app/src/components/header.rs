//! The top of a page: where one is, what it is about, its state, and its one primary action.

use super::text::Text;
use crate::server::PageUrl;
use leptos::prelude::*;

/// A step of the way here.
#[derive(Clone, Debug)]
pub struct Crumb {
    pub label: String,
    pub href: String,
}

impl Crumb {
    /// A link back.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// Title, reference, state and action. Children stand beside the title: badges.
#[component]
pub fn PageHeader(
    #[prop(into)] title: String,
    /// AIS-12.
    #[prop(optional, into)]
    reference: Text,
    #[prop(optional)] crumbs: Vec<Crumb>,
    /// One sentence under the title.
    #[prop(optional, into)]
    lead: Text,
    /// The one primary action of the page.
    #[prop(optional, into)]
    action_href: Text,
    #[prop(optional, into)] action: Text,
    /// Secondary actions, as plain buttons: label and address.
    #[prop(optional)]
    more: Vec<(String, String)>,
    /// The list that can be taken away as a file: its own address.
    #[prop(optional, into)]
    export: Option<PageUrl>,
    /// Badges beside the title.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let trail = crumbs.into_iter().map(|c| view! { <li><a href=c.href>{c.label}</a></li> }).collect::<Vec<_>>();
    let action = action_href.get().zip(action.get());
    let has_actions = action.is_some() || !more.is_empty() || export.is_some();
    let more = more.into_iter().map(|(label, href)| view! { <a class="button" href=href>{label}</a> }).collect_view();
    view! {
        <header class="page-header">
            {(!trail.is_empty()).then(|| view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{trail}</ol></nav> })}
            <div class="page-header-row">
                <div class="page-title">
                    <h1>{title}</h1>
                    {reference.get().map(|r| view! { <span class="ref">{r}</span> })}
                    {children.map(|children| children())}
                </div>
                {has_actions.then(|| view! {
                    <div class="page-actions">
                        {export.map(|url| view! { <ExportMenu url/> })}
                        {more}
                        {action.map(|(href, label)| view! { <a class="button button-primary" href=href>{label}</a> })}
                    </div>
                })}
            </div>
            {lead.get().map(|lead| view! { <p class="page-lead">{lead}</p> })}
        </header>
    }
}

/// The list of an address as a file, in either form, with its filters and order.
#[component]
pub fn ExportMenu(url: PageUrl) -> impl IntoView {
    let url = url.first_page();
    let file = |ending: &str| url.clone().at(&format!("{}.{ending}", url.path())).to_string();
    view! {
        <details class="menu">
            <summary class="button">"Export"</summary>
            <div class="menu-panel menu-small">
                <ul>
                    <li><a href=file("csv")>"CSV"<span class="muted">" for any program"</span></a></li>
                    <li><a href=file("xlsx")>"XLSX"<span class="muted">" for spreadsheets"</span></a></li>
                </ul>
            </div>
        </details>
    }
}

/// A row of short facts under the header: owner, unit, stage.
#[component]
pub fn Fact(#[prop(into)] label: String, children: Children) -> impl IntoView {
    view! { <span class="fact"><span class="fact-label">{label}</span>" "{children()}</span> }
}

/// One section of a system.
#[derive(Clone, Debug)]
pub struct Tab {
    pub label: String,
    pub href: String,
    /// Rows behind it.
    pub count: Option<i64>,
}

impl Tab {
    /// A tab without a number.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), count: None }
    }

    /// A tab with the number of its rows.
    pub fn counted(label: impl Into<String>, href: impl Into<String>, count: i64) -> Self {
        Self { label: label.into(), href: href.into(), count: Some(count) }
    }
}

/// The sections of one thing. The current one is that whose address is `current`.
#[component]
pub fn Tabs(#[prop(into)] label: String, #[prop(into)] current: String, tabs: Vec<Tab>) -> impl IntoView {
    let items = tabs
        .into_iter()
        .map(|tab| {
            let here = (tab.href == current).then_some("page");
            view! {
                <li><a href=tab.href aria-current=here>
                    {tab.label}
                    {tab.count.map(|n| view! { " "<span class="count">{crate::format::number(n)}</span> })}
                </a></li>
            }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=label><ul>{items}</ul></nav> }
}
