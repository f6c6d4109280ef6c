//! GET and POST /systems/{ref}/edit: what the system was registered with.

use super::frame::{Section as Tabbed, approval_at_stake, frame, href, load};
use crate::{
    choices,
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use domain::ids::UnitId;
use domain::policy::Action;
use domain::system::{Registration, Stage};
use leptos::prelude::*;
use store::systems::{SystemHeader, choices::Choices, get::details};

/// Shows the fields.
pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = load(&cx, &reference).await?;
    header.located.allow_change(&cx.actor, Action::SystemEdit)?;
    let details = details(&cx.store, header.located.id).await?;
    let choices = store::systems::choices(&cx.store).await?;
    let form = cx
        .form()
        .fill("name", &header.located.name)
        .fill("purpose", &details.purpose)
        .fill("unit", details.unit)
        .fill("stage", header.stage)
        .at_version(header.located.version);
    page(&cx, header, choices, form, None)
}

/// Keeps the change, or shows both versions.
pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let name = form.text("name", "Enter a name");
    let purpose = form.prose("purpose", "Say what the system is for");
    let unit = form.pick::<UnitId>("unit", "Choose a business unit");
    let stage = form.pick::<Stage>("stage", "Choose where the system stands in its life");
    let version = form.version();
    let header = load(&cx, &reference).await?;
    let (name, purpose, unit, stage, version) = match form.finish((name, purpose, unit, stage, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, header, store::systems::choices(&cx.store).await?, form, None),
    };
    let new = Registration { name, purpose, unit, owner: header.owner_id, stage };
    match store::systems::edit::edit(&cx.store, &cx.actor, header.located.reference, version, &new).await {
        Ok(()) => cx.redirect_with(href(header.located.reference, ""), Notice::Saved),
        Err(store::Error::Stale { .. }) => conflict(&cx, &reference, form.state(), new).await,
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, header, store::systems::choices(&cx.store).await?, form, None)
        }
    }
}

/// Both versions, and what was typed still in its fields.
async fn conflict(cx: &Cx, reference: &str, form: FormState, mine: Registration) -> PageResult {
    let header = load(cx, reference).await?;
    let theirs = details(&cx.store, header.located.id).await?;
    let choices = store::systems::choices(&cx.store).await?;
    let unit = choices.units.iter().find(|(id, _)| *id == mine.unit).map(|(_, name)| name.clone()).unwrap_or_default();
    let fields = vec![
        ConflictField::new("Name", &header.located.name, mine.name),
        ConflictField::new("Purpose", theirs.purpose, mine.purpose),
        ConflictField::new("Business unit", &header.unit, unit),
        ConflictField::new("Stage", header.stage.label(), mine.stage.label()),
    ];
    let form = form.at_version(header.located.version);
    page(cx, header, choices, form, Some((theirs.changed_by, fields)))
}

fn page(
    cx: &Cx,
    header: SystemHeader,
    choices: Choices,
    form: FormState,
    conflict: Option<(String, Vec<ConflictField>)>,
) -> PageResult {
    let units: Vec<Choice> = choices.units.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    let retired = header.stage == Stage::Retired;
    let stages: Vec<Choice> =
        choices!(Stage).into_iter().filter(|c| (c.value == Stage::Retired.as_str()) == retired).collect();
    let reference = header.located.reference;
    let title = format!("Edit {}", header.located.name);
    let clash = conflict.is_some();
    let shown = form.clone();
    let view = || {
        let notice = conflict.map(|(who, fields)| view! { <ConflictNotice who fields/> });
        let at_stake = approval_at_stake(&header);
        let content = view! {
            <Section title="Edit the system">
                {notice}{at_stake}
                <Form form=shown action=href(reference, "/edit") submit="Save" cancel=href(reference, "")>
                    <TextField name="name" label="Name"/>
                    <TextArea name="purpose" label="Purpose" hint="What it is for, and what its output is used for"/>
                    <SelectField name="unit" label="Business unit" choices=units.clone()/>
                    <Radios name="stage" label="Stage" choices=stages.clone() inline=true/>
                </Form>
                <p class="muted form-foot">"The owner is changed under "<a href=href(reference, "/people")>"People"</a>". A system that is no longer used is "<a href=href(reference, "/retire")>"retired"</a>"."</p>
            </Section>
        };
        frame(cx, &header, Tabbed::Overview, content)
    };
    if clash { cx.conflict_page(&title, view) } else { cx.form_page(&title, &form, view) }
}
