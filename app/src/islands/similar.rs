//! Names that resemble the one being typed, so that a system is not registered twice.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A system with a name like it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimilarName {
    /// AIS-12; empty for a system that this person may not see.
    pub reference: String,
    /// Its name, or where to ask.
    pub name: String,
}

/// Stands under the name's field, given by its id. `endpoint` answers `?name=…` with a JSON list of [`SimilarName`].
///
/// The endpoint is a row of the table of routes like every page, so that the role × route test covers it.
#[island]
pub fn SimilarNames(input_id: String, endpoint: String) -> impl IntoView {
    let found = RwSignal::new(Vec::<SimilarName>::new());
    #[cfg(feature = "hydrate")]
    super::browser::look_up_while_typing(input_id.clone(), endpoint.clone(), found);
    // On the server only the frame is drawn.
    let _ = (input_id, endpoint);
    let items = move || {
        found.get().into_iter().map(|system| {
        if system.reference.is_empty() {
            return view! { <li>{system.name}</li> }.into_any();
        }
        let href = format!("/systems/{}", system.reference);
        view! { <li><a href=href target="_blank">{system.name}</a>" "<span class="ref">{system.reference}</span></li> }.into_any()
    }).collect_view()
    };
    let hidden = move || found.with(Vec::is_empty);
    view! {
        <div class="similar" aria-live="polite">
            <div hidden=hidden>
                <p>"Already registered under a similar name:"</p>
                <ul>{items}</ul>
            </div>
        </div>
    }
}
