//! GET /admin/people: everybody with an account, or on the way to one.

use crate::{
    choices,
    components::*,
    server::{Cx, PageResult, PageUrl},
};
use domain::{actor::Role, ids::PersonId};
use leptos::prelude::*;
use store::people::Person;
use store::people::list::{Filter, Row, list};

pub async fn show(cx: Cx) -> PageResult {
    let url = cx.url();
    let filter = filter(&url);
    let after = url.get("after").and_then(|id| id.parse::<PersonId>().ok());
    let page = list(&cx.store, &cx.actor, &filter, after).await?;
    let chips = filter.role.map(|r| Chip::new(format!("Role: {}", r.label()), &url, "role", r.as_str()));
    let states = vec![Choice::new("active", "Active"), Choice::new("deactivated", "Deactivated")];
    cx.page("People", || {
        view! {
            <PageHeader title="People" crumbs=vec![Crumb::new("Administration", "/admin")]
                action="Invite somebody" action_href="/admin/people/invite" export=url.clone()/>
            <FilterBar search="Search names and addresses" chips=chips.into_iter().collect()>
                <FilterSelect name="role" label="Role" choices=choices!(Role)/>
                <FilterSelect name="state" label="State" choices=states/>
            </FilterBar>
            {match page.rows.is_empty() {
                true => view! { <EmptyState title="Nobody found" text="No name or address matches. Take a filter away."/> }.into_any(),
                false => table(page.rows).into_any(),
            }}
            <Pager url next=page.next/>
        }
    })
}

pub(super) fn filter(url: &PageUrl) -> Filter {
    Filter {
        text: url.get("q").map(str::to_string),
        role: url.get("role").and_then(|role| role.parse::<Role>().ok()),
        active: url.get("state").map(|state| state != "deactivated"),
    }
}

fn table(rows: Vec<Row>) -> impl IntoView {
    let columns = vec![
        Column::text("Name"),
        Column::text("Roles"),
        Column::text("State"),
        Column::number("Owns"),
        Column::text("Last here"),
    ];
    let rows = rows.into_iter().map(|row| {
        let person = row.person;
        let state = state(&person);
        let service = person.service;
        view! {
            <tr>
                <td><a href=format!("/admin/people/{}", person.id)>{person.name}</a><span class="cell-sub">{if service { "Service account".to_owned() } else { person.email }}</span></td>
                <td>{roles(&person.roles)}</td>
                <td>{state}</td>
                <td class="num">{row.owns}</td>
                <td>{row.last_seen.map(|at| view! { <Instant at/> })}</td>
            </tr>
        }
    });
    view! { <Table caption="People" columns>{rows.collect_view()}</Table> }
}

/// Roles in words.
pub(crate) fn roles(roles: &[Role]) -> String {
    match roles.is_empty() {
        true => "None".to_string(),
        false => roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", "),
    }
}

/// Whether somebody can sign in.
pub(super) fn state(person: &Person) -> impl IntoView + use<> {
    let tone = match (person.active, person.joined || person.service) {
        (false, _) => Tone::Warning,
        (true, false) => Tone::Info,
        (true, true) => Tone::Success,
    };
    view! { <Badge label=state_word(person) tone=tone/> }
}

/// The same in a word.
pub(super) fn state_word(person: &Person) -> &'static str {
    match (person.active, person.joined || person.service) {
        (false, _) if person.service => "Ended",
        (false, _) => "Deactivated",
        (true, false) => "Invited",
        (true, true) => "Active",
    }
}
