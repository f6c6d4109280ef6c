//! GET /committee: what waits for the committee, oldest first.

use super::{decisions, words};
use crate::components::*;
use crate::format;
use crate::server::{AppError, Cx, PageResult, PageUrl};
use domain::ids::UnitId;
use domain::page::Page;
use leptos::prelude::*;
use store::reviews::list::{self, Decided, DecidedFilter, Waiting};

/// Decisions below the queue.
const LATELY: usize = 10;

pub async fn show(cx: Cx) -> PageResult {
    let after = cx.url().get("after").and_then(|after| after.parse().ok());
    let unit = unit(&cx.url())?;
    let queue = list::queue(&cx.store, &cx.actor, unit, after).await?;
    let (_, units) = store::portfolio::setting(&cx.store).await?;
    let url = cx.url();
    let chosen = unit.and_then(|id| units.iter().find(|u| u.id == id));
    let chips: Vec<_> = chosen
        .map(|u| Chip::new(format!("Business unit: {}", u.name), &url, "unit", &u.id.to_string()))
        .into_iter()
        .collect();
    let units: Vec<_> = units.into_iter().map(|u| Choice::new(u.id, u.name)).collect();
    let decided = list::decided(&cx.store, &cx.actor, &DecidedFilter::default(), LATELY).await?;
    cx.page("Committee", || {
        let mine: Vec<_> = queue.rows.iter().filter(|w| w.my_turn || w.may_close).cloned().collect();
        let votes = cx.actor.votes();
        let yours = votes.then(|| yours(&mine));
        let empty = queue.rows.is_empty();
        let rows = queue.rows.into_iter().map(row).collect_view();
        let next = queue.next;
        view! {
            <PageHeader title="Committee" lead="Submissions wait here, oldest first, until the votes amount to a decision." export=url.clone()
                more=vec![("All decisions".to_owned(), "/decisions".to_owned())]/>
            {yours}
            <Section title="Queue" id="queue">
                <FilterBar url=url.clone() search="" chips>
                    <FilterSelect url name="unit" label="Business unit" choices=units/>
                </FilterBar>
                {match empty {
                    true => view! { <EmptyState title="Nothing waits" text="When an owner submits a system, it stands here."/> }.into_any(),
                    false => view! {
                        <Table caption="Reviews that wait, oldest first" columns=vec![
                            Column::text("System"), Column::text("Tier"), Column::text("State"), Column::text("Waiting"),
                            Column::text("Votes"), Column::text("Yours"),
                        ]>{rows}</Table>
                        <Pager next/>
                    }.into_any(),
                }}
            </Section>
            {lately(decided)}
        }
    })
}

/// The business unit that the address asks for.
pub(super) fn unit(url: &PageUrl) -> Result<Option<UnitId>, AppError> {
    url.get("unit").map(|text| text.parse().map_err(|_| AppError::NotFound)).transpose()
}

/// What this member has to do.
fn yours(mine: &[Waiting]) -> AnyView {
    let tasks: Vec<Task> = mine
        .iter()
        .map(|w| {
            let (verb, page) = if w.may_close { ("Close", "/decide") } else { ("Read and vote", "") };
            let title = format!("{verb}: {}", w.name);
            let status = if w.days >= 14 { TaskStatus::NeedsAttention } else { TaskStatus::ToDo };
            Task::new(title, format!("/reviews/{}{page}", w.reference), status).detail(format!(
                "{}, {} tier, waiting for {}",
                w.reference,
                w.tier.label().to_lowercase(),
                format::span(w.days)
            ))
        })
        .collect();
    match tasks.is_empty() {
        true => view! { <p class="muted">"Nothing waits for you."</p> }.into_any(),
        false => {
            view! { <Section title="Waiting for you" id="yours"><TaskList label="Waiting for you" tasks/></Section> }
                .into_any()
        }
    }
}

fn row(w: Waiting) -> impl IntoView {
    let reference = w.reference.to_string();
    let mine = match (w.my_vote, w.my_turn) {
        (Some(choice), _) => words::choice(choice),
        (None, true) => view! { <a href=format!("/reviews/{reference}/vote")>"Vote"<span class="sr-only">" on "{w.name.clone()}</span></a> }.into_any(),
        (None, false) => view! { <span class="muted">"\u{2013}"</span> }.into_any(),
    };
    let votes = format!("{} of {}", w.votes, w.needed);
    let revision = (w.revision > 1).then(|| format!(" \u{b7} revision {}", w.revision));
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/reviews/{reference}")>{w.name.clone()}</a>
                <span class="cell-sub">{reference}" \u{b7} "{w.system.to_string()}" \u{b7} "{w.unit}{revision}</span>
            </th>
            <td>
                <Tier tier=w.tier/>
                {w.above_appetite.then(|| view! { <span class="cell-sub"><Badge label="Above appetite" tone=Tone::Danger/></span> })}
            </td>
            <td>{words::state(w.state)}</td>
            <td>{format::span(w.days)}<span class="cell-sub">"since "<Day at=w.submitted_at/></span></td>
            <td class="nowrap">{votes}</td>
            <td>{mine}</td>
        </tr>
    }
}

fn lately(decided: Page<Decided>) -> Option<AnyView> {
    (!decided.rows.is_empty()).then(|| {
        let all = decided.next.is_some().then(|| view! { <p><a href="/decisions">"All decisions"</a></p> });
        view! {
            <Section title="Decided lately" id="decided">{decisions::table(decided.rows, "The newest decisions")}{all}</Section>
        }
        .into_any()
    })
}
