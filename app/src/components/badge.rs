//! States, tiers and ratings as words with a colour; never a colour alone.

use super::text::Text;
use leptos::prelude::*;

/// How a badge or a notice looks; the words say what it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Neutral,
    Info,
    Success,
    Warning,
    Danger,
}

impl Tone {
    /// The name in the style sheet.
    pub fn code(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Info => "info",
            Tone::Success => "success",
            Tone::Warning => "warning",
            Tone::Danger => "danger",
        }
    }

    /// How a system's status looks.
    pub fn of_status(status: domain::system::Status) -> Self {
        use domain::system::Status as S;
        match status {
            S::Draft | S::Retired => Tone::Neutral,
            S::InReview => Tone::Info,
            S::Approved => Tone::Success,
            S::ChangesRequested | S::Conditional | S::Stale => Tone::Warning,
            S::Suspended | S::Expired | S::Revoked | S::Rejected | S::Prohibited => Tone::Danger,
        }
    }
}

/// A state in a word or two.
#[component]
pub fn Badge(
    #[prop(into)] label: String,
    #[prop(optional)] tone: Tone,
    /// More, on hover and for screen readers ("since 3 May the dossier differs").
    #[prop(optional, into)]
    title: Text,
) -> impl IntoView {
    view! { <span class="badge" data-tone=tone.code() title=title.get()>{label}</span> }
}

/// A system's tier: bars that grow, and the word.
#[component]
pub fn Tier(
    tier: domain::triage::Tier,
    /// Whether the committee set it against the rules.
    #[prop(optional)]
    overridden: bool,
) -> impl IntoView {
    let rank = domain::triage::Tier::ALL.iter().position(|t| *t == tier).unwrap_or_default();
    let bars = (0..4).map(|i| {
        let height = 4 + 3 * i;
        let class = if i <= rank { "on" } else { "" };
        view! { <rect class=class x=(i * 4).to_string() y=(13 - height).to_string() width="3" height=height.to_string() rx="0.5"></rect> }
    }).collect_view();
    view! {
        <span class="tier" data-tier=tier.as_str()>
            <svg viewBox="0 0 15 13" width="15" height="13" aria-hidden="true" focusable="false">{bars}</svg>
            <span>{tier.label()}</span>
            {overridden.then(|| view! { <span class="muted">" (set by the committee)"</span> })}
        </span>
    }
}

/// A rating: its number and its level's label, on the level's colour.
///
/// `rank` is the level's place in the matrix, from 1 (least) to 5; more levels share the last colours.
#[component]
pub fn RatingCell(
    /// Likelihood × impact, or the matrix's own score.
    #[prop(into)]
    score: String,
    #[prop(into)] label: String,
    rank: u8,
    /// What is rated, for screen readers: "Residual".
    #[prop(optional, into)]
    of: Text,
    /// Whether it lies above the appetite; said in words.
    #[prop(optional)]
    above_appetite: bool,
) -> impl IntoView {
    view! {
        <span class="rating" data-level=rank.clamp(1, 5).to_string()>
            {of.get().map(|of| view! { <span class="sr-only">{of}" "</span> })}
            <b class="num">{score}</b>
            <span>{label}</span>
            {above_appetite.then(|| view! { <span class="rating-above" title="Above appetite">{super::Icon::Up.view()}<span class="sr-only">" above appetite"</span></span> })}
        </span>
    }
}
