//! The frame of a form: hidden fields, error summary, buttons.

use super::text::{Text, field_id};
use crate::server::{
    FormState,
    form::{ONCE, VERSION},
};
use leptos::prelude::*;

/// All that is wrong, on top of the page: takes the focus, links to the fields, says what stands beside them.
/// `Cx::form_page` puts it there by itself.
#[component]
pub fn ErrorSummary(#[prop(default = FormState::current(), into)] form: FormState) -> impl IntoView {
    let items = form
        .errors()
        .iter()
        .map(|(field, message)| {
            let message = message.clone();
            match field.is_empty() {
                true => view! { <li>{message}</li> }.into_any(),
                false => view! { <li><a href=format!("#{}", field_id(field))>{message}</a></li> }.into_any(),
            }
        })
        .collect_view();
    view! {
        <div class="error-summary" role="alert" tabindex="-1" autofocus aria-labelledby="error-summary-title">
            <h2 id="error-summary-title">"There is a problem"</h2>
            <ul>{items}</ul>
        </div>
    }
}

/// A POST form with its hidden fields and its buttons.
#[component]
pub fn Form(
    #[prop(default = FormState::current(), into)] form: FormState,
    /// Where it is sent.
    #[prop(into)]
    action: String,
    /// What the button says: a verb.
    #[prop(into)]
    submit: String,
    /// Where Cancel leads.
    #[prop(optional, into)]
    cancel: Text,
    /// Whether the button destroys something.
    #[prop(optional)]
    danger: bool,
    /// The form holds files.
    #[prop(optional)]
    multipart: bool,
    /// Wide forms fill the page; others keep a readable measure.
    #[prop(optional)]
    wide: bool,
    /// A second button that saves too: its words, and where it sends the form.
    #[prop(optional)]
    second: Option<(&'static str, String)>,
    children: Children,
) -> impl IntoView {
    provide_context(form.clone());
    let class = if wide { "form form-wide" } else { "form" };
    view! {
        <form class=class method="post" action=action novalidate enctype=multipart.then_some("multipart/form-data")>
            <HiddenState form=form/>
            {children()}
            <Actions submit cancel danger second/>
        </form>
    }
}

/// The hidden fields that every form carries: its token, and its version where it edits something.
#[component]
pub fn HiddenState(#[prop(default = FormState::current(), into)] form: FormState) -> impl IntoView {
    [ONCE, VERSION]
        .into_iter()
        .filter(|name| form.has(name))
        .map(|name| {
            let value = form.value(name);
            view! { <Hidden name value/> }
        })
        .collect_view()
}

/// One hidden field.
#[component]
pub fn Hidden(#[prop(into)] name: String, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// The buttons at a form's end.
#[component]
pub fn Actions(
    #[prop(into)] submit: String,
    #[prop(optional, into)] cancel: Text,
    #[prop(optional)] danger: bool,
    #[prop(default = None)] second: Option<(&'static str, String)>,
) -> impl IntoView {
    let class = if danger { "button button-danger" } else { "button button-primary" };
    view! {
        <div class="actions">
            <button class=class type="submit">{submit}</button>
            {second.map(|(words, to)| view! { <button class="button" type="submit" formaction=to>{words}</button> })}
            {cancel.get().map(|href| view! { <a class="button button-plain" href=href>"Cancel"</a> })}
        </div>
    }
}
