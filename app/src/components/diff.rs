//! What changed, field by field.

use super::text::Text;
use leptos::prelude::*;

/// One field before and after; `None` is "nothing".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl FieldChange {
    /// A change of a field.
    pub fn new(label: impl Into<String>, before: Option<String>, after: Option<String>) -> Self {
        Self { label: label.into(), before, after }
    }
}

/// A table of changes. Added and removed are words too, not only colours.
#[component]
pub fn Diff(
    changes: Vec<FieldChange>,
    #[prop(default = "What changed".into(), into)] caption: String,
    /// Heads of the two columns.
    #[prop(optional, into)]
    before: Text,
    #[prop(optional, into)] after: Text,
    /// Two versions side by side, neither of which replaces the other yet.
    #[prop(optional)]
    versions: bool,
) -> impl IntoView {
    let (before_mark, after_mark) = if versions { (Mark::None, Mark::None) } else { (Mark::Removed, Mark::Added) };
    let label = caption.clone();
    let rows = changes
        .into_iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row">{change.label}</th>
                    <td>{side(change.before, before_mark)}</td>
                    <td>{side(change.after, after_mark)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="table-scroll" aria-label=label tabindex="0">
            <table class="table diff">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>
                    <th scope="col">"Field"</th>
                    <th scope="col">{before.get().unwrap_or_else(|| "Before".into())}</th>
                    <th scope="col">{after.get().unwrap_or_else(|| "After".into())}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[derive(Clone, Copy)]
enum Mark {
    Removed,
    Added,
    None,
}

fn side(text: Option<String>, mark: Mark) -> AnyView {
    match (text.filter(|text| !text.is_empty()), mark) {
        (None, _) => view! { <span class="muted">"(empty)"</span> }.into_any(),
        (Some(text), Mark::Removed) => view! { <del>{text}</del> }.into_any(),
        (Some(text), Mark::Added) => view! { <ins>{text}</ins> }.into_any(),
        (Some(text), Mark::None) => text.into_any(),
    }
}
