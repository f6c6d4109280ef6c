//! Changing many records of a list at once: tick rows, choose what changes, see what it would do to each, say why.
//! Nothing needs a script: the list is a form around its table.

mod change;
mod preview;
mod result;

use crate::components::*;
use crate::server::{Cx, FormState, PageResult, PageUrl, RawForm, cx::own_path};
use axum::http::StatusCode;
use domain::actor::{Actor, Role};
use domain::ids::{MitigationRef, RiskRef, SystemRef};
use leptos::prelude::*;

pub use change::{mitigations, risks, systems};

/// The list whose records are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Systems,
    Risks,
    Mitigations,
}

impl List {
    const fn path(self) -> &'static str {
        match self {
            List::Systems => "/systems",
            List::Risks => "/risks",
            List::Mitigations => "/mitigations",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            List::Systems => "Systems",
            List::Risks => "Risks",
            List::Mitigations => "Mitigations",
        }
    }

    /// "1 risk", "12 risks".
    fn count(self, n: usize) -> String {
        let (one, many) = match self {
            List::Systems => ("system", "systems"),
            List::Risks => ("risk", "risks"),
            List::Mitigations => ("mitigation", "mitigations"),
        };
        crate::format::count(i64::try_from(n).unwrap_or(i64::MAX), one, many)
    }

    /// The number of a reference of this list.
    fn number(self, reference: &str) -> Option<i64> {
        match self {
            List::Systems => reference.parse::<SystemRef>().ok().map(|r| r.0),
            List::Risks => reference.parse::<RiskRef>().ok().map(|r| r.0),
            List::Mitigations => reference.parse::<MitigationRef>().ok().map(|r| r.0),
        }
    }

    /// The reference of a number of this list.
    fn reference(self, number: i64) -> String {
        match self {
            List::Systems => SystemRef(number).to_string(),
            List::Risks => RiskRef(number).to_string(),
            List::Mitigations => MitigationRef(number).to_string(),
        }
    }
}

/// Whether a list offers bulk changes: to everybody but those who change nothing. What each record allows is asked then.
pub fn offered(actor: &Actor) -> bool {
    !actor.has_any(&[Role::Executive, Role::Auditor])
}

/// The head of the column of ticks: without a script, too, all rows of a page are ticked in one step.
pub fn column(url: &PageUrl) -> Column {
    match all(url) {
        true => Column::link("None", "None: untick every row", url.clone().without("select").to_string()),
        false => Column::link("All", "All: tick every row of this page", url.clone().with("select", "all").to_string()),
    }
}

fn all(url: &PageUrl) -> bool {
    url.get("select") == Some("all")
}

/// The cell with a row's tick.
pub fn tick(url: &PageUrl, reference: &str) -> AnyView {
    let label = format!("Select {reference}");
    let checked = all(url);
    view! {
        <td class="tick-cell">
            <label class="tick"><input type="checkbox" name="pick" value=reference.to_owned() checked=checked/><span class="sr-only">{label}</span></label>
        </td>
    }
    .into_any()
}

/// A table with ticks, and the bar that appears when something is ticked. `fields` are what may be changed.
pub fn frame(list: List, url: &PageUrl, fields: AnyView, table: AnyView) -> AnyView {
    let back = url.clone().without("select").without("notice").to_string();
    view! {
        <form class="bulk" method="post" action=format!("{}/bulk", list.path())>
            <input type="hidden" name="back" value=back/>
            <div class="bulk-bar" role="group" aria-label="Change the ticked rows">
                <span class="bulk-title">"Ticked rows:"</span>
                {fields}
                <button class="button button-primary" type="submit">"Preview the change"</button>
            </div>
            {table}
        </form>
    }
    .into_any()
}

/// One thing that may be changed.
pub fn choose(name: &'static str, label: &'static str, choices: Vec<Choice>) -> AnyView {
    let id = format!("bulk-{name}");
    let keep = format!("{label}: keep");
    let options = choices.into_iter().map(|c| view! { <option value=c.value>{c.label}</option> }).collect_view();
    view! {
        <div class="filter">
            <label class="sr-only" for=id.clone()>{format!("New {}", label.to_lowercase())}</label>
            <select id=id name=name><option value="">{keep}</option>{options}</select>
        </div>
    }
    .into_any()
}

/// A date that may be changed.
pub fn choose_date(name: &'static str, label: &'static str) -> AnyView {
    let id = format!("bulk-{name}");
    view! {
        <div class="filter"><label for=id.clone()>{label}</label><input type="date" id=id name=name/></div>
    }
    .into_any()
}

pub async fn preview_systems(cx: Cx, form: RawForm) -> PageResult {
    preview::show(cx, form, List::Systems).await
}

pub async fn preview_risks(cx: Cx, form: RawForm) -> PageResult {
    preview::show(cx, form, List::Risks).await
}

pub async fn preview_mitigations(cx: Cx, form: RawForm) -> PageResult {
    preview::show(cx, form, List::Mitigations).await
}

pub async fn save_systems(cx: Cx, form: RawForm) -> PageResult {
    result::save(cx, form, List::Systems).await
}

pub async fn save_risks(cx: Cx, form: RawForm) -> PageResult {
    result::save(cx, form, List::Risks).await
}

pub async fn save_mitigations(cx: Cx, form: RawForm) -> PageResult {
    result::save(cx, form, List::Mitigations).await
}

/// Nothing was ticked or chosen: what is missing, and the way back.
fn incomplete(cx: &Cx, list: List, form: &FormState) -> PageResult {
    let back = own_path(&form.value("back"), list.path()).to_owned();
    let form = form.clone();
    crate::pages::bulk::page(cx, StatusCode::UNPROCESSABLE_ENTITY, "Nothing was changed", &form, move || {
        view! {
            <PageHeader title="Nothing was changed" crumbs=vec![Crumb::new(list.title(), back.clone())]/>
            <p><a class="button" href=back>"Back to the list"</a></p>
        }
    })
}

fn page<V: IntoView + 'static>(
    cx: &Cx,
    status: StatusCode,
    title: &str,
    form: &FormState,
    view: impl FnOnce() -> V,
) -> PageResult {
    Ok(crate::server::page::render(&cx.state, &cx.frame, status, title, Some(form), view))
}
