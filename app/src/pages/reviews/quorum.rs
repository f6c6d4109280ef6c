//! The votes, and the quorum as it fills.

use super::words;
use crate::components::*;
use domain::review::quorum::Tally;
use domain::review::vote::Condition;
use leptos::prelude::*;
use store::reviews::get::{Review, Vote};

/// The count in words: a bar, what is missing, what the votes would amount to.
pub fn count(tally: &Tally) -> AnyView {
    let chair = match (tally.chair_needed, tally.chair_voted) {
        (false, _) => None,
        (true, true) => Some("A chair\u{2019}s vote is needed, and is there."),
        (true, false) => Some("A chair\u{2019}s vote is needed, and is missing."),
    };
    let outcome = tally.outcome.map(|o| view! { <p>"The votes amount to: "{words::outcome(o)}</p> });
    let (cast, needed) = (tally.cast, tally.needed);
    let missing = needed.saturating_sub(cast);
    let more = (missing > 0).then(|| {
        if missing == 1 { "1 more vote is needed.".to_owned() } else { format!("{missing} more votes are needed.") }
    });
    view! {
        <p><Progress done=cast.min(needed) of=needed label="votes"/></p>
        {(cast > needed).then(|| view! { <p>{cast}" votes were cast."</p> })}
        {more.map(|m| view! { <p>{m}</p> })}
        {chair.map(|c| view! { <p>{c}</p> })}
        {outcome}
    }
    .into_any()
}

/// The signed votes, each with its words.
pub fn votes(votes: &[Vote]) -> AnyView {
    let items = votes.iter().map(vote).collect_view();
    view! { <ol class="votes">{items}</ol> }.into_any()
}

fn vote(vote: &Vote) -> impl IntoView + use<> {
    let (voter, chair, reason) = (vote.voter.clone(), vote.chair, vote.reason.clone());
    let (meaning, signed_at) = (vote.meaning.clone(), vote.signed_at);
    view! {
        <li class="vote">
            <p><Person name=voter/>{chair.then_some(" (chair)")}" "{words::choice(vote.choice)}</p>
            <div class="preline">{reason}</div>
            {conditions(&vote.conditions)}
            <p class="muted signed">"Signed "<Instant at=signed_at/>". \u{201c}"{meaning}"\u{201d}"</p>
        </li>
    }
}

/// Conditions that a vote names.
pub fn conditions(conditions: &[Condition]) -> Option<AnyView> {
    (!conditions.is_empty()).then(|| {
        let items = conditions
            .iter()
            .map(|c| {
                view! { <li><span class="preline">{c.text.clone()}</span>" ("{c.owner.clone()}", by "<DateText date=c.due_on/>")"</li> }
            })
            .collect_view();
        view! { <p>"On the conditions:"</p><ol class="list">{items}</ol> }.into_any()
    })
}

/// Who is still to vote, who stepped aside, and votes that no longer count.
pub fn others(review: &Review) -> AnyView {
    let awaited: Vec<String> =
        review.awaited.iter().map(|a| if a.chair { format!("{} (chair)", a.name) } else { a.name.clone() }).collect();
    let possible = review.awaited.len() + review.votes.len();
    let short = review.found.state.is_under_review() && possible < review.tally.needed;
    let recusals = review
        .recusals
        .iter()
        .map(|(name, reason)| view! { <li>{name.clone()}": "{reason.clone()}</li> })
        .collect_view();
    let (any_recusal, void) = (!review.recusals.is_empty(), review.void_votes.len());
    let void_votes = (void > 0).then(|| votes(&review.void_votes));
    view! {
        {short.then(|| view! {
            <Callout tone=Tone::Warning title="The quorum can\u{2019}t be reached">
                <p>"Too few members without a part in this system are left. An administrator can add a member."</p>
            </Callout>
        })}
        {(!awaited.is_empty()).then(|| view! { <p class="muted">"May still vote: "{awaited.join(", ")}</p> })}
        {any_recusal.then(|| view! { <p class="muted">"Stepped aside:"</p><ul class="list muted">{recusals}</ul> })}
        {void_votes.map(|votes| view! {
            <details><summary>"Votes on earlier revisions, which no longer count: "{void}</summary>{votes}</details>
        })}
    }
    .into_any()
}
