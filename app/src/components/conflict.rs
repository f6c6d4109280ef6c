//! Two people edited the same thing: the second sees both versions and loses no text.

use super::{Diff, FieldChange};
use leptos::prelude::*;

/// One field in the two versions.
#[derive(Clone, Debug)]
pub struct ConflictField {
    pub label: String,
    /// What stands in the register now.
    pub theirs: String,
    /// What was just typed.
    pub yours: String,
}

impl ConflictField {
    /// A field in the two versions.
    pub fn new(label: impl Into<String>, theirs: impl ToString, yours: impl ToString) -> Self {
        Self { label: label.into(), theirs: theirs.to_string(), yours: yours.to_string() }
    }
}

/// Stands above the form, which keeps what was typed and carries the new version: saving it again is a decision.
/// Fields that are the same in both are left out.
#[component]
pub fn ConflictNotice(
    /// Who saved first.
    #[prop(into)]
    who: String,
    fields: Vec<ConflictField>,
) -> impl IntoView {
    let changes: Vec<FieldChange> = fields
        .into_iter()
        .filter(|field| field.theirs.trim() != field.yours.trim())
        .map(|field| FieldChange::new(field.label, Some(field.theirs), Some(field.yours)))
        .collect();
    view! {
        <div class="conflict" role="alert" tabindex="-1" autofocus aria-labelledby="conflict-title">
            <h2 id="conflict-title">{who}" changed this while you were editing"</h2>
            <p>"Nothing of yours was saved yet, and nothing is lost. Your text is in the form below. Take over what you need
                from theirs, then save again."</p>
            <Diff changes caption="Their version and yours" before="Theirs (saved)" after="Yours (not saved)" versions=true/>
        </div>
    }
}
