//! Tokens in a table.

use crate::{components::*, format};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use store::tokens::Row;

/// The table. `at` is where a token's revocation is sent, before its id; `owners` shows who answers for each.
pub fn table(rows: Vec<Row>, now: DateTime<Utc>, at: &'static str, owners: bool) -> impl IntoView {
    let mut columns = vec![
        Column::text("Token"),
        Column::text("Acts as"),
        Column::text("Opens"),
        Column::text("Made"),
        Column::text("Works until"),
        Column::text("Last used"),
        Column::hidden("Revoke"),
    ];
    if owners {
        columns.insert(2, Column::text("Answers for it"));
    }
    let rows = rows.into_iter().map(|row| line(row, now, at, owners)).collect_view();
    view! { <Table caption="API tokens, the newest first" columns>{rows}</Table> }
}

fn line(row: Row, now: DateTime<Utc>, at: &'static str, owners: bool) -> impl IntoView {
    let in_force = row.in_force(now);
    let count = row.scopes.len();
    let scopes = row.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    let scopes = match count {
        0..=3 => scopes.into_any(),
        _ => view! { <details><summary>{format::count(count as i64, "scope", "scopes")}</summary>{scopes}</details> }
            .into_any(),
    };
    let end = match in_force {
        true => view! {
            <form method="post" action=format!("{at}/{}/revoke", row.id)>
                <button class="button button-small" type="submit">"Revoke"<span class="sr-only">" "{row.name.clone()}</span></button>
            </form>
        }
        .into_any(),
        false if row.revoked_at.is_some() => view! { <Badge label="Revoked"/> }.into_any(),
        false => view! { <Badge label="Expired"/> }.into_any(),
    };
    let used = match row.last_used_at {
        Some(at) => {
            view! { <Instant at/><span class="cell-sub">{row.last_used_from.map(|from| format!("from {from}"))}</span> }
                .into_any()
        }
        None => "Never".into_any(),
    };
    view! {
        <tr>
            <td>{row.name}<span class="cell-sub">{format!("\u{2026}{}", row.hint)}</span></td>
            <td>{row.acts_as}{row.service.then(|| view! { <span class="cell-sub">"Service account"</span> })}</td>
            {owners.then(|| view! { <td>{row.owner}</td> })}
            <td>{scopes}</td>
            <td><Instant at=row.created_at/></td>
            <td><Instant at=row.expires_at/></td>
            <td>{used}</td>
            <td>{end}</td>
        </tr>
    }
}
