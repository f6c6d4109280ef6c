//! GET /reports: the portfolio, absorbed in two minutes. What must be decided comes first; every number leads to its rows.

use super::links::Links;
use crate::components::*;
use crate::format;
use crate::server::{AppError, Cx, PageResult};
use chrono::NaiveDate;
use domain::ids::UnitId;
use domain::risk::matrix::{Matrix, Point};
use domain::system::Status;
use domain::triage::Tier as TierWord;
use leptos::prelude::*;
use store::portfolio::{self, Month, Portfolio};

pub async fn show(cx: Cx) -> PageResult {
    let unit = match cx.url().get("unit") {
        None => None,
        Some(text) => Some(text.parse::<UnitId>().map_err(|_| AppError::NotFound)?),
    };
    let (matrix, units) = portfolio::setting(&cx.store).await?;
    let figures = portfolio::portfolio(&cx.store, &cx.actor, unit).await?;
    let months = portfolio::movement(&cx.store, &cx.actor, unit).await?;
    let links = Links { unit };
    let (url, today) = (cx.url(), cx.today());
    let name = unit.and_then(|u| units.iter().find(|c| c.id == u)).map(|u| u.name.clone());
    let choices: Vec<_> = units.into_iter().map(|u| Choice::new(u.id.to_string(), u.name)).collect();
    cx.page("Portfolio", move || {
        let lead = match name {
            Some(name) => format!("{name}, on {}", format::date(today)),
            None => format!("All business units, on {}", format::date(today)),
        };
        let total: i64 = figures.systems.iter().map(|c| c.systems).sum();
        view! {
            <PageHeader title="Portfolio" lead=lead more=vec![("Export JSON".to_owned(), url.clone().at("/reports.json").to_string())]/>
            <FilterBar url=url.clone() search="">
                <FilterSelect url=url.clone() name="unit" label="Business unit" choices=choices/>
            </FilterBar>
            {key_figures(&figures, links, total, &months, today)}
            {(total == 0).then(|| view! {
                <EmptyState title="No systems yet" text="The portfolio fills as systems are registered or an inventory is imported." action_href="/systems" action="Open the register"/>
            })}
            <div class="portfolio">
                {heat(&matrix.matrix, &figures, links)}
                {standing(&figures, links)}
                {top_risks(&matrix.matrix, &figures, links)}
                {waiting(&figures, links, today)}
                {overdue(&figures, links, today)}
                {expiring(&figures, links, today)}
            </div>
            {movement(&months, links)}
        }
    })
}

fn key_figures(f: &Portfolio, links: Links, total: i64, months: &[Month], today: NaiveDate) -> impl IntoView + use<> {
    let change = match (months.iter().rev().nth(1), months.last()) {
        (Some(before), Some(now)) => match now.above_appetite - before.above_appetite {
            0 => "as at the end of last month".to_owned(),
            n if n > 0 => format!("{n} more than at the end of last month"),
            n => format!("{} fewer than at the end of last month", -n),
        },
        _ => String::new(),
    };
    let oldest = f
        .top_waiting
        .first()
        .map(|w| format!("the oldest for {}", format::span((today - w.since.date_naive()).num_days().max(0))))
        .unwrap_or_default();
    let longest =
        f.top_overdue.first().map(|m| format!("longest since {}", format::date(m.due_on))).unwrap_or_default();
    let next = f.top_expiring.first().map(|d| format!("next on {}", format::date(d.valid_until))).unwrap_or_default();
    let (waits, above, late, ending) = (f.waiting, f.above_appetite, f.overdue, f.expiring);
    view! {
        <Stats>
            <Stat label="Decisions waiting" value=waits href=links.waiting() note=oldest alert=true/>
            <Stat label="Risks above appetite" value=above href=links.above() note=change alert=true/>
            <Stat label="Overdue mitigations" value=late href=links.overdue() note=longest alert=true/>
            <Stat label="Approvals ending in 90 days" value=ending href=links.expiring() note=next/>
            <Stat label="Systems" value=total href=links.systems(None, None)/>
        </Stats>
    }
}

fn pair(p: Point) -> (usize, usize) {
    (usize::try_from(p.likelihood).unwrap_or(0), usize::try_from(p.impact).unwrap_or(0))
}

/// Most arrows drawn: beyond it a picture says nothing; the words below the map hold all of them.
const ARROWS: usize = 12;

fn heat(matrix: &Matrix, f: &Portfolio, links: Links) -> impl IntoView + use<> {
    let at = |p: Point| f.heat.iter().filter(|m| m.residual == Some(p)).map(|m| m.risks).sum::<i64>();
    // A rating on an earlier, larger scale may have no cell on this one.
    let placed = |p: Option<Point>| p.is_some_and(|p| matrix.level(p).is_some());
    let mut arrows: Vec<HeatmapArrow> = f
        .heat
        .iter()
        .filter(|m| m.inherent != m.residual && placed(m.inherent) && placed(m.residual))
        .filter_map(|m| Some(HeatmapArrow { from: pair(m.inherent?), to: pair(m.residual?), count: m.risks }))
        .collect();
    arrows.sort_by_key(|a| std::cmp::Reverse(a.count));
    arrows.truncate(ARROWS);
    let unrated: i64 = f.heat.iter().filter(|m| m.residual.is_none()).map(|m| m.risks).sum();
    let outside: i64 = f.heat.iter().filter(|m| m.residual.is_some() && !placed(m.residual)).map(|m| m.risks).sum();
    let data = HeatmapData::new(matrix, "Open risks by residual rating", |p| (at(p), links.risks(Some(p))), arrows);
    view! {
        <Section title="Residual risk" lead="Where open risks stand with the mitigations in place. Arrows: the most frequent moves from inherent to residual.">
            <Heatmap data=data/>
            {(unrated > 0).then(|| view! { <p class="muted">{format::count(unrated, "open risk has", "open risks have")}" no residual rating yet."</p> })}
            {(outside > 0).then(|| view! { <p class="muted">{format::count(outside, "open risk is", "open risks are")}" rated on an earlier scale, at steps that this one has not."</p> })}
        </Section>
    }
}

fn standing(f: &Portfolio, links: Links) -> impl IntoView + use<> {
    let statuses: Vec<Status> =
        Status::ALL.iter().copied().filter(|s| f.systems.iter().any(|c| c.status == *s)).collect();
    let tiers = [
        Some(TierWord::Critical),
        Some(TierWord::High),
        Some(TierWord::Limited),
        Some(TierWord::Minimal),
        Some(TierWord::Prohibited),
        None,
    ];
    let count = |tier: Option<TierWord>, status: Status| {
        f.systems.iter().filter(|c| c.tier == tier && c.status == status).map(|c| c.systems).sum::<i64>()
    };
    let number = |n: i64, href: String, words: String| match n {
        0 => view! { <td class="num muted">"–"</td> }.into_any(),
        n => view! { <td class="num"><a href=href aria-label=words>{format::number(n)}</a></td> }.into_any(),
    };
    let columns = std::iter::once(Column::text("Status"))
        .chain(tiers.iter().map(|t| Column::number(t.map_or("No tier", TierWord::label))))
        .chain(std::iter::once(Column::number("All")))
        .collect::<Vec<_>>();
    let rows = statuses
        .into_iter()
        .map(|status| {
            let cells = tiers
                .iter()
                .map(|tier| {
                    let n = count(*tier, status);
                    let words = format!("{n} {}, {}", tier.map_or("no tier", TierWord::label), status.label());
                    number(n, links.systems(Some(*tier), Some(status)), words)
                })
                .collect_view();
            let all: i64 = tiers.iter().map(|t| count(*t, status)).sum();
            let words = format!("{all} {}", status.label());
            view! {
                <tr>
                    <th scope="row">{status.label()}</th>
                    {cells}
                    {number(all, links.systems(None, Some(status)), words)}
                </tr>
            }
        })
        .collect_view();
    view! {
        <Section title="Systems by status and tier">
            <Table grid=true caption="Systems by status and tier" columns=columns>{rows}</Table>
        </Section>
    }
}

fn top_risks(matrix: &Matrix, f: &Portfolio, links: Links) -> impl IntoView + use<> {
    let rows = f
        .top_risks
        .iter()
        .map(|r| {
            view! {
                <tr>
                    <td><a href=format!("/risks/{}", r.reference)>{r.title.clone()}</a>
                        <span class="cell-sub">{format!("{} · {} {}", r.reference, r.system, r.system_name)}</span></td>
                    <td>{Rated::new(matrix, r.residual).map(|rated| view! { <RatingCell rated=rated of="Residual"/> })}</td>
                    <td>{r.owner.clone().unwrap_or_else(|| "Nobody".to_owned())}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::text("Risk"), Column::text("Residual"), Column::text("Owner")];
    list("Risks above appetite", f.above_appetite, links.above(), "No risk lies above appetite.", columns, rows)
}

fn waiting(f: &Portfolio, links: Links, today: chrono::NaiveDate) -> impl IntoView + use<> {
    let rows = f
        .top_waiting
        .iter()
        .map(|w| {
            let days = (today - w.since.date_naive()).num_days();
            view! {
                <tr>
                    <td><a href=format!("/reviews/{}", w.reference)>{w.system.clone()}</a>
                        <span class="cell-sub">{w.reference.to_string()}</span></td>
                    <td>{w.tier.map(|t| view! { <Tier tier=t/> })}</td>
                    <td class="num">{format::count(days, "day", "days")}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::text("System"), Column::text("Tier"), Column::number("Waiting")];
    list("Decisions waiting", f.waiting, links.waiting(), "Nothing waits for the committee.", columns, rows)
}

fn overdue(f: &Portfolio, links: Links, today: chrono::NaiveDate) -> impl IntoView + use<> {
    let rows = f
        .top_overdue
        .iter()
        .map(|m| {
            let assignee = m.assignee.clone().unwrap_or_else(|| "Nobody".to_owned());
            view! {
                <tr>
                    <td><a href=format!("/mitigations/{}", m.reference)>{m.title.clone()}</a>
                        <span class="cell-sub">{format!("{} · {}", m.reference, m.system)}</span></td>
                    <td>{assignee}</td>
                    <td><DueDate date=m.due_on today=today/></td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::text("Mitigation"), Column::text("Assignee"), Column::text("Due")];
    list("Overdue mitigations", f.overdue, links.overdue(), "Nothing is overdue.", columns, rows)
}

fn expiring(f: &Portfolio, links: Links, today: chrono::NaiveDate) -> impl IntoView + use<> {
    let rows = f
        .top_expiring
        .iter()
        .map(|d| {
            view! {
                <tr>
                    <td><a href=format!("/systems/{}", d.system)>{d.system_name.clone()}</a>
                        <span class="cell-sub">{d.system.to_string()}</span></td>
                    <td><a href=format!("/decisions/{}", d.reference)>{d.reference.to_string()}</a></td>
                    <td><DueDate date=d.valid_until today=today/></td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![Column::text("System"), Column::text("Decision"), Column::text("Valid until")];
    list(
        "Approvals ending in 90 days",
        f.expiring,
        links.expiring(),
        "No approval ends in the next 90 days.",
        columns,
        rows,
    )
}

/// A short list with a link to all of it, or one sentence when there is nothing.
fn list(
    title: &'static str,
    all: i64,
    href: String,
    none: &'static str,
    columns: Vec<Column>,
    rows: impl IntoView + 'static,
) -> AnyView {
    if all == 0 {
        return view! { <Section title=title><p class="muted">{none}</p></Section> }.into_any();
    }
    let action = format!("All {}", format::number(all));
    view! {
        <Section title=title action_href=href action=action>
            <Table caption=title columns=columns>{rows}</Table>
        </Section>
    }
    .into_any()
}

/// Movement: what each month brought, newest last, as a table with a line for each figure.
fn movement(months: &[Month], links: Links) -> impl IntoView + use<> {
    // What stands now leads to its rows; what stood then has none any more.
    let lines: [(&str, fn(&Month) -> i64, Option<String>); 5] = [
        ("Systems", |m| m.systems, Some(links.systems(None, None))),
        ("Open risks", |m| m.risks, Some(links.risks(None))),
        ("Risks above appetite", |m| m.above_appetite, Some(links.above())),
        ("Decisions made", |m| m.decisions, None),
        ("Mitigations implemented", |m| m.implemented, None),
    ];
    let columns = std::iter::once(Column::text("Figure"))
        .chain(std::iter::once(Column::text("Trend")))
        .chain(months.iter().map(|m| Column::number(m.month.format("%b %y").to_string())))
        .collect::<Vec<_>>();
    let rows = lines
        .into_iter()
        .map(|(label, figure, rows)| {
            let values: Vec<i64> = months.iter().map(figure).collect();
            let last = values.len().saturating_sub(1);
            let cells = values.iter().enumerate().map(|(n, v)| {
                let number = format::number(*v);
                match rows.clone().filter(|_| n == last) {
                    Some(href) => view! { <td class="num"><a href=href>{number}</a></td> }.into_any(),
                    None => view! { <td class="num">{number}</td> }.into_any(),
                }
            });
            let cells = cells.collect_view();
            view! {
                <tr>
                    <th scope="row">{label}</th>
                    <td><Sparkline label=format!("{label}, last 12 months") values=values/></td>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <Section title="The last 12 months" lead="At the end of each month; this month until now.">
            <Table grid=true caption="The last 12 months" columns=columns>{rows}</Table>
        </Section>
    }
}
