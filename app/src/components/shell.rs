//! What stands around every page: the head, the bar, the footer.

use super::{Icon, Instant, Person};
use crate::islands::Palette;
use crate::server::{
    AppState, PageUrl,
    frame::{Frame, Theme},
};
use domain::actor::{Actor, Role};
use leptos::{config::LeptosOptions, prelude::*};

/// The places of the bar.
const PLACES: [(&str, &str); 4] =
    [("My work", "/work"), ("Systems", "/systems"), ("Risks", "/risks"), ("Govern", "/govern")];
/// Those of people who read the whole register; to others they do not exist.
const OF_READERS: [(&str, &str); 2] = [("Committee", "/committee"), ("Reports", "/reports")];

/// The whole document. The script is sent only to people who are signed in: pages before that have nothing that moves.
#[component]
pub fn Shell(state: AppState, frame: Frame, title: String, children: Children) -> impl IntoView {
    let base = state.assets.base.to_string();
    let scripts = (state.assets.islands && frame.actor.is_some()).then(|| scripts(&base));
    let theme = frame.theme.attribute();
    let scheme = frame.theme.attribute().unwrap_or("light dark");
    let notice = frame.notice.map(|notice| {
        view! {
            <div class="notice" data-tone=match notice.tone() {
                crate::server::notice::NoticeTone::Success => "success",
                crate::server::notice::NoticeTone::Warning => "warning",
            }>{Icon::Check.view()}<p>{notice.text()}</p></div>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <title>{format!("{title} \u{b7} Countersign")}</title>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content=scheme/>
                <link rel="stylesheet" href=format!("{base}/countersign.css")/>
                <link rel="icon" href=format!("{base}/favicon.svg") type="image/svg+xml"/>
                {scripts}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                {bar(&frame)}
                <main id="main" tabindex="-1">
                    <div class="notices" role="status" aria-live="polite">{notice}</div>
                    {children()}
                </main>
                {footer(&state, &frame)}
            </body>
        </html>
    }
}

/// Leptos's own loader of islands, pointed at our folder of assets.
fn scripts(base: &str) -> impl IntoView + use<> {
    let folder = base.trim_start_matches('/').to_string();
    let options = LeptosOptions::builder().output_name("countersign").site_pkg_dir(folder).build();
    view! { <HydrationScripts options islands=true/> }
}

fn bar(frame: &Frame) -> impl IntoView + use<> {
    let actor = frame.actor.clone();
    let home = if actor.is_some() { "/work" } else { "/" };
    let signed_in = actor.map(|actor| {
        let places = places(&actor, &frame.path);
        let gates = places.iter().map(|p| (p.label.to_string(), p.href.to_string())).collect::<Vec<_>>();
        view! {
            <details class="menu bar-menu">
                <summary class="bar-button" aria-label="Menu">{Icon::Menu.view()}</summary>
                <nav class="menu-panel" aria-label="Main, small screens"><ul>{links(&places)}</ul></nav>
            </details>
            <nav class="bar-nav" aria-label="Main"><ul>{links(&places)}</ul></nav>
            <form class="bar-search" method="get" action="/search" role="search" aria-label="Whole register">
                <label class="sr-only" for="bar-q">"Search the register"</label>
                <button type="submit" aria-label="Search">{Icon::Search.view()}</button>
                <input type="search" id="bar-q" name="q" placeholder="Search" autocomplete="off" aria-keyshortcuts="/"/>
            </form>
            <Palette places=gates/>
            {account(&actor, frame)}
        }
    });
    view! {
        <header class="bar">
            <a class="brand" href=home>{mark()}<span>"Countersign"</span></a>
            {signed_in}
        </header>
    }
}

/// Two strokes that meet: signed, and countersigned.
fn mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
            <rect width="20" height="20" rx="5"></rect>
            <path d="m4.5 10.5 3 3 6-7.5M9.5 13.5l6-7.5"></path>
        </svg>
    }
}

#[derive(Clone)]
struct Place {
    label: &'static str,
    href: &'static str,
    here: bool,
}

fn places(actor: &Actor, path: &str) -> Vec<Place> {
    let mut all = PLACES.to_vec();
    if actor.reads_all() {
        all.extend(OF_READERS);
    }
    if actor.has_any(&[Role::Admin, Role::Auditor]) {
        all.push(("Audit", "/audit"));
    }
    if actor.has(Role::Admin) {
        all.push(("Admin", "/admin"));
    }
    let within = |href: &str| path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    all.into_iter().map(|(label, href)| Place { label, href, here: within(href) }).collect()
}

fn links(places: &[Place]) -> impl IntoView + use<> {
    places
        .iter()
        .map(|place| {
            let here = place.here.then_some("page");
            view! { <li><a href=place.href aria-current=here>{place.label}</a></li> }
        })
        .collect_view()
}

fn account(actor: &Actor, frame: &Frame) -> impl IntoView + use<> {
    let roles = actor.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", ");
    let name = actor.name.clone();
    view! {
        <details class="menu account">
            <summary class="bar-button"><span class="sr-only">"Account of "</span><Person name=name/></summary>
            <div class="menu-panel">
                <p class="menu-who"><b>{actor.name.clone()}</b><span class="muted">{actor.email.clone()}</span>
                    {(!roles.is_empty()).then(|| view! { <span class="muted">{roles}</span> })}</p>
                <ul><li><a href="/account">"Account and sessions"</a></li></ul>
                {theme_form(frame)}
                <form method="post" action="/sign-out"><button class="menu-item" type="submit">"Sign out"</button></form>
            </div>
        </details>
    }
}

/// Light, dark or system: a plain form, so that it works without script.
fn theme_form(frame: &Frame) -> impl IntoView + use<> {
    let next = PageUrl::parse(&frame.path, &frame.query).without("notice").to_string();
    let current = frame.theme;
    let buttons = [(Theme::System, "System"), (Theme::Light, "Light"), (Theme::Dark, "Dark")]
        .map(|(theme, label)| {
            let pressed = (theme == current).to_string();
            view! { <button type="submit" name="theme" value=theme.code() aria-pressed=pressed>{label}</button> }
        })
        .into_iter()
        .collect_view();
    view! {
        <form class="theme" method="post" action="/theme" role="group" aria-label="Theme">
            <input type="hidden" name="next" value=next/>
            {buttons}
        </form>
    }
}

fn footer(state: &AppState, frame: &Frame) -> impl IntoView + use<> {
    let site = &state.site;
    let printed = frame.now;
    view! {
        <footer class="footer">
            <span>{site.organisation.to_string()}</span>
            <span>"Countersign "{site.version.to_string()}</span>
            <span id="zone">"Times are in UTC"</span>
            <span class="print-only">"Printed "<Instant at=printed/></span>
        </footer>
    }
}
