//! Form fields. Each has its label, its hint and its message, wired with `aria-describedby` and `aria-invalid`, and takes
//! its value and its message from the form by its name.

mod choice;
mod input;

pub use choice::{CheckboxField, CheckboxGroups, Checkboxes, Choice, Radios, SelectField, YesNo};
pub use input::{DateField, EmailField, FileField, NumberField, PasswordField, SearchField, TextArea, TextField};

use super::text::field_id;
use crate::server::FormState;
use leptos::prelude::*;

/// Ids and messages of one field.
#[derive(Clone)]
struct Wiring {
    id: String,
    hint: Option<String>,
    error: Option<String>,
}

impl Wiring {
    fn new(form: &FormState, name: &str, hint: Option<String>) -> Self {
        Self { id: field_id(name), hint, error: form.error(name) }
    }

    fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        let ids: Vec<_> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    fn hint_view(&self) -> impl IntoView + use<> {
        let id = format!("{}-hint", self.id);
        self.hint.clone().map(|hint| view! { <p class="field-hint" id=id>{hint}</p> })
    }

    fn error_view(&self) -> impl IntoView + use<> {
        let id = format!("{}-error", self.id);
        self.error.clone().map(|error| {
            view! { <p class="field-error" id=id>{super::Icon::Warning.view()}<span class="sr-only">"Error: "</span>{error}</p> }
        })
    }
}

/// Label, hint, message, control: the shape of every field with one control.
fn field(wiring: &Wiring, label: String, optional: bool, control: AnyView) -> impl IntoView + use<> {
    view! {
        <div class="field" data-invalid=wiring.invalid()>
            <label for=wiring.id.clone()>{label}{optional.then(optional_mark)}</label>
            {wiring.hint_view()}
            {wiring.error_view()}
            {control}
        </div>
    }
}

/// The same for a group of controls.
fn group(wiring: &Wiring, legend: String, optional: bool, controls: AnyView) -> impl IntoView + use<> {
    view! {
        <fieldset class="field" data-invalid=wiring.invalid() aria-describedby=wiring.described_by()>
            <legend>{legend}{optional.then(optional_mark)}</legend>
            {wiring.hint_view()}
            {wiring.error_view()}
            {controls}
        </fieldset>
    }
}

/// Required is the rule, optional is said.
fn optional_mark() -> impl IntoView {
    view! { <span class="field-optional">" (optional)"</span> }
}
