//! Times in the reader's zone. The server writes them in UTC and says so; with script they are written anew, with the
//! zone's name. Only the wasm build has it.

use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

/// Rewrites every time of day on the page. Plain dates (when something is due) are the same everywhere and stay.
pub fn local_times() {
    let zone = Zone::of_reader();
    if zone.name.as_deref().is_none_or(|name| matches!(name, "UTC" | "Etc/UTC")) {
        return;
    }
    let Ok(times) = document().query_selector_all("time[datetime$='Z']") else { return };
    for time in (0..times.length()).filter_map(|i| times.get(i)?.dyn_into::<Element>().ok()) {
        rewrite(&time, &zone);
    }
    if let (Some(said), Some(name)) = (document().get_element_by_id("zone"), &zone.name) {
        said.set_text_content(Some(&format!("Times are in {} ({name})", zone.short(&Date::new_0()))));
    }
}

fn rewrite(time: &Element, zone: &Zone) {
    let Some(written) = time.get_attribute("datetime") else { return };
    let at = Date::new(&JsValue::from_str(&written));
    if at.get_time().is_nan() {
        return;
    }
    let day = crate::format::written(at.get_date(), at.get_month(), i64::from(at.get_full_year()));
    let text = match time.has_attribute("data-day") {
        true => day,
        false => format!("{day}, {:02}:{:02} {}", at.get_hours(), at.get_minutes(), zone.short(&at)),
    };
    // What the server wrote, for whoever compares it with the audit trail's files.
    let utc = format!("{} UTC", written.trim_end_matches('Z').replace('T', " "));
    let _ = time.set_attribute("title", &utc);
    time.set_text_content(Some(&text));
}

/// The reader's zone.
struct Zone {
    /// "Europe/Vienna".
    name: Option<String>,
    /// Between them the two know the letters of most zones ("CET", "EST"); of others the distance ("GMT+9").
    formats: [DateTimeFormat; 2],
}

impl Zone {
    fn of_reader() -> Self {
        let options = Object::new();
        let _ = Reflect::set(&options, &"timeZoneName".into(), &"short".into());
        let formats = ["en-GB", "en-US"].map(|words| DateTimeFormat::new(&Array::of1(&words.into()), &options));
        let name =
            Reflect::get(&formats[0].resolved_options(), &"timeZone".into()).ok().and_then(|name| name.as_string());
        Self { name, formats }
    }

    /// Its short name at a time: summer has another one.
    fn short(&self, at: &Date) -> String {
        let names: Vec<String> =
            self.formats.iter().filter_map(|format| zone_name(&format.format_to_parts(at))).collect();
        let letters = names.iter().find(|name| !name.contains(['+', '-', '\u{2212}']));
        letters.or(names.first()).cloned().unwrap_or_default()
    }
}

fn zone_name(parts: &Array) -> Option<String> {
    let text = |part: &JsValue, key: &str| Reflect::get(part, &key.into()).ok()?.as_string();
    parts
        .iter()
        .find(|part| text(part, "type").as_deref() == Some("timeZoneName"))
        .and_then(|part| text(&part, "value"))
}
