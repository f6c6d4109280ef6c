//! Fields that are chosen from.

use super::{Wiring, field, group};
use crate::{
    components::text::{Text, field_id},
    server::FormState,
};
use leptos::prelude::*;

/// One thing to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// A sentence under the label (radio buttons and checkboxes only).
    pub hint: Option<String>,
}

impl Choice {
    /// A value and its label.
    pub fn new(value: impl ToString, label: impl Into<String>) -> Self {
        Self { value: value.to_string(), label: label.into(), hint: None }
    }

    /// Adds a sentence under the label.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The choices of a closed list of the domain: `words!(Stage)`.
#[macro_export]
macro_rules! choices {
    ($words:ty) => {
        <$words>::ALL
            .iter()
            .map(|word| $crate::components::Choice::new(word.as_str(), word.label()))
            .collect::<Vec<_>>()
    };
}

/// One of many, closed. People are chosen with it too: `Choice::new(person.id, person.name)`.
#[component]
pub fn SelectField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
    /// What stands first, for nothing chosen.
    #[prop(default = "Choose\u{2026}".into(), into)]
    empty: String,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let options = choices
        .into_iter()
        .map(|choice| {
            let selected = form.holds(&name, &choice.value);
            view! { <option value=choice.value selected=selected>{choice.label}</option> }
        })
        .collect_view();
    let control = view! {
        <select id=wiring.id.clone() name=name.clone() aria-describedby=wiring.described_by() aria-invalid=wiring.invalid()
            required=!optional>
            <option value="">{empty}</option>
            {options}
        </select>
    };
    field(&wiring, label, optional, control.into_any())
}

/// One of a few, open.
#[component]
pub fn Radios(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
    /// Side by side: for two or three short ones.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let controls = boxes(&form, &name, "radio", choices, inline);
    group(&wiring, label, optional, controls.into_any())
}

/// A yes/no question; nothing is chosen beforehand.
#[component]
pub fn YesNo(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
) -> impl IntoView {
    let choices = vec![Choice::new("yes", "Yes"), Choice::new("no", "No")];
    view! { <Radios form name label choices hint=hint.get() inline=true/> }
}

/// Any of several.
#[component]
pub fn Checkboxes(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] hint: Text,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let controls = boxes(&form, &name, "checkbox", choices, false);
    group(&wiring, label, optional, controls.into_any())
}

/// Any of many, in named groups; all are sent under one name.
#[component]
pub fn CheckboxGroups(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    /// The name of each group, and what stands in it.
    groups: Vec<(String, Vec<Choice>)>,
    #[prop(optional, into)] hint: Text,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let mut before = 0;
    let groups = groups.into_iter().map(|(title, choices)| {
        let first = before;
        before += choices.len();
        let id = format!("{}-group-{first}", field_id(&name));
        let controls = boxes_from(first, &form, &name, "checkbox", choices, false);
        let title = view! { <p class="choice-group-title" id=id.clone()>{title}</p> };
        view! { <div class="choice-group" role="group" aria-labelledby=id>{title}{controls}</div> }
    });
    let groups = groups.collect_view();
    group(&wiring, label, false, view! { <div class="choice-groups">{groups}</div> }.into_any())
}

/// One box to tick, sent as "yes".
#[component]
pub fn CheckboxField(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Text,
) -> impl IntoView {
    let wiring = Wiring::new(&form, &name, hint.get());
    let id = field_id(&name);
    let checked = form.holds(&name, "yes");
    view! {
        <div class="field" data-invalid=wiring.invalid()>
            {wiring.error_view()}
            <div class="choice">
                <input type="checkbox" id=id.clone() name=name value="yes" checked=checked
                    aria-describedby=wiring.described_by() aria-invalid=wiring.invalid()/>
                <label for=id>{label}</label>
                {wiring.hint_view()}
            </div>
        </div>
    }
}

/// The boxes of a group. The first one has the field's id, so that the error summary leads to it.
fn boxes(
    form: &FormState,
    name: &str,
    kind: &'static str,
    choices: Vec<Choice>,
    inline: bool,
) -> impl IntoView + use<> {
    boxes_from(0, form, name, kind, choices, inline)
}

/// The same, counted from a number, so that ids stay different where a name has several groups.
fn boxes_from(
    first: usize,
    form: &FormState,
    name: &str,
    kind: &'static str,
    choices: Vec<Choice>,
    inline: bool,
) -> impl IntoView + use<> {
    let base = field_id(name);
    let items = choices.into_iter().enumerate().map(|(i, choice)| {
        let i = first + i;
        let id = if i == 0 { base.clone() } else { format!("{base}-{i}") };
        let hint_id = choice.hint.as_ref().map(|_| format!("{id}-hint"));
        let checked = form.holds(name, &choice.value);
        let hint = choice.hint.map(|hint| view! { <p class="field-hint" id=hint_id.clone()>{hint}</p> });
        view! {
            <div class="choice">
                <input type=kind id=id.clone() name=name.to_string() value=choice.value checked=checked aria-describedby=hint_id/>
                <label for=id>{choice.label}</label>
                {hint}
            </div>
        }
    }).collect_view();
    view! { <div class=if inline { "choices choices-inline" } else { "choices" }>{items}</div> }
}
