//! Go anywhere by keyboard: Ctrl or Cmd and K opens the palette, `/` goes to the search field, J and K
//! go from row to row, X ticks one.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Something in the register that fits what was typed; `/search/suggest?q=…` answers with a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// "R-7 Prompt injection".
    pub label: String,
    /// Its page.
    pub href: String,
}

/// The palette, closed until it is called. `places` are labels and addresses.
#[island]
pub fn Palette(places: Vec<(String, String)>) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let single_keys = RwSignal::new(true);
    let found = RwSignal::new(Vec::<Suggestion>::new());
    let entries = Memo::new(move |_| found.with(|found| typed.with(|typed| matching(&places, found, typed))));
    #[cfg(feature = "hydrate")]
    super::browser::suggest_while_typing(typed, found);
    #[cfg(feature = "hydrate")]
    super::browser::run_palette(dialog, typed, chosen, single_keys, entries);
    let items = move || {
        entries.get().into_iter().enumerate().map(|(i, (label, href))| {
        let selected = move || (chosen.get() == i).to_string();
        view! { <li role="none"><a role="option" id=format!("palette-{i}") aria-selected=selected href=href tabindex="-1">{label}</a></li> }
    }).collect_view()
    };
    let active = move || format!("palette-{}", chosen.get());
    view! {
        <dialog class="palette" node_ref=dialog aria-label="Go to">
            <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant=active
                aria-label="Go to a place, or search" placeholder="Go to a place, or search" autocomplete="off" spellcheck="false"
                prop:value=move || typed.get() on:input=move |event| { typed.set(event_target_value(&event)); chosen.set(0); }/>
            <ul role="listbox" id="palette-list" aria-label="Places">{items}</ul>
            <p class="palette-foot">
                <span><kbd>"\u{2191}"</kbd><kbd>"\u{2193}"</kbd>" choose, "<kbd>"Enter"</kbd>" go, "<kbd>"Esc"</kbd>" close"</span>
                <label><input type="checkbox" prop:checked=move || single_keys.get()
                    on:change=move |event| single_keys.set(event_target_checked(&event))/>"Single keys: "<kbd>"/"</kbd>" search, "<kbd>"J"</kbd><kbd>"K"</kbd>" rows, "<kbd>"X"</kbd>" tick"</label>
            </p>
        </dialog>
    }
}

/// Places whose label holds what was typed, what the register has for it, and the search for it.
fn matching(places: &[(String, String)], register: &[Suggestion], typed: &str) -> Vec<(String, String)> {
    let wanted = typed.trim().to_lowercase();
    let mut found: Vec<_> =
        places.iter().filter(|(label, _)| label.to_lowercase().contains(&wanted)).cloned().collect();
    if !wanted.is_empty() {
        found.extend(register.iter().map(|hit| (hit.label.clone(), hit.href.clone())));
        found.push((
            format!("Search for \u{201c}{}\u{201d}", typed.trim()),
            format!("/search?q={}", percent(typed.trim())),
        ));
    }
    found
}

/// Percent-encodes a query's value.
fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_finds_places_and_is_searched_for() {
        let places = [("My work".to_string(), "/work".to_string()), ("Risks".into(), "/risks".into())];
        let hits = [Suggestion { label: "R-7 Risky".into(), href: "/risks/R-7".into() }];
        assert_eq!(matching(&places, &hits, "").len(), 2);
        let found = matching(&places, &[], " RI&k ");
        assert_eq!(found.last().map(|(_, href)| href.as_str()), Some("/search?q=RI%26k"));
        let found: Vec<_> = matching(&places, &hits, "ris").into_iter().map(|(_, href)| href).collect();
        assert_eq!(found, ["/risks", "/risks/R-7", "/search?q=ris"]);
    }
}
