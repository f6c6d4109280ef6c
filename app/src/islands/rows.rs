//! Lists by single keys: J and K go from row to row, X ticks the row. Only the wasm build has it.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Rows of the page's lists, in order.
const ROWS: &str = "main table > tbody > tr";

/// Does what the key says; whether it was one of the list's.
pub fn steer(key: &str) -> bool {
    match key {
        "j" => go(1),
        "k" => go(-1),
        "x" => tick(),
        _ => false,
    }
}

/// The row that has the focus.
fn current() -> Option<Element> {
    document().active_element()?.closest(ROWS).ok()?
}

/// To the next row that leads somewhere, or the first or last where none has the focus.
fn go(step: isize) -> bool {
    let Ok(rows) = document().query_selector_all(ROWS) else { return false };
    let rows: Vec<Element> = (0..rows.length()).filter_map(|i| rows.get(i)?.dyn_into().ok()).collect();
    let at = current().and_then(|row| rows.iter().position(|other| *other == row));
    let ahead: Vec<&Element> = match (at, step > 0) {
        (Some(at), true) => rows[at + 1..].iter().collect(),
        (Some(at), false) => rows[..at].iter().rev().collect(),
        (None, true) => rows.iter().collect(),
        (None, false) => rows.iter().rev().collect(),
    };
    let link = ahead.into_iter().find_map(|row| row.query_selector("a[href]").ok().flatten());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) else { return at.is_some() };
    let _ = link.focus();
    true
}

/// Ticks or unticks the row that has the focus.
fn tick() -> bool {
    let tick = current().and_then(|row| row.query_selector("input[name=pick]").ok().flatten());
    let Some(tick) = tick.and_then(|tick| tick.dyn_into::<HtmlElement>().ok()) else { return false };
    tick.click();
    true
}
