//! States, tiers and ratings as words with a colour; never a colour alone.

use super::text::Text;
use domain::risk::matrix::{self, Matrix, Point};
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

/// A rating as it is shown: where it lies on a matrix, and what that means there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rated {
    /// Likelihood and impact.
    pub point: Point,
    /// The level's label.
    pub label: String,
    /// How the level looks.
    pub tone: matrix::Tone,
    /// Whether it lies above the appetite.
    pub above: bool,
}

impl Rated {
    /// A point on the matrix that it was rated on; `None` for a point outside it.
    pub fn new(matrix: &Matrix, point: Point) -> Option<Self> {
        let level = matrix.level(point)?;
        let (label, tone) = (matrix.label(level).to_string(), matrix.tone(level));
        Some(Self { point, label, tone, above: matrix.above_appetite(level) })
    }
}

/// A rating: likelihood × impact and the level's label, on the level's colour.
#[component]
pub fn RatingCell(
    rated: Rated,
    /// What is rated, for screen readers: "Residual".
    #[prop(optional, into)]
    of: Text,
) -> impl IntoView {
    let numbers = format!("{}\u{d7}{}", rated.point.likelihood, rated.point.impact);
    let above = rated.above.then(|| {
        view! { <span class="rating-above" title="Above appetite">{super::Icon::Up.view()}<span class="sr-only">" above appetite"</span></span> }
    });
    view! {
        <span class="rating" data-level=rated.tone.as_str()>
            {of.get().map(|of| view! { <span class="sr-only">{of}" "</span> })}
            <span>{rated.label}</span>
            <span class="rating-point num">{numbers}</span>
            {above}
        </span>
    }
}
