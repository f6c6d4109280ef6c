//! Destructive actions say what will happen and are confirmed by typing.

use super::TextField;
use crate::server::FormState;
use leptos::prelude::*;

/// A field in which `expected` is typed (a reference such as AIS-12); read it with `form.confirmed("confirm", …)`.
#[component]
pub fn ConfirmByTyping(
    #[prop(default = FormState::current(), into)] form: FormState,
    #[prop(into)] expected: String,
    /// What will happen, in one or two sentences.
    #[prop(into)]
    consequence: String,
) -> impl IntoView {
    view! {
        <super::Callout tone=super::Tone::Warning title="Read this first"><p>{consequence}</p></super::Callout>
        <TextField form name="confirm" label=format!("Type {expected} to confirm") chars=20/>
    }
}
