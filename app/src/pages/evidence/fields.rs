//! The fields of a label, read and shown by adding and editing alike.

use crate::choices;
use crate::components::*;
use crate::server::{FormReader, FormState};
use domain::evidence::Kind;
use leptos::prelude::*;
use store::evidence::{Label, Link};

/// Reads them in the order of the page. Without `instead` (the file's name) the title has to be typed.
pub fn read(form: &mut FormReader, instead: Option<&str>) -> Option<Label> {
    let kind = form.pick::<Kind>("kind", "Choose what the file shows");
    let speaks_of = form.date("speaks_of", "Enter the date that the file speaks of");
    let title = match instead {
        None => form.text("title", "Enter a title"),
        Some(name) => {
            form.opt("title").or_else(|| domain::text::line(&domain::evidence::file_name(name)).ok().flatten())
        }
    };
    let valid_until = form.opt_date("valid_until");
    let (risks, mitigations) = (form.picks("risks"), form.picks("mitigations"));
    let note = form.opt_prose("note");
    Some(Label { title: title?, kind: kind?, speaks_of: speaks_of?, valid_until, note, risks, mitigations })
}

/// A form with a label in it.
pub fn fill(form: FormState, label: &Label) -> FormState {
    form.fill("kind", label.kind)
        .fill("speaks_of", label.speaks_of)
        .fill("title", &label.title)
        .fill_opt("valid_until", label.valid_until)
        .fill_opt("note", label.note.as_ref())
        .fill_all("risks", &label.risks)
        .fill_all("mitigations", &label.mitigations)
}

/// What can be linked. Things that are linked already stay choosable, whatever became of them.
pub fn links(open: &[Link], linked: &[Link], prefix: &str) -> Vec<Choice> {
    let mut all: Vec<&Link> = open.iter().chain(linked).collect();
    all.sort_by_key(|link| link.number);
    all.dedup_by_key(|link| link.number);
    all.into_iter()
        .map(|link| {
            let reference = format!("{prefix}-{}", link.number);
            Choice::new(&reference, format!("{reference} {}", link.title))
        })
        .collect()
}

/// The fields themselves. Without a file beside them the title has to be typed.
pub fn view(risks: Vec<Choice>, mitigations: Vec<Choice>, title_optional: bool) -> impl IntoView {
    let hint = if title_optional { "Left empty, the file\u{2019}s name is taken." } else { "" };
    let linked_risks = (!risks.is_empty()).then(|| {
        view! { <Checkboxes name="risks" label="Risks that it speaks about" choices=risks optional=true/> }
    });
    let linked_mitigations = (!mitigations.is_empty()).then(|| {
        view! { <Checkboxes name="mitigations" label="Mitigations that it shows to work" choices=mitigations optional=true/> }
    });
    view! {
        <SelectField name="kind" label="What it shows" choices=choices!(Kind)/>
        <DateField name="speaks_of" label="Date that it speaks of" hint="When the test was run or the document signed, not the day of the upload."/>
        <TextField name="title" label="Title" hint=hint optional=title_optional/>
        <DateField name="valid_until" label="Valid until" hint="The last day on which it counts." optional=true/>
        {linked_risks}
        {linked_mitigations}
        <TextArea name="note" label="Note" hint="What it shows, and what it does not." optional=true markdown=true/>
    }
}
