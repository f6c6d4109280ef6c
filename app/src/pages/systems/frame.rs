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
    AiAct,
    Context,
    Profile,
    Risks,
    Mitigations,
    Evidence,
    Scorecard,
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
            Section::AiAct => "/ai-act",
            Section::Context => "/map",
            Section::Profile => "/profile",
            Section::Risks => "/risks",
            Section::Mitigations => "/mitigations",
            Section::Evidence => "/evidence",
            Section::Scorecard => "/scorecard",
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
    let mut tabs =
        vec![tab("Overview", Section::Overview), tab("Tier", Section::Tier), tab("Context", Section::Context)];
    // Whoever has one mitigation to do here sees no more than that.
    let content_too = header.located.sees_content(&cx.actor);
    if content_too {
        tabs.insert(2, tab("EU AI Act", Section::AiAct));
        tabs.push(tab("Profile", Section::Profile));
    }
    tabs.extend([
        counted("Risks", Section::Risks, counts.risks),
        counted("Mitigations", Section::Mitigations, counts.mitigations),
        counted("Evidence", Section::Evidence, counts.evidence),
    ]);
    if content_too {
        tabs.push(tab("Scorecard", Section::Scorecard));
    }
    tabs.extend([
        counted("Reviews", Section::Reviews, counts.reviews),
        tab("People", Section::People),
        tab("History", Section::History),
    ]);
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

/// What everybody who looks at the system has to know: how its approval stands, or that its content is locked.
fn banner(cx: &Cx, header: &SystemHeader) -> Option<AnyView> {
    let (tone, title, text) = standing(cx, header)?;
    let links = links(header).into_iter().map(|(words, to)| view! { " "<a href=to>{words}</a>"." }).collect_view();
    Some(view! { <Callout tone title><p>{text}{links}</p></Callout> }.into_any())
}

fn standing(cx: &Cx, header: &SystemHeader) -> Option<(Tone, String, String)> {
    let decided = header.decision.as_ref();
    let valid = decided.and_then(|d| d.valid_until);
    let until = valid.map(format::date).unwrap_or_default();
    let condition = decided.and_then(|d| d.condition_due).map(format::date);
    let (tone, title, text) = match header.status {
        Status::Draft => return None,
        Status::Retired => (
            Tone::Info,
            "This system is retired".to_owned(),
            "What the register has of it can be read, and stands still until it is reopened.".to_owned(),
        ),
        Status::InReview => (
            Tone::Info,
            "The committee has the dossier".to_owned(),
            "Its content stands still until the committee is done; progress of mitigations goes on.".to_owned(),
        ),
        Status::ChangesRequested => (
            Tone::Warning,
            "The committee asked for changes".to_owned(),
            header.open_review.as_ref().and_then(|r| r.reason.clone()).unwrap_or_default(),
        ),
        Status::Approved => {
            let left = valid.map(|day| format::distance(cx.today(), day)).unwrap_or_default();
            (Tone::Success, format!("Approved until {until}"), format!("The approval ends {left}."))
        }
        Status::Conditional => {
            let text = match condition {
                Some(due) => format!("The next condition is due on {due}."),
                None => "Every condition is met.".to_owned(),
            };
            (Tone::Success, format!("Approved with conditions until {until}"), text)
        }
        Status::Stale => {
            let text = "The system differs from the dossier that the committee signed. Submit it again.".to_owned();
            (Tone::Warning, "The approval is out of date".to_owned(), text)
        }
        Status::Suspended => {
            let text = format!("A condition was due on {} and is not met.", condition.unwrap_or_default());
            (Tone::Danger, "The approval is suspended".to_owned(), text)
        }
        Status::Expired => (
            Tone::Danger,
            format!("The approval expired on {until}"),
            "Submit the system again to renew it.".to_owned(),
        ),
        Status::Revoked => {
            (Tone::Danger, "The approval was revoked".to_owned(), "The system has no approval.".to_owned())
        }
        Status::Rejected => {
            (Tone::Danger, "The committee rejected this system".to_owned(), "It has no approval.".to_owned())
        }
        Status::Prohibited => (
            Tone::Danger,
            "This use is prohibited".to_owned(),
            "The answers to the triage name a prohibited practice. The system can\u{2019}t be submitted.".to_owned(),
        ),
    };
    Some((tone, title, text))
}

/// Where more is said about it: words and address.
fn links(header: &SystemHeader) -> Vec<(String, String)> {
    let reference = header.located.reference;
    let review = || {
        header.open_review.as_ref().map(|r| (format!("Review {}", r.reference), format!("/reviews/{}", r.reference)))
    };
    let decision = || {
        header.decision.as_ref().map(|d| (format!("Decision {}", d.reference), format!("/decisions/{}", d.reference)))
    };
    let own = |words: &str, page: &str| Some((words.to_owned(), href(reference, page)));
    let links = match header.status {
        Status::Draft | Status::Retired => [None, None],
        Status::InReview | Status::ChangesRequested => [review(), None],
        // The decision's page holds what was approved against what is there now.
        Status::Stale => [decision().map(|(_, place)| ("See what differs".to_owned(), place)), None],
        Status::Suspended => [decision(), own("See the conditions", "/mitigations")],
        Status::Prohibited => [own("See the answers", "/triage"), None],
        _ => [decision(), None],
    };
    links.into_iter().flatten().collect()
}

/// Said above a form whose saving may cost the approval.
pub fn approval_at_stake(header: &SystemHeader) -> Option<AnyView> {
    matches!(header.status, Status::Approved | Status::Conditional).then(|| {
        view! {
            <Callout tone=Tone::Warning title="This system is approved as it stands">
                <p>"A change in substance takes effect at once and makes the approval out of date until the committee decides again. Taking it back restores the approval."</p>
            </Callout>
        }
        .into_any()
    })
}
