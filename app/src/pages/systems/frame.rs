//! The frame of a system's pages: its name, where it stands, and its sections. Every page of a system stands in it.

use crate::{
    components::{Badge, Callout, Crumb, Fact, PageHeader, Tab, Tabs, Tier, Tone},
    format,
    server::{AppError, Cx},
};
use domain::ids::SystemRef;
use domain::system::Status;
use leptos::prelude::*;
use store::systems::SystemHeader;

/// The sections of a system, in the order of its tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Overview,
    Tier,
    Context,
    Risks,
    Mitigations,
    Evidence,
    Reviews,
    People,
    History,
}

impl Section {
    /// The end of its address below `/systems/AIS-12`.
    fn path(self) -> &'static str {
        match self {
            Section::Overview => "",
            Section::Tier => "/triage",
            Section::Context => "/map",
            Section::Risks => "/risks",
            Section::Mitigations => "/mitigations",
            Section::Evidence => "/evidence",
            Section::Reviews => "/reviews",
            Section::People => "/people",
            Section::History => "/history",
        }
    }
}

/// The address of a system's page: `href(reference, "/risks")`.
pub fn href(reference: SystemRef, page: &str) -> String {
    format!("/systems/{reference}{page}")
}

/// Loads the frame of the system that the address names.
pub async fn load(cx: &Cx, reference: &str) -> Result<SystemHeader, AppError> {
    let reference: SystemRef = reference.parse().map_err(|_| AppError::NotFound)?;
    Ok(store::systems::header(&cx.store, &cx.actor, reference).await?)
}

/// Title, state and tabs of the system, with `content` under them. Call it inside the closure of `cx.page`.
pub fn frame(cx: &Cx, header: &SystemHeader, active: Section, content: impl IntoView + 'static) -> AnyView {
    frame_with(cx, header, active, None, content)
}

/// The same with the one thing to do next: its words and its address.
pub fn frame_with(
    cx: &Cx,
    header: &SystemHeader,
    active: Section,
    next: Option<(String, String)>,
    content: impl IntoView + 'static,
) -> AnyView {
    let (action, action_href) = next.unzip();
    let reference = header.located.reference;
    let tab = |label, section: Section| Tab::new(label, href(reference, section.path()));
    let counted = |label, section: Section, n| Tab::counted(label, href(reference, section.path()), n);
    let counts = header.counts;
    let tabs = vec![
        tab("Overview", Section::Overview),
        tab("Tier", Section::Tier),
        tab("Context", Section::Context),
        counted("Risks", Section::Risks, counts.risks),
        counted("Mitigations", Section::Mitigations, counts.mitigations),
        counted("Evidence", Section::Evidence, counts.evidence),
        counted("Reviews", Section::Reviews, counts.reviews),
        tab("People", Section::People),
        tab("History", Section::History),
    ];
    let status = view! { <Badge label=header.status.label() tone=Tone::of_status(header.status)/> };
    let overridden = header.tier_overridden;
    let tier = header.tier.map(|tier| view! { <Tier tier overridden/> });
    let (owner, unit, stage) = (header.owner.clone(), header.unit.clone(), header.stage.label());
    let banner = banner(cx, header);
    view! {
        <PageHeader title=header.located.name.clone() reference=reference.to_string() crumbs=vec![Crumb::new("Systems", "/systems")]
            action=action action_href=action_href>
            {status}{tier}
        </PageHeader>
        <p class="facts-line">
            <Fact label="Owner">{owner}</Fact>
            <Fact label="Unit">{unit}</Fact>
            <Fact label="Stage">{stage}</Fact>
        </p>
        {banner}
        <Tabs label="Sections of this system" current=href(reference, active.path()) tabs/>
        {content}
    }
    .into_any()
}

/// What everybody who looks at the system has to know: its approval has ended, or its content is locked.
fn banner(cx: &Cx, header: &SystemHeader) -> Option<AnyView> {
    let reference = header.located.reference;
    let decided = header.decision.as_ref();
    let decision = decided.map(|d| {
        let href = format!("/decisions/{}", d.reference);
        view! { " "<a href=href>"Decision "{d.reference.to_string()}</a>"." }
    });
    let review = header.open_review.as_ref().map(|r| {
        let href = format!("/reviews/{}", r.reference);
        view! { " "<a href=href>"Review "{r.reference.to_string()}</a>"." }
    });
    let day = |d: Option<chrono::NaiveDate>| d.map(format::date).unwrap_or_default();
    let valid = day(decided.and_then(|d| d.valid_until));
    let (tone, title, text, link) = match header.status {
        Status::Draft | Status::Retired => return None,
        Status::InReview => (
            Tone::Info,
            "The committee has the dossier",
            "Its content stands still until the committee is done; progress of mitigations goes on.".to_string(),
            review.into_any(),
        ),
        Status::ChangesRequested => (
            Tone::Warning,
            "The committee asked for changes",
            header.open_review.as_ref().and_then(|r| r.reason.clone()).unwrap_or_default(),
            review.into_any(),
        ),
        Status::Approved => {
            let left = decided.and_then(|d| d.valid_until).map(|d| format::distance(cx.today(), d));
            let text = format!("The approval ends {}.", left.unwrap_or_default());
            (Tone::Success, "Approved", text, decision.into_any())
        }
        Status::Conditional => {
            let due = decided.and_then(|d| d.condition_due);
            let text = match due {
                Some(due) => format!("The next condition is due on {}.", format::date(due)),
                None => "Every condition is met.".to_string(),
            };
            (Tone::Success, "Approved with conditions", text, decision.into_any())
        }
        Status::Stale => {
            let since = decided.and_then(|d| d.stale_since).map(format::day).unwrap_or_default();
            let link = view! { {decision}" "<a href=href(reference, "/reviews")>"See what differs"</a>"." }.into_any();
            let text = format!("Since {since} the system differs from the dossier that the committee signed. Submit it again.");
            (Tone::Warning, "The approval is out of date", text, link)
        }
        Status::Suspended => {
            let due = day(decided.and_then(|d| d.condition_due));
            let link = view! { {decision}" "<a href=href(reference, "/mitigations")>"See the conditions"</a>"." }.into_any();
            (Tone::Danger, "The approval is suspended", format!("A condition was due on {due} and is not met."), link)
        }
        Status::Expired => {
            (Tone::Danger, "The approval has expired", "Submit the system again to renew it.".to_string(), decision.into_any())
        }
        Status::Revoked => (Tone::Danger, "The approval was revoked", "The system has no approval.".to_string(), decision.into_any()),
        Status::Rejected => {
            (Tone::Danger, "The committee rejected this system", "It has no approval.".to_string(), decision.into_any())
        }
        Status::Prohibited => (
            Tone::Danger,
            "This use is prohibited",
            "The answers to the triage name a prohibited practice. The system can\u{2019}t be submitted.".to_string(),
            view! { " "<a href=href(reference, "/triage")>"See the answers"</a>"." }.into_any(),
        ),
    };
    let title = match header.status {
        Status::Approved | Status::Conditional => format!("{title} until {valid}"),
        Status::Expired => format!("{title} on {valid}"),
        _ => title.to_string(),
    };
    Some(view! { <Callout tone title><p>{text}{link}</p></Callout> }.into_any())
}
