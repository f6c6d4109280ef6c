//! Forms that save themselves as they are typed, around plain forms (the children) that work without it.
//!
//! What could not be sent is kept in the browser and sent again, also after the page was closed; what somebody else saved
//! first is shown beside what was typed, and nothing of either is lost.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the server says to one form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Autosaved {
    /// The version that stands now.
    pub version: i32,
    /// The state in words, when it was saved.
    pub state: Option<String>,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
    /// What somebody else saved first.
    pub theirs: Option<Theirs>,
}

/// The version of somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theirs {
    /// Who saved it.
    pub who: String,
    /// Values by field.
    pub fields: Vec<(String, String)>,
}

/// Wraps forms that carry `data-autosave`, the address that takes them. `person` is who types: what one could not send is
/// never sent, or shown, as somebody else's.
#[island]
pub fn Autosave(person: String, children: Children) -> impl IntoView {
    let root = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    super::saving::save_while_typing(root);
    view! { <div class="autosave" node_ref=root data-person=person>{children()}</div> }
}
