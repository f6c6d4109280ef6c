//! GET and POST /systems/{ref}/tier: the committee sets another tier than the answers lead to.

use super::frame::{Section as Tabbed, frame, href, load};
use super::tier_card::tier_card;
use crate::{
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::extract::Path;
use domain::policy::Action;
use domain::triage::Tier as TierWord;
use leptos::prelude::*;
use store::systems::{SystemHeader, get::details, override_tier::override_tier};

/// The choice that lifts an earlier override.
const AS_ANSWERED: &str = "answers";

/// Shows the form to those who may judge the system.
pub async fn show(cx: Cx, Path(reference): Path<String>) -> PageResult {
    let header = load(&cx, &reference).await?;
    header.located.allow_in_use(&cx.actor, Action::TierOverride)?;
    page(&cx, header, cx.form()).await
}

/// Sets the tier, or lifts the override.
pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let choice = form.text("tier", "Choose a tier");
    let reason = form.prose("reason", "Say why the answers lead to the wrong tier");
    let once = form.once();
    let header = load(&cx, &reference).await?;
    let (choice, reason, once) = match form.finish((choice, reason, once)) {
        Ok(read) => read,
        Err(form) => return page(&cx, header, form).await,
    };
    let tier = match choice.as_str() {
        AS_ANSWERED => None,
        word => Some(word.parse::<TierWord>().map_err(|_| AppError::NotNow("There is no such tier".into()))?),
    };
    let reference = header.located.reference;
    match override_tier(&cx.store, &cx.actor, reference, tier, &reason, Some(once)).await {
        Ok(()) => cx.redirect_with(href(reference, "/triage"), Notice::TierSet),
        Err(error) => {
            let form = form.refused(&AppError::from(error).fields()?);
            page(&cx, header, form).await
        }
    }
}

async fn page(cx: &Cx, header: SystemHeader, form: FormState) -> PageResult {
    let details = details(&cx.store, header.located.id).await?;
    let reference = header.located.reference;
    let mut choices: Vec<Choice> =
        TierWord::ALL.iter().filter(|t| Some(**t) != header.tier).map(|t| Choice::new(t, t.label())).collect();
    if header.tier_overridden {
        choices.insert(0, Choice::new(AS_ANSWERED, "The one that the answers lead to"));
    }
    let under_review = header.located.under_review;
    cx.form_page("Set another tier", &form, || {
        let card = tier_card(&header, &details);
        let content = view! {
            <div class="split">
                <Section title="Set another tier" lead="It takes the place of the tier that the answers lead to, until it is lifted.">
                    {under_review.then(|| view! {
                        <Callout tone=Tone::Warning title="The system is under review">
                            <p>"The tier stands in the dossier. Setting another one sends the system back to its owner; votes cast so far no longer count."</p>
                        </Callout>
                    })}
                    <Form action=href(reference, "/tier") submit="Set the tier" cancel=href(reference, "/triage")>
                        <Radios name="tier" label="Tier" choices=choices.clone()/>
                        <TextArea name="reason" label="Reason" hint="It stands in the dossier and in the audit trail"/>
                    </Form>
                </Section>
                <aside>{card}</aside>
            </div>
        };
        frame(cx, &header, Tabbed::Tier, content)
    })
}
