//! Comments beside each part of a dossier: POST /reviews/RV-3/comments and /reviews/RV-3/comments/<id>/resolve.

use super::show;
use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm};
use axum::extract::Path;
use domain::ids::{CommentId, ReviewRef};
use domain::review::Part;
use leptos::prelude::*;
use store::reviews::comment::{self, Place};
use store::reviews::get::{Review, Thread};

/// Writes a comment. `place` is a part, or the thread that is answered; the text's field is named after it, because a
/// page holds many such forms.
pub async fn write(cx: Cx, Path(reference): Path<String>, form: RawForm) -> PageResult {
    let reference: ReviewRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let mut form = form.reader();
    let place = form.text("place", "This form is incomplete. Open the page again");
    let body = form.prose(&field(place.as_deref().unwrap_or_default()), "Write a comment first");
    let once = form.once();
    let (place, body, once) = match form.finish((place, body, once)) {
        Ok(read) => read,
        Err(state) => {
            let review = super::load(&cx, &reference.to_string()).await?;
            return show::page(&cx, super::status_of(&state), state, review);
        }
    };
    let place = match (place.parse::<Part>(), place.parse::<CommentId>()) {
        (Ok(part), _) => Place::Part(part),
        (_, Ok(thread)) => Place::Answer(thread),
        _ => return Err(AppError::NotFound),
    };
    let anchor = match &place {
        Place::Part(part) => part.as_str().to_owned(),
        Place::Answer(thread) => thread_id(*thread),
    };
    match comment::write(&cx.store, &cx.actor, reference, place, &body, Some(once)).await {
        Ok(_) => cx.redirect_with(format!("/reviews/{reference}#{anchor}"), Notice::Commented),
        Err(error) => {
            let (status, state) = super::refused(&form, error)?;
            let review = super::load(&cx, &reference.to_string()).await?;
            show::page(&cx, status, state, review)
        }
    }
}

/// Resolves a thread, or opens it again.
pub async fn resolve(cx: Cx, Path((reference, thread)): Path<(String, String)>, form: RawForm) -> PageResult {
    let reference: ReviewRef = reference.parse().map_err(|_| AppError::NotFound)?;
    let thread: CommentId = thread.parse().map_err(|_| AppError::NotFound)?;
    let mut form = form.reader();
    let resolved = form.yes_no("resolved", "This form is incomplete. Open the page again");
    let (resolved,) = form.finish((resolved,)).map_err(|_| AppError::Status(axum::http::StatusCode::BAD_REQUEST))?;
    let part = comment::resolve(&cx.store, &cx.actor, reference, thread, resolved).await?;
    cx.redirect_with(format!("/reviews/{reference}#{}", part.as_str()), Notice::Saved)
}

fn field(place: &str) -> String {
    format!("comment_{place}")
}

fn thread_id(thread: CommentId) -> String {
    format!("comment-{thread}")
}

/// The threads of a part, and the form for a new one.
pub fn threads(form: &FormState, review: &Review, part: Part) -> AnyView {
    let here: Vec<&Thread> = review.threads.iter().filter(|t| t.part == part).collect();
    let none = here.is_empty() && !review.may.comment;
    let list = here.iter().map(|t| thread(form, review, t)).collect_view();
    let new = review.may.comment.then(|| {
        write_form(
            form,
            review,
            part.as_str(),
            format!("Comment on: {}", super::parts::title(part)),
            "Comment",
            "Comment",
        )
    });
    view! {
        {none.then(|| view! { <p class="muted">"No comments."</p> })}
        {list}
        {new}
    }
    .into_any()
}

fn thread(form: &FormState, review: &Review, thread: &Thread) -> impl IntoView + use<> {
    let resolved = thread.resolved_by.clone();
    let comments = thread
        .comments
        .iter()
        .map(|c| {
            view! {
                <li class="comment">
                    <p><Person name=c.author.clone()/>" "<span class="muted"><Instant at=c.at/></span></p>
                    <Markdown source=c.body.clone()/>
                </li>
            }
        })
        .collect_view();
    let is_resolved = resolved.is_some();
    let tools = review.may.comment.then(|| {
        let answer = write_form(form, review, &thread.id.to_string(), "Your answer".to_owned(), "Answer", "Answer");
        let action = format!("/reviews/{}/comments/{}/resolve", review.found.reference, thread.id);
        let (value, label) = if is_resolved { ("no", "Open again") } else { ("yes", "Resolve") };
        view! {
            <form class="no-print" method="post" action=action>
                <Hidden name="resolved" value=value/>
                <button class="button button-small" type="submit">{label}</button>
            </form>
            {answer}
        }
    });
    let badge = match resolved {
        Some(by) => view! { <Badge label=format!("Resolved by {by}") tone=Tone::Success/> }.into_any(),
        None => view! { <Badge label="Open" tone=Tone::Warning/> }.into_any(),
    };
    view! {
        <div class="thread" id=thread_id(thread.id) data-resolved=is_resolved.then_some("true")>
            <ol>{comments}</ol>
            <div class="thread-foot">{badge}{tools}</div>
        </div>
    }
}

/// A text area that opens on demand; open at once where it holds text that was refused.
fn write_form(
    form: &FormState,
    review: &Review,
    place: &str,
    label: String,
    summary: &'static str,
    submit: &'static str,
) -> impl IntoView + use<> {
    let name = field(place);
    let open = form.has(&name);
    let action = format!("/reviews/{}/comments", review.found.reference);
    let place = place.to_owned();
    view! {
        <details class="no-print comment-form" open=open>
            <summary>{summary}</summary>
            <Form action submit>
                <Hidden name="place" value=place/>
                <TextArea name label rows=3 markdown=true/>
            </Form>
        </details>
    }
}
