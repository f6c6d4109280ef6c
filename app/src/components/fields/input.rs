//! Fields that are typed into.

use super::{Wiring, field};
use crate::server::form::day;
use crate::{
    components::text::{Text, escape},
    server::FormState,
};
use leptos::prelude::*;

/// How wide a control is; the width hints at the length of the answer.
fn width(chars: Option<u8>) -> Option<String> {
    chars.map(|chars| match chars {
        0..=6 => "w-xs".into(),
        7..=14 => "w-s".into(),
        15..=30 => "w-m".into(),
        _ => "w-l".into(),
    })
}

/// One line of text.
#[component]
pub fn TextField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
    /// Expected length in characters, for the control's width.
    #[prop(optional)]
    chars: Option<u8>,
    /// `autocomplete` for personal data: "name", "organization", "one-time-code".
    #[prop(optional, into)]
    autocomplete: Text,
    /// Takes the focus where the page has one purpose.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let control = view! {
        <input type="text" id=wiring.id.clone() value=form.value(&name) name=name class=width(chars) maxlength="200"
            autocomplete=autocomplete.get().unwrap_or_else(|| "off".into()) autofocus=autofocus
            aria-describedby=wiring.described_by() aria-invalid=wiring.invalid() required=!optional/>
    };
    field(&wiring, label, optional, control.into_any())
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
    #[prop(default = 4)] rows: u8,
    /// Says under the field that Markdown may be used.
    #[prop(optional)]
    markdown: bool,
) -> impl IntoView {
    let hint = match (hint.get(), markdown) {
        (Some(hint), true) => Some(format!("{hint} Markdown may be used.")),
        (None, true) => Some("Markdown may be used.".into()),
        (hint, false) => hint,
    };
    let wiring = Wiring::new(&form, &name, hint);
    // Leptos writes a textarea's text as it stands, so it is escaped here. A line break first: browsers drop the first
    // one, and a text may begin with one.
    let text = format!("\n{}", escape(&form.value(&name)));
    let control = view! {
        <textarea id=wiring.id.clone() name=name rows=rows.to_string() maxlength="10000"
            aria-describedby=wiring.described_by() aria-invalid=wiring.invalid() required=!optional>{text}</textarea>
    };
    field(&wiring, label, optional, control.into_any())
}

/// A day. Browsers show their own picker; without one, it is typed as 2026-03-12.
#[component]
pub fn DateField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let value = form.value(&name);
    // A date field shows nothing that is not a date; what was typed must not be lost.
    let kind = if value.is_empty() || day(&value).is_ok() { "date" } else { "text" };
    let control = view! {
        <input type=kind id=wiring.id.clone() value=value name=name class="w-s"
            aria-describedby=wiring.described_by() aria-invalid=wiring.invalid() required=!optional/>
    };
    field(&wiring, label, optional, control.into_any())
}

/// A number.
#[component]
pub fn NumberField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let control = view! {
        <input type="text" inputmode="decimal" id=wiring.id.clone() value=form.value(&name) name=name class="w-xs num"
            autocomplete="off" aria-describedby=wiring.described_by() aria-invalid=wiring.invalid() required=!optional/>
    };
    field(&wiring, label, optional, control.into_any())
}

/// An e-mail address.
#[component]
pub fn EmailField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
    /// "username" on the sign-in page, "email" elsewhere.
    #[prop(default = "email".into(), into)]
    autocomplete: String,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let control = view! {
        <input type="email" id=wiring.id.clone() value=form.value(&name) name=name autocomplete=autocomplete
            autocapitalize="none" spellcheck="false" maxlength="200"
            aria-describedby=wiring.described_by() aria-invalid=wiring.invalid() required/>
    };
    field(&wiring, label, false, control.into_any())
}

/// A password; never filled in by us. It may be pasted.
#[component]
pub fn PasswordField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
    /// "current-password" or "new-password".
    #[prop(default = "current-password".into(), into)]
    autocomplete: String,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let control = view! {
        <input type="password" id=wiring.id.clone() name=name autocomplete=autocomplete autocapitalize="none"
            spellcheck="false" aria-describedby=wiring.described_by() aria-invalid=wiring.invalid() required/>
    };
    field(&wiring, label, false, control.into_any())
}

/// A file. The form around it is `multipart`.
#[component]
pub fn FileField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
    /// `accept`: ".csv,text/csv".
    #[prop(optional, into)]
    accept: Text,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let control = view! {
        <input type="file" id=wiring.id.clone() name=name accept=accept.get()
            aria-describedby=wiring.described_by() aria-invalid=wiring.invalid() required=!optional/>
    };
    field(&wiring, label, optional, control.into_any())
}

/// The search of a list, with a label that only screen readers need.
#[component]
pub fn SearchField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
) -> impl IntoView {
    let id = crate::components::text::field_id(&name);
    view! {
        <div class="search-field">
            <label class="sr-only" for=id.clone()>{label.clone()}</label>
            {crate::components::Icon::Search.view()}
            <input type="search" id=id name=name value=value placeholder=label autocomplete="off"/>
        </div>
    }
}
