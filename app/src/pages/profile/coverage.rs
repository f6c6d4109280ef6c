//! GET /govern/coverage and /systems/{ref}/profile/coverage: how far it is, what is missing, and the same seen through
//! another framework. GET …json: the profile as OSCAL.

use super::{header, home, parts, slug};
use crate::components::*;
use crate::format;
use crate::pages::systems::frame::{self, Section as Tab};
use crate::server::{Cx, PageResult, export};
use axum::extract::Path;
use domain::framework::coverage::{Coverage, Gap, Part, coverage, gaps};
use domain::framework::crosswalk::{Other, Seen, catalogue, through};
use domain::framework::required::default_target;
use domain::framework::{nist, oscal};
use leptos::prelude::*;
use store::profile::{Profile, load};

/// Gaps that are listed; the profile's own page has all.
const GAPS: usize = 30;

pub async fn coverage_system(cx: Cx, Path(reference): Path<String>) -> PageResult {
    page(cx, Some(reference)).await
}

pub async fn coverage_govern(cx: Cx) -> PageResult {
    page(cx, None).await
}

pub async fn oscal_system(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let (whose, _) = header(&cx, Some(&reference)).await?;
    let profile = load(&cx.store, &cx.actor, whose).await?;
    export::json(&format!("{reference}-ai-rmf-profile"), &profile.oscal(CATALOG, cx.now()))
}

pub async fn oscal_govern(cx: Cx) -> PageResult {
    let (whose, _) = header(&cx, None).await?;
    let profile = load(&cx.store, &cx.actor, whose).await?;
    export::json("ai-rmf-profile", &profile.oscal(CATALOG, cx.now()))
}

/// The name of the catalog that the profiles import.
const CATALOG: &str = "nist-ai-rmf-catalog.json";

/// The framework itself, for the profiles to stand on.
pub async fn catalog(cx: Cx) -> PageResult {
    export::json("nist-ai-rmf-catalog", &oscal::catalog(nist(), cx.now()))
}

async fn page(cx: Cx, reference: Option<String>) -> PageResult {
    let (whose, header) = header(&cx, reference.as_deref()).await?;
    let profile = load(&cx.store, &cx.actor, whose).await?;
    let other = cx.url().get("through").and_then(|word| word.parse::<Other>().ok());
    let title = match &header {
        Some(header) => format!("Coverage \u{b7} {}", header.located.name),
        None => "Coverage \u{b7} Govern".to_owned(),
    };
    cx.page(&title, || {
        let content = content(&profile, other);
        match &header {
            Some(header) => frame::frame(&cx, header, Tab::Profile, content),
            None => {
                let crumbs = vec![Crumb::new("Govern", "/govern")];
                view! { <PageHeader title="Coverage" crumbs/>{content} }.into_any()
            }
        }
    })
}

fn content(profile: &Profile, other: Option<Other>) -> AnyView {
    let standings = profile.standings();
    let default = default_target(profile.tier);
    let found = coverage(nist(), &standings, default);
    let rows = found
        .functions
        .iter()
        .flat_map(|function| {
            let under = found.categories.iter().filter(|c| c.id.starts_with(&format!("{} ", function.id)));
            std::iter::once(row(function, true)).chain(under.map(|category| row(category, false)))
        })
        .collect_view();
    let columns = vec![
        Column::text("Part"),
        Column::number("Not started"),
        Column::number("Partly"),
        Column::number("In place"),
        Column::number("Verified"),
        Column::number("Not applicable"),
        Column::text("In place, of what applies"),
    ];
    let derived = (found.total.derived > 0).then(|| {
        let text = format!(
            "{} of them are derived from the register, and nobody has confirmed them yet.",
            found.total.derived
        );
        view! { <p class="muted">{text}</p> }
    });
    let gaps = gaps(nist(), &standings, default, profile.today);
    let back = home(profile.whose);
    let lens = lens(profile, other);
    view! {
        <p class="back"><a href=back>"All questions"</a></p>
        <Section title="Coverage">
            <Table caption="Coverage by function and category" columns>{rows}</Table>
            {derived}
        </Section>
        {work(profile, &gaps)}
        {lens}
    }
    .into_any()
}

fn row(part: &Part<'_>, whole: bool) -> AnyView {
    let c: Coverage = part.coverage;
    let name = view! { <span class="ref">{part.id.to_owned()}</span>" "{part.title.to_owned()} };
    let name = if whole { view! { <b>{name}</b> }.into_any() } else { name.into_any() };
    let share = match c.applicable() {
        0 => view! { <span class="muted">"Nothing applies"</span> }.into_any(),
        of => view! { <Progress done=c.done() of=of label=""/> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="num">{c.not_started}</td>
            <td class="num">{c.partial}</td>
            <td class="num">{c.implemented}</td>
            <td class="num">{c.verified}</td>
            <td class="num">{c.not_applicable}</td>
            <td>{share}</td>
        </tr>
    }
    .into_any()
}

/// What falls short, as work: overdue first, then what is required.
fn work(profile: &Profile, gaps: &[Gap<'_>]) -> AnyView {
    if gaps.is_empty() {
        return view! { <Section title="Gaps"><p>"Everything that is aimed at is reached."</p></Section> }.into_any();
    }
    let more = gaps.len().saturating_sub(GAPS);
    let rows = gaps
        .iter()
        .take(GAPS)
        .map(|gap| {
            let href = format!("{}#{}", home(profile.whose), slug(&gap.subcategory.id));
            let due = gap.due.map(|day| {
                let late = gap.overdue.then(|| view! { " "<Badge label="Overdue" tone=Tone::Danger/> });
                view! { {format::date(day)}{late} }
            });
            view! {
                <tr>
                    <th scope="row"><a href=href><span class="ref">{gap.subcategory.id.clone()}</span>" "{gap.subcategory.title.clone()}</a>
                        <span class="cell-sub">{gap.subcategory.next.clone()}</span></th>
                    <td>{parts::state(gap.state)}</td>
                    <td>{gap.target.label()}</td>
                    <td class="nowrap">{due}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = vec![
        Column::text("Question, and what to do next"),
        Column::text("Now"),
        Column::text("Target"),
        Column::text("Due"),
    ];
    let all = format!("{}?show=gaps", home(profile.whose));
    let more = (more > 0).then(|| view! { <p><a href=all>{format!("{more} more")}</a></p> });
    let lead =
        format::count(gaps.len() as i64, "question falls short of its target", "questions fall short of their target");
    view! { <Section title="Gaps" lead=lead><Table caption="What falls short" columns>{rows}</Table>{more}</Section> }
        .into_any()
}

/// The same answers seen through ISO/IEC 42001 or the EU AI Act.
fn lens(profile: &Profile, other: Option<Other>) -> AnyView {
    let at = format!("{}/coverage", home(profile.whose));
    let chips = Other::ALL
        .iter()
        .map(|which| {
            let current = (other == Some(*which)).then_some("page");
            let href = format!("{at}?through={which}#through");
            view! { <li><a class="chip" href=href aria-current=current>{which.label()}</a></li> }
        })
        .collect_view();
    let table = other.map(|other| {
        let standings = profile.standings();
        let state = |id: &str| standings.iter().find(|s| s.subcategory == id).map(|s| s.state);
        let rows = through(other, state).into_iter().map(|seen| seen_row(profile, &seen)).collect_view();
        let columns =
            vec![Column::text(catalogue(other).short.clone()), Column::text("State"), Column::text("Served by")];
        view! { <Table caption=catalogue(other).title.clone() columns>{rows}</Table> }
    });
    view! {
        <div id="through">
            <Section title="Seen through another framework" lead="One answer serves several: the crosswalk is ours (data/frameworks).">
                <ul class="chips" aria-label="Framework">{chips}</ul>
                {table}
            </Section>
        </div>
    }
    .into_any()
}

fn seen_row(profile: &Profile, seen: &Seen) -> AnyView {
    let served = seen
        .served_by
        .iter()
        .map(|asked| {
            let href = format!("{}#{}", home(profile.whose), slug(&asked.id));
            view! { <a class="nowrap" href=href>{asked.id.clone()}</a>" " }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row"><span class="ref">{seen.item.id.clone()}</span>" "{seen.item.title.clone()}</th>
            <td class="nowrap">{parts::state(seen.state)}</td>
            <td><span class="served">{served}</span></td>
        </tr>
    }
    .into_any()
}
