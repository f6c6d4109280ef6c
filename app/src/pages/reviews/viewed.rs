//! "Viewed" beside each thing to read: POST /reviews/RV-3/viewed. A button each, so that it works without script.

use crate::components::*;
use crate::server::{AppError, Cx, PageResult, RawForm};
use axum::extract::Path;
use axum::http::StatusCode;
use domain::canonical::{hex, unhex32};
use domain::ids::ReviewRef;
use domain::review::Reading;
use leptos::prelude::*;
use store::reviews::get::Review;
use store::reviews::viewed;

/// Ticks, or takes the tick back, and leads to where one was.
pub async fn save(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference: ReviewRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let mut form = form.reader();
    let dossier = form.text("dossier", "This form is incomplete. Open the page again");
    let reading = form.pick::<Reading>("reading", "This form is incomplete. Open the page again");
    let viewed = form.yes_no("viewed", "This form is incomplete. Open the page again");
    let read = form.finish((dossier, reading, viewed));
    let (dossier, reading, viewed) = read.map_err(|_| AppError::Status(StatusCode::BAD_REQUEST))?;
    let dossier = unhex32(&dossier).ok_or(AppError::Status(StatusCode::BAD_REQUEST))?;
    viewed::tick(&cx.store, &cx.actor, reference, &dossier, reading, viewed).await?;
    cx.redirect(format!("/reviews/{reference}#{reading}"))
}

/// The button beside a heading; none for those who don't judge it.
pub fn tick(review: &Review, reading: Reading) -> Option<AnyView> {
    review.may.tick.then(|| {
        let viewed = review.viewed.contains(&reading);
        let action = format!("/reviews/{}/viewed", review.found.reference);
        let (value, icon) = if viewed { ("no", Icon::Ticked) } else { ("yes", Icon::Box) };
        view! {
            <form class="tick no-print" method="post" action=action>
                <Hidden name="dossier" value=hex(&review.found.sha256)/>
                <Hidden name="reading" value=reading.as_str()/>
                <button class="button button-small" type="submit" name="viewed" value=value aria-pressed=viewed.to_string()>
                    {icon.view()}"Viewed "<span class="sr-only">{reading.label()}</span>
                </button>
            </form>
        }
        .into_any()
    })
}

/// "3 of 7 parts viewed".
pub fn count(review: &Review) -> Option<AnyView> {
    review.may.tick.then(|| {
        let all = review.readings();
        let done = all.iter().filter(|reading| review.viewed.contains(reading)).count();
        view! { <KeyValue label="Read by you"><Progress done of=all.len() label="parts viewed"/></KeyValue> }.into_any()
    })
}
