//! The page of an error: what happened, and where to go on.

use super::PageHeader;
use leptos::prelude::*;

/// A title, a sentence, and a way on.
#[component]
pub fn ErrorPage(
    title: &'static str,
    #[prop(into)] text: String,
    request_id: Option<String>,
    signed_in: bool,
) -> impl IntoView {
    let (href, label) = if signed_in { ("/work", "Go to my work") } else { ("/sign-in", "Sign in") };
    view! {
        <div class="narrow">
            <PageHeader title=title/>
            <p>{text}</p>
            {request_id.map(|id| view! { <p class="muted">"Reference of this fault: "<code>{id}</code></p> })}
            <p><a class="button" href=href>{label}</a></p>
        </div>
    }
}
