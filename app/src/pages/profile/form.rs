//! The form of one answer. Dozens stand on a page, so that its ids carry the subcategory, and one list of people serves all.

use super::{home, slug};
use crate::components::*;
use crate::server::{FormReader, FormState};
use domain::framework::{Draft, State, Subcategory, Typed};
use domain::ids::PersonId;
use leptos::prelude::*;
use store::profile::{Links, Row, Said, Whose};

/// The list of people that every owner's field takes its suggestions from.
pub const PEOPLE: &str = "people-here";

/// A form as the answer stands.
pub fn filled(form: FormState, row: Option<&Row>) -> FormState {
    let Some(row) = row else { return form.fill("state", State::NotStarted).at_version(0) };
    let draft = &row.answer.draft;
    form.fill("state", draft.state)
        .fill_opt("says", draft.text.as_ref().or(draft.reason.as_ref()))
        .fill_opt("target", draft.target)
        .fill_opt("owner", row.owner.as_ref().map(|o| &o.name))
        .fill_opt("due", draft.due)
        .fill("links", &row.links)
        .at_version(row.version)
}

/// What was typed. One text: why it does not apply where it doesn't, what is in place otherwise.
pub fn read(form: &mut FormReader, people: &[(PersonId, String)], row: Option<&Row>) -> Option<Said> {
    let [state, says, target, owner, due, links] =
        ["state", "says", "target", "owner", "due", "links"].map(|name| form.opt(name).unwrap_or_default());
    let away = state == State::NotApplicable.as_str();
    let (text, reason) = if away { ("", says.as_str()) } else { (says.as_str(), "") };
    let typed = Typed { state: &state, target: &target, text, reason, due: &due };
    let draft = match Draft::parse(typed) {
        Ok(draft) => Some(draft),
        Err(errors) => {
            for (field, message) in errors.0 {
                let field = if matches!(field.as_str(), "text" | "reason") { "says" } else { field.as_str() };
                form.error(field, message);
            }
            None
        }
    };
    let owner = match named(&owner, people, row) {
        Ok(owner) => Some(owner),
        Err(message) => {
            form.error("owner", message);
            None
        }
    };
    let links = match Links::parse(&links) {
        Ok(links) => Some(links),
        Err(message) => {
            form.error("links", message);
            None
        }
    };
    Some(Said { draft: draft?, owner: owner?, links: links? })
}

/// The person of that name: one who works here, or the one who is named already.
fn named(typed: &str, people: &[(PersonId, String)], row: Option<&Row>) -> Result<Option<PersonId>, &'static str> {
    if typed.is_empty() {
        return Ok(None);
    }
    if let Some(owner) = row.and_then(|row| row.owner.as_ref()).filter(|owner| owner.name == typed) {
        return Ok(Some(owner.id));
    }
    let mut found = people.iter().filter(|(_, name)| name.to_lowercase() == typed.to_lowercase());
    match (found.next(), found.next()) {
        (Some((id, _)), None) => Ok(Some(*id)),
        (None, _) => Err("Choose a person of the list"),
        (Some(_), Some(_)) => Err("Two people have this name: ask an administrator to tell them apart"),
    }
}

/// The names to choose from, once a page.
pub fn people_list(people: &[(PersonId, String)]) -> impl IntoView + use<> {
    let options = people.iter().map(|(_, name)| view! { <option value=name.clone()></option> }).collect_view();
    view! { <datalist id=PEOPLE>{options}</datalist> }
}

/// The form, with `status` beside its button. `autosave` where it saves by itself as it is typed.
pub fn form(
    whose: Whose,
    asked: &Subcategory,
    form: &FormState,
    status: AnyView,
    autosave: bool,
) -> impl IntoView + use<> {
    let slug = slug(&asked.id);
    let at = format!("{}/{slug}", home(whose));
    let id = |name: &str| format!("{slug}-{name}");
    let field = |name: &'static str, label: &'static str, control: AnyView| {
        let error = form.error(name);
        let hidden = error.is_none();
        let shown = view! { <span class="field-error" id=format!("{slug}-{name}-error") data-error=name hidden=hidden>{error}</span> };
        view! { <div class="answer-field"><label for=id(name)>{label}</label>{control}{shown}</div> }
    };
    let options = |states: Vec<(String, &'static str)>, chosen: String| {
        states
            .into_iter()
            .map(|(value, label)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{label}</option> }
            })
            .collect_view()
    };
    let described = |name: &str| form.error(name).map(|_| format!("{slug}-{name}-error"));
    let states = State::ALL.iter().filter(|s| **s != State::Verified);
    let states = states.map(|s| (s.to_string(), s.label())).collect();
    let targets = [State::Partial, State::Implemented, State::Verified];
    let targets = std::iter::once((String::new(), "As the tier asks"))
        .chain(targets.into_iter().map(|s| (s.to_string(), s.label())))
        .collect();
    let state = view! {
        <select id=id("state") name="state" aria-describedby=described("state")>{options(states, form.value("state"))}</select>
    };
    let says = view! {
        <textarea id=id("says") name="says" rows="2" aria-describedby=described("says")>{form.value("says")}</textarea>
    };
    let target = view! { <select id=id("target") name="target">{options(targets, form.value("target"))}</select> };
    let text = |name: &'static str, hint: &'static str, list: Option<&'static str>| {
        view! {
            <input type="text" id=id(name) name=name value=form.value(name) placeholder=hint list=list autocomplete="off"
                aria-describedby=described(name)/>
        }
        .into_any()
    };
    let due = view! { <input type="date" id=id("due") name="due" value=form.value("due") aria-describedby=described("due")/> };
    let more = ["target", "owner", "due", "links"]
        .iter()
        .any(|name| !form.value(name).is_empty() || form.error(name).is_some());
    let button = if autosave { "button button-small" } else { "button button-primary" };
    let saver = autosave.then(|| format!("{at}/autosave"));
    view! {
        <form class="answer-form" method="post" action=at novalidate data-autosave=saver>
            <Hidden name="version" value=form.value("version")/>
            {field("state", "Where it stands", state.into_any())}
            {field("says", "What is in place, and what is missing; or why it does not apply", says.into_any())}
            <details class="answer-more" open=more>
                <summary>"Target, owner, date, what it rests on"</summary>
                <div class="answer-fields">
                    {field("target", "Target", target.into_any())}
                    {field("owner", "Owner", text("owner", "", Some(PEOPLE)))}
                    {field("due", "Due", due.into_any())}
                    {field("links", "Rests on", text("links", "R-3, M-2, E-9", None))}
                </div>
            </details>
            <div class="answer-end">
                <button class=button type="submit">"Save"<span class="sr-only">" "{asked.id.clone()}</span></button>
                <span class="muted" role="status" data-status="">{status}</span>
            </div>
            <div class="answer-theirs" data-theirs="" hidden></div>
        </form>
    }
}
