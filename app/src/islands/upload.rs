//! Drag and drop, and progress, around a plain multipart form (the children).

use leptos::prelude::*;

/// How far an upload is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sending {
    #[default]
    No,
    /// Percent sent; at 100 the server is checking and storing.
    Percent(u8),
    Failed,
}

/// Wraps a form with a file field.
#[island]
pub fn Upload(children: Children) -> impl IntoView {
    let root = NodeRef::<leptos::html::Div>::new();
    let sending = RwSignal::new(Sending::No);
    #[cfg(feature = "hydrate")]
    super::browser::send_with_progress(root, sending);
    let percent = move || {
        sending.with(|s| match s {
            Sending::Percent(percent) => percent.to_string(),
            _ => "0".to_string(),
        })
    };
    let words = move || {
        sending.with(|s| match s {
            Sending::No => String::new(),
            Sending::Percent(100) => "Checking and storing\u{2026}".to_string(),
            Sending::Percent(percent) => format!("{percent} % sent"),
            Sending::Failed => "The upload was interrupted. Nothing was stored; send it again.".to_string(),
        })
    };
    let idle = move || sending.with(|s| *s == Sending::No);
    view! {
        <div class="upload" node_ref=root>
            {children()}
            <div class="upload-progress" hidden=idle>
                <progress max="100" value=percent aria-label="Upload"></progress>
                <span role="status">{words}</span>
            </div>
        </div>
    }
}
