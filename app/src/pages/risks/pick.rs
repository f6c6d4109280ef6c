//! GET /systems/{ref}/risks/new: pick from the library. Everything stands in the address, so that nothing is lost.

use super::new;
use crate::components::*;
use crate::pages::systems::frame;
use crate::server::{AppError, Cx, PageResult};
use axum::extract::Path;
use domain::policy::Action;
use domain::risk::library::{self, Group, LibraryRisk};
use domain::system::Kind;
use leptos::prelude::*;
use store::systems::SystemHeader;

pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = frame::load(&cx, &reference).await?;
    header.located.allow_change(&cx.actor, Action::RiskWrite)?;
    let url = cx.url();
    let picked: Vec<&'static LibraryRisk> = url.all("pick").filter_map(library::get).collect();
    let choose_first = url.get("rate").is_some() && picked.is_empty();
    if url.get("rate").is_some() && !picked.is_empty() {
        let keys = picked.iter().map(|r| r.key.clone()).collect::<Vec<_>>();
        let form = cx.form().fill("owner", header.owner_id).fill_all("pick", keys);
        return new::page(&cx, &header, form).await;
    }
    let kind = store::risks::kind_of(&cx.store, header.located.id).await?;
    let query = url.get("q").unwrap_or_default().trim().to_owned();
    cx.page("Add risks", move || library_page(&header, kind, &query, &picked, choose_first))
}

/// The way here, shared by the pages that add risks.
pub fn crumbs(header: &SystemHeader) -> Vec<Crumb> {
    let system = header.located.reference;
    vec![
        Crumb::new("Systems", "/systems"),
        Crumb::new(header.located.name.clone(), format!("/systems/{system}")),
        Crumb::new("Risks", format!("/systems/{system}/risks")),
    ]
}

fn library_page(
    header: &SystemHeader,
    kind: Option<Kind>,
    query: &str,
    picked: &[&'static LibraryRisk],
    choose_first: bool,
) -> AnyView {
    let system = header.located.reference;
    let action = format!("/systems/{system}/risks/new");
    let own = format!("/systems/{system}/risks/write");
    let cancel = format!("/systems/{system}/risks");
    let found: Vec<_> = library::search(query, None).into_iter().filter(|r| !has(picked, r)).collect();
    let results = if query.is_empty() { browse(kind, &found) } else { hits(query, found) };
    let chosen = (!picked.is_empty()).then(|| group("Picked", picked.to_vec(), true, true));
    let problem = choose_first.then(|| {
        view! { <Callout tone=Tone::Warning title="Pick at least one risk"><p>"Tick what could happen to this system, or write a risk of your own."</p></Callout> }
    });
    view! {
        <PageHeader title="Add risks" crumbs=crumbs(header) lead="Tick every risk that applies; the next step rates them all. Texts are copied, so that you can make them yours."
            more=vec![("Write your own".to_owned(), own)]/>
        {problem}
        <form class="form form-wide" method="get" action=action>
            <div class="filters" role="search">
                <SearchField name="q" label="Search the library" value=query.to_owned()/>
                <button class="button" type="submit">"Search"</button>
            </div>
            {chosen}
            {results}
            <div class="actions actions-sticky">
                <button class="button button-primary" type="submit" name="rate" value="1">"Rate the ticked risks"</button>
                <a class="button button-plain" href=cancel>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}

fn has(list: &[&'static LibraryRisk], risk: &LibraryRisk) -> bool {
    list.iter().any(|r| r.key == risk.key)
}

fn hits(query: &str, found: Vec<&'static LibraryRisk>) -> AnyView {
    if found.is_empty() {
        let title = format!("Nothing in the library fits \u{201c}{query}\u{201d}");
        return view! { <EmptyState title text="Try another word, or write the risk yourself."/> }.into_any();
    }
    group(&format!("Found: {}", found.len()), found, true, false)
}

/// What is typical for such a system, then the rest by group, folded up.
fn browse(kind: Option<Kind>, all: &[&'static LibraryRisk]) -> AnyView {
    let suggested: Vec<_> = kind.map(library::suggested).unwrap_or_default();
    let suggested: Vec<_> = suggested.into_iter().filter(|r| has(all, r)).collect();
    let label = kind.map(|k| format!("Typical for this kind of system ({})", k.label().to_lowercase()));
    let first = label.filter(|_| !suggested.is_empty()).map(|label| group(&label, suggested.clone(), true, false));
    let open = first.is_none();
    let rest = Group::ALL
        .iter()
        .map(|g| (g, all.iter().copied().filter(|r| r.group == *g && !has(&suggested, r)).collect::<Vec<_>>()))
        .filter(|(_, risks)| !risks.is_empty())
        .map(|(g, risks)| group(g.label(), risks, open, false))
        .collect_view();
    view! { {first}{rest} }.into_any()
}

fn group(label: &str, risks: Vec<&'static LibraryRisk>, open: bool, ticked: bool) -> AnyView {
    let count = risks.len();
    let items = risks
        .into_iter()
        .map(|risk| {
            let id = format!("pick-{}", risk.key);
            let hint = format!("{id}-hint");
            view! {
                <div class="choice">
                    <input type="checkbox" id=id.clone() name="pick" value=risk.key.as_str() checked=ticked aria-describedby=hint.clone()/>
                    <label for=id>{risk.title.as_str()}</label>
                    <p class="field-hint" id=hint>{format!("{} \u{2192} {}", risk.cause, risk.event)}</p>
                </div>
            }
        })
        .collect_view();
    let label = label.to_owned();
    view! {
        <details class="library-group" open=open>
            <summary><h2>{label}</h2>" "<span class="count">{count}</span></summary>
            <div class="choices">{items}</div>
        </details>
    }
    .into_any()
}

/// Entries of the library by key, in the order given.
pub fn entries(keys: &[String]) -> Result<Vec<&'static LibraryRisk>, AppError> {
    keys.iter().map(|key| library::get(key).ok_or(AppError::NotFound)).collect()
}
