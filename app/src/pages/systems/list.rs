//! GET /systems: the register.

use crate::{
    choices,
    components::*,
    format,
    pages::{bulk, views},
    server::{Cx, PageResult, PageUrl},
};
use domain::actor::Role;
use domain::system::{Kind, Stage, Status};
use domain::triage::Tier as TierWord;
use leptos::prelude::*;
use store::systems::choices::Choices;
use store::systems::list::{Filter, Paging, Sort, SystemRow, Systems, list};
use store::views::List;

/// Shows one page of the register.
pub async fn show(cx: Cx) -> PageResult {
    let url = cx.url();
    let found = list(&cx.store, &cx.actor, &filter(&url), &paging(&url)).await?;
    let choices = store::systems::choices(&cx.store).await?;
    let saved = store::views::list(&cx.store, &cx.actor, List::Systems).await?;
    let may_register = cx.actor.has_any(&[Role::Owner, Role::Admin]);
    let reads_all = cx.actor.reads_all();
    let may_share = store::views::may_share(&cx.actor);
    let bulk = bulk::offered(&cx.actor).then(|| bulk::systems(&choices));
    cx.page("Systems", move || {
        let (action, to) = may_register.then_some(("Register a system", "/systems/new")).unzip();
        let chips = chips(&url, &choices);
        let filtered = !chips.is_empty() || url.get("q").is_some();
        view! {
            <PageHeader title="Systems" action=action action_href=to export=url.clone()/>
            <FilterBar search="Search systems" chips=chips>{filters(choices.clone(), reads_all)}</FilterBar>
            {views::bar(List::Systems, &url, saved, may_share)}
            {match found.page.rows.is_empty() {
                true => empty(filtered, may_register).into_any(),
                false => table(&url, found, bulk).into_any(),
            }}
        }
    })
}

/// What the address asks for; words that we don't know are left out, as a mistyped filter should not hide the list.
pub(super) fn filter(url: &PageUrl) -> Filter {
    fn read<T: std::str::FromStr>(url: &PageUrl, key: &str) -> Option<T> {
        url.get(key).and_then(|v| v.parse().ok())
    }
    Filter {
        text: url.get("q").map(str::to_owned),
        unit: read(url, "unit"),
        owner: read(url, "owner"),
        stage: read(url, "stage"),
        tier: url.get("tier").and_then(|t| if t == "none" { Some(None) } else { t.parse().ok().map(Some) }),
        status: url.all("status").filter_map(|s| s.parse().ok()).collect(),
        kind: read(url, "kind"),
        mine: url.get("mine") == Some("yes"),
        expiring: read::<u32>(url, "expiring").filter(|days| *days <= 3_650),
    }
}

pub(super) fn paging(url: &PageUrl) -> Paging {
    let after = url.get("after").map(str::to_owned);
    match url.sort().and_then(|(key, descending)| Some((key.parse::<Sort>().ok()?, descending))) {
        Some((sort, descending)) => Paging { sort, descending, after, ..Paging::default() },
        None => Paging { after, ..Paging::default() },
    }
}

fn pairs<T: ToString>(list: &[(T, String)]) -> Vec<Choice> {
    list.iter().map(|(id, name)| Choice::new(id.to_string(), name.clone())).collect()
}

fn tiers() -> Vec<Choice> {
    choices!(TierWord).into_iter().chain([Choice::new("none", "Not triaged")]).collect()
}

fn filters(choices: Choices, reads_all: bool) -> impl IntoView {
    view! {
        <FilterSelect name="status" label="Status" choices=choices!(Status)/>
        <FilterSelect name="tier" label="Tier" choices=tiers()/>
        <FilterSelect name="unit" label="Unit" choices=pairs(&choices.units)/>
        <FilterSelect name="owner" label="Owner" choices=pairs(&choices.people)/>
        <FilterSelect name="stage" label="Stage" choices=choices!(Stage)/>
        <FilterSelect name="kind" label="Kind" choices=choices!(Kind)/>
        {reads_all.then(|| view! { <FilterSelect name="mine" label="Whose" choices=vec![Choice::new("yes", "Mine")]/> })}
    }
}

/// The filters that are set, in words.
fn chips(url: &PageUrl, choices: &Choices) -> Vec<Chip> {
    let lists: [(&str, &str, Vec<Choice>); 7] = [
        ("status", "Status", choices!(Status)),
        ("tier", "Tier", tiers()),
        ("unit", "Unit", pairs(&choices.units)),
        ("owner", "Owner", pairs(&choices.people)),
        ("stage", "Stage", choices!(Stage)),
        ("kind", "Kind", choices!(Kind)),
        ("mine", "Whose", vec![Choice::new("yes", "Mine")]),
    ];
    let mut chips = Vec::new();
    for (key, label, list) in lists {
        for value in url.all(key) {
            let words = list.iter().find(|c| c.value == value).map_or(value, |c| c.label.as_str());
            chips.push(Chip::new(format!("{label}: {words}"), url, key, value));
        }
    }
    if let Some(days) = url.get("expiring") {
        chips.push(Chip::new(format!("Approval ends within {days} days"), url, "expiring", days));
    }
    chips
}

fn empty(filtered: bool, may_register: bool) -> impl IntoView {
    let (action, to) = match (filtered, may_register) {
        (true, _) => (Some("Clear the filters"), Some("/systems")),
        (false, true) => (Some("Register a system"), Some("/systems/new")),
        (false, false) => (None, None),
    };
    let (title, text) = match filtered {
        true => ("No system matches", "Take a filter away, or search for another word."),
        false => ("No systems yet", "Systems that you own or work on will stand here."),
    };
    view! { <EmptyState title text action=action action_href=to/> }
}

fn table(url: &PageUrl, found: Systems, bulk: Option<AnyView>) -> impl IntoView + use<> {
    let ticks = bulk.is_some().then_some(url);
    let shown = found.page.rows.len() as i64;
    let summary = found.total.map(|n| match n == shown {
        true => format::count(n, "system", "systems"),
        false => format!("{} of {}", format::number(shown), format::rows(n, "system", "systems")),
    });
    let mut columns: Vec<Column> = ticks.map(bulk::column).into_iter().collect();
    columns.extend([
        Column::text("System").sort("name", url),
        Column::text("Reference").sort("reference", url),
        Column::text("Owner"),
        Column::text("Stage"),
        Column::text("Tier").sort("tier", url),
        Column::text("Status"),
        Column::number("Above appetite").sort("risk", url),
        Column::text("Last change").sort("changed", url),
    ]);
    let rows = found.page.rows.into_iter().map(|r| row(r, ticks)).collect_view();
    let table = view! { <Table caption="Systems" columns=columns>{rows}</Table> }.into_any();
    let table = match bulk {
        Some(fields) => bulk::frame(bulk::List::Systems, url, fields, table),
        None => table,
    };
    view! { {table}<Pager next=found.page.next summary=summary/> }
}

fn row(r: SystemRow, ticks: Option<&PageUrl>) -> impl IntoView + use<> {
    let tick = ticks.map(|url| bulk::tick(url, &r.reference.to_string()));
    let base = format!("/systems/{}", r.reference);
    let above = match (r.above, r.risks) {
        (_, 0) => view! { <span class="muted">"no risks"</span> }.into_any(),
        (above, all) => {
            view! { <a href=format!("{base}/risks")>{format!("{} of {}", format::number(above), format::number(all))}</a> }.into_any()
        }
    };
    let tier = match r.tier {
        Some(tier) => view! { <Tier tier/> }.into_any(),
        None => view! { <span class="muted">"Not triaged"</span> }.into_any(),
    };
    view! {
        <tr>
            {tick}
            <td><a href=base>{r.name}</a><span class="cell-sub">{r.unit}</span></td>
            <td class="ref">{r.reference.to_string()}</td>
            <td class="who">{r.owner}</td>
            <td>{r.stage.label()}</td>
            <td>{tier}</td>
            <td><Badge label=r.status.label() tone=Tone::of_status(r.status)/></td>
            <td class="num">{above}</td>
            <td class="num"><Day at=r.changed_at/></td>
        </tr>
    }
}
