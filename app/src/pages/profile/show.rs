//! GET /govern and /systems/{ref}/profile: every subcategory with its answer, to be filled in from top to bottom.

use super::{form, header, parts, slug};
use crate::components::*;
use crate::islands::Autosave;
use crate::pages::systems::frame::{self, Section as Tab};
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use domain::framework::{Category, Function, Subcategory, nist};
use domain::ids::PersonId;
use leptos::prelude::*;
use std::collections::BTreeSet;
use store::profile::{Profile, load};
use store::systems::SystemHeader;

/// What of it is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    All,
    /// What a submission needs and nobody answered.
    Needed,
    /// What falls short of its target.
    Gaps,
}

impl Show {
    fn of(cx: &Cx) -> Self {
        match cx.url().get("show") {
            Some("needed") => Show::Needed,
            Some("gaps") => Show::Gaps,
            _ => Show::All,
        }
    }
}

/// What is shown, and what of each kind there is.
struct Shown {
    show: Show,
    needed: BTreeSet<String>,
    short: BTreeSet<String>,
}

impl Shown {
    fn of(profile: &Profile, show: Show) -> Self {
        let (needed, short) = parts::open(profile);
        Self { show, needed, short }
    }

    fn is(&self, show: Show, control: &str) -> bool {
        match show {
            Show::All => true,
            Show::Needed => self.needed.contains(control),
            Show::Gaps => self.short.contains(control),
        }
    }

    fn holds(&self, control: &str) -> bool {
        self.is(self.show, control)
    }
}

pub async fn govern(cx: Cx) -> PageResult {
    page(cx, None).await
}

pub async fn system(cx: Cx, Path(reference): Path<String>) -> PageResult {
    page(cx, Some(reference)).await
}

async fn page(cx: Cx, reference: Option<String>) -> PageResult {
    let (whose, header) = header(&cx, reference.as_deref()).await?;
    let profile = load(&cx.store, &cx.actor, whose).await?;
    let people = match profile.may_write {
        true => store::systems::choices(&cx.store).await?.people,
        false => Vec::new(),
    };
    let title = match &header {
        Some(header) => format!("AI RMF profile \u{b7} {}", header.located.name),
        None => "Govern".to_owned(),
    };
    let show = Show::of(&cx);
    cx.page(&title, || {
        let content = content(&profile, show, &people, cx.actor.id.to_string());
        match &header {
            Some(header) => framed(&cx, header, content),
            None => view! {
                <PageHeader title="Govern"
                    lead="What the organisation itself does about AI risk: rules, roles, people, culture, suppliers. Each system answers the rest on its own page."/>
                <h2 class="sr-only">"Questions and answers"</h2>
                {content}
            }
            .into_any(),
        }
    })
}

fn framed(cx: &Cx, header: &SystemHeader, content: AnyView) -> AnyView {
    let content = view! {
        <h2>"AI RMF profile"</h2>
        <p class="lead">"Where the system stands with each question of the NIST AI Risk Management Framework. What its tier asks for belongs to the dossier."</p>
        {content}
    };
    frame::frame(cx, header, Tab::Profile, content)
}

fn content(profile: &Profile, show: Show, people: &[(PersonId, String)], person: String) -> AnyView {
    let level = profile.whose.level();
    let functions: Vec<&Function> = nist().functions.iter().filter(|f| f.level == level).collect();
    let progress = parts::progress(profile);
    let shown = Shown::of(profile, show);
    let all: Vec<&Subcategory> = functions.iter().flat_map(|f| parts::of(f)).collect();
    let count = |which: Show| all.iter().filter(|s| shown.is(which, &s.id)).count();
    let home = super::home(profile.whose);
    let everything = home.clone();
    let mut kinds =
        vec![("All", Show::All, home.clone()), ("Short of target", Show::Gaps, format!("{home}?show=gaps"))];
    if profile.tier.is_some() {
        kinds.insert(1, ("Needed for a submission", Show::Needed, format!("{home}?show=needed")));
    }
    let chips = kinds
        .into_iter()
        .map(|(label, which, href)| {
            let current = (which == show).then_some("page");
            view! { <li><a class="chip" href=href aria-current=current>{label}" "<span class="num">{count(which)}</span></a></li> }
        })
        .collect_view();
    let none = (count(show) == 0).then(|| {
        view! { <EmptyState title="Nothing here" text="Every question of this kind has its answer." action_href=everything action="All questions"/> }
    });
    let listed = functions.iter().map(|f| function(profile, f, &shown)).collect_view();
    let (coverage, file) = (format!("{home}/coverage"), format!("{home}.json"));
    let open = all.iter().filter(|s| profile.proposal(&s.id).is_some()).count();
    let proposals = (open > 0 && profile.may_write).then(|| parts::confirm_all(profile, open));
    let people = form::people_list(people);
    view! {
        {progress}
        <p class="inline-links"><a href=coverage>"Coverage and gaps"</a>" \u{b7} "<a href=file download="">"OSCAL profile (JSON)"</a></p>
        <ul class="chips" aria-label="What is shown">{chips}</ul>
        {proposals}
        {none}
        <Autosave person=person>
            {people}
            {listed}
        </Autosave>
    }
    .into_any()
}

fn function(profile: &Profile, function: &Function, shown: &Shown) -> Option<AnyView> {
    parts::of(function).any(|s| shown.holds(&s.id)).then(|| {
        let categories = function.categories.iter().map(|c| category(profile, c, shown)).collect_view();
        view! {
            <section class="profile-function" aria-labelledby=format!("f-{}", function.id)>
                <h3 id=format!("f-{}", function.id)>{function.title.clone()}</h3>
                <p class="muted">{function.summary.clone()}</p>
                {categories}
            </section>
        }
        .into_any()
    })
}

fn category(profile: &Profile, category: &Category, shown: &Shown) -> Option<AnyView> {
    let listed: Vec<&Subcategory> = category.subcategories.iter().filter(|s| shown.holds(&s.id)).collect();
    (!listed.is_empty()).then(|| {
        let items = listed.into_iter().map(|s| subcategory(profile, s)).collect_view();
        view! {
            <h4 class="profile-category"><span class="ref">{category.id.clone()}</span>" "{category.title.clone()}</h4>
            {items}
        }
        .into_any()
    })
}

fn subcategory(profile: &Profile, asked: &Subcategory) -> AnyView {
    let row = profile.answers.get(&asked.id);
    let state = row.map(|row| row.answer.state()).unwrap_or(domain::framework::State::NotStarted);
    let needed =
        parts::needed(profile, &asked.id).then(|| view! { <span class="muted">"Needed for a submission"</span> });
    let status = row.map(|row| parts::said(row).into_any()).unwrap_or_else(|| ().into_any());
    let body = if profile.may_write {
        let filled = form::filled(crate::server::FormState::default(), row);
        form::form(profile.whose, asked, &filled, status, true).into_any()
    } else {
        row.map(parts::reading).unwrap_or_else(|| view! { <p class="muted">"Not answered yet."</p> }.into_any())
    };
    let page = format!("{}/{}", super::home(profile.whose), slug(&asked.id));
    let proposal = profile.proposal(&asked.id).map(|found| parts::proposal(profile, found));
    view! {
        <article class="answer" id=slug(&asked.id) aria-labelledby=format!("{}-title", slug(&asked.id))>
            <div class="answer-head">
                <h5 id=format!("{}-title", slug(&asked.id))>
                    <a class="ref" href=page>{asked.id.clone()}</a>" "{asked.title.clone()}
                </h5>
                <span data-state="">{parts::state(state)}</span>{needed}
            </div>
            <p class="question">{asked.question.clone()}</p>
            {parts::help(profile, asked)}
            {proposal}
            {body}
        </article>
    }
    .into_any()
}
