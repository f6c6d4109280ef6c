//! GET /admin: what administrators look after.

use crate::{
    components::*,
    server::{Cx, PageResult},
};
use leptos::prelude::*;

/// Title, address, and what is done there.
const PARTS: [(&str, &str, &str); 7] = [
    ("People", "/admin/people", "Invite people, give roles, send a link to who lost their password, deactivate."),
    ("Business units", "/admin/units", "The units that systems belong to."),
    ("Risk matrix", "/admin/matrix", "Labels of likelihood and impact, levels, and how much risk is within appetite."),
    (
        "Metrics",
        "/admin/metrics",
        "One word for what every evaluation tool calls otherwise; criteria are written in these.",
    ),
    (
        "API tokens",
        "/admin/tokens",
        "Every token of the API: who answers for it, what it opens, when it was used. Revoke any.",
    ),
    ("Service accounts", "/admin/services", "What pipelines work as: nobody signs in as one, and it never judges."),
    ("Import an inventory", "/admin/import", "Bring in a list of AI systems from a CSV file."),
];

pub async fn show(cx: Cx) -> PageResult {
    cx.page("Administration", || {
        let cards = PARTS.map(|(title, href, text)| {
            view! { <Card><h2 class="card-title"><a href=href>{title}</a></h2><p>{text}</p></Card> }
        });
        view! {
            <PageHeader title="Administration"/>
            <div class="grid">{cards.into_iter().collect_view()}</div>
        }
    })
}
