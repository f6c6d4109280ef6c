//! A few line icons, drawn on a 16 px grid. They decorate: the words beside them carry the meaning.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Search,
    Menu,
    Chevron,
    Check,
    Cross,
    Warning,
    Info,
    Up,
    Down,
    Plus,
    Lock,
    File,
    Box,
    Ticked,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Search => "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14",
            Icon::Menu => "M2 4h12M2 8h12M2 12h12",
            Icon::Chevron => "m6 4 4 4-4 4",
            Icon::Check => "m3 8.5 3.2 3.2L13 5",
            Icon::Cross => "m4 4 8 8m0-8-8 8",
            Icon::Warning => "M8 2 1.5 13.5h13L8 2Zm0 4.5v3.2M8 11.8v.2",
            Icon::Info => "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm0-7v4M8 4.8V5",
            Icon::Up => "M8 13V3M4 7l4-4 4 4",
            Icon::Down => "M8 3v10M4 9l4 4 4-4",
            Icon::Plus => "M8 3v10M3 8h10",
            Icon::Lock => "M4 7.5h8v6H4v-6Zm1.5 0V5a2.5 2.5 0 0 1 5 0v2.5",
            Icon::Box => "M2.5 2.5h11v11h-11z",
            Icon::Ticked => "M2.5 2.5h11v11h-11zM5 8.2l2.2 2.2L11.2 6",
            Icon::File => "M4 1.5h5L12.5 5v9.5H4v-13Zm5 0V5h3.5",
        }
    }

    /// The drawing, hidden from screen readers.
    pub fn view(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
                <path d=self.path()></path>
            </svg>
        }
    }
}
