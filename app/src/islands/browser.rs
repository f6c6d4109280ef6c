//! The browser's side of the islands: events, requests, keys. Only the wasm build has it.

use super::{palette::Suggestion, similar::SimilarName, upload::Sending};
use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

/// Milliseconds without a key before a name is looked up.
const PAUSE: u64 = 250;
/// Fewest characters that are looked up.
const LEAST: usize = 3;
/// Where the choice about single-key shortcuts is kept.
const SINGLE_KEYS: &str = "single-key-shortcuts";

/// Listens for as long as the page lives: islands are never taken down.
pub(super) fn listen(target: &EventTarget, kind: &str, mut react: impl FnMut(Event) + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| react(event));
    let _ = target.add_event_listener_with_callback(kind, closure.as_ref().unchecked_ref());
    closure.forget();
}

fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Keeps `chosen` at the values of two selects.
pub fn follow_selects(likelihood: String, impact: String, chosen: RwSignal<(String, String)>) {
    Effect::new(move |_| {
        let (Some(l), Some(i)) = (by_id::<HtmlSelectElement>(&likelihood), by_id::<HtmlSelectElement>(&impact)) else {
            return;
        };
        let read = {
            let (l, i) = (l.clone(), i.clone());
            move || chosen.set((l.value(), i.value()))
        };
        read();
        listen(&l, "change", {
            let read = read.clone();
            move |_| read()
        });
        listen(&i, "change", move |_| read());
    });
}

/// Asks for similar names when the typing rests. A late answer to an older question is dropped.
pub fn look_up_while_typing(input: String, endpoint: String, found: RwSignal<Vec<SimilarName>>) {
    Effect::new(move |_| {
        let Some(input) = by_id::<HtmlInputElement>(&input) else { return };
        let endpoint = endpoint.clone();
        let latest = StoredValue::new(0_u32);
        listen(&input.clone(), "input", move |_| {
            let turn = latest.get_value() + 1;
            latest.set_value(turn);
            let (input, endpoint) = (input.clone(), endpoint.clone());
            let ask = move || {
                let name = input.value();
                if latest.get_value() != turn {
                    return;
                }
                if name.trim().chars().count() < LEAST {
                    found.set(Vec::new());
                    return;
                }
                leptos::task::spawn_local(async move {
                    let names = fetch_names(&endpoint, &name).await.unwrap_or_default();
                    if latest.get_value() == turn {
                        found.set(names);
                    }
                });
            };
            set_timeout(ask, std::time::Duration::from_millis(PAUSE));
        });
    });
}

async fn fetch_names(endpoint: &str, name: &str) -> Option<Vec<SimilarName>> {
    fetch(&format!("{endpoint}?name={}", String::from(js_sys::encode_uri_component(name)))).await
}

/// Asks the register when the typing rests; a late answer to an older text is dropped.
pub fn suggest_while_typing(typed: RwSignal<String>, found: RwSignal<Vec<Suggestion>>) {
    Effect::new(move |_| {
        let text = typed.get();
        if text.trim().is_empty() {
            found.set(Vec::new());
            return;
        }
        let still = move |text: &String| typed.with_untracked(|now| now == text);
        let ask = move || {
            if !still(&text) {
                return;
            }
            leptos::task::spawn_local(async move {
                let query = String::from(js_sys::encode_uri_component(text.trim()));
                let answer = fetch(&format!("/search/suggest?q={query}")).await.unwrap_or_default();
                if still(&text) {
                    found.set(answer);
                }
            });
        };
        set_timeout(ask, std::time::Duration::from_millis(PAUSE));
    });
}

async fn fetch<T: serde::de::DeserializeOwned>(url: &str) -> Option<T> {
    let response = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str(url)).await.ok()?;
    let response: web_sys::Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = wasm_bindgen_futures::JsFuture::from(response.text().ok()?).await.ok()?;
    serde_json::from_str(&text.as_string()?).ok()
}

/// Takes files dropped on the frame, and sends the form with progress.
pub fn send_with_progress(root: NodeRef<html::Div>, sending: RwSignal<Sending>) {
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        let root: Element = root.into();
        let _ = root.set_attribute("data-ready", "");
        accept_drops(&root);
        let Ok(Some(form)) = root.query_selector("form") else { return };
        let Ok(form) = form.dyn_into::<web_sys::HtmlFormElement>() else { return };
        listen(&form.clone(), "submit", move |event| {
            // A second press while it is being sent does nothing; a form that can't be sent here is the browser's.
            let pressed = event.dyn_ref::<web_sys::SubmitEvent>().and_then(web_sys::SubmitEvent::submitter);
            let to = pressed.and_then(|button| button.get_attribute("formaction")).unwrap_or_else(|| form.action());
            if matches!(sending.get_untracked(), Sending::Percent(_)) || send(&form, &to, sending).is_ok() {
                event.prevent_default();
            }
        });
    });
}

fn accept_drops(root: &Element) {
    let Ok(Some(input)) = root.query_selector("input[type=file]") else { return };
    let Ok(input) = input.dyn_into::<HtmlInputElement>() else { return };
    for kind in ["dragover", "dragenter"] {
        let over = root.clone();
        listen(root, kind, move |event| {
            event.prevent_default();
            let _ = over.set_attribute("data-over", "");
        });
    }
    let left = root.clone();
    listen(root, "dragleave", move |_| drop(left.remove_attribute("data-over")));
    let dropped = root.clone();
    listen(root, "drop", move |event| {
        event.prevent_default();
        let _ = dropped.remove_attribute("data-over");
        let files = event.dyn_into::<web_sys::DragEvent>().ok().and_then(|e| e.data_transfer()).and_then(|d| d.files());
        if let Some(files) = files {
            input.set_files(Some(&files));
        }
    });
}

/// Sends the form by XHR, because `fetch` does not tell how much was sent. An error before sending leaves the form to
/// the browser.
fn send(form: &web_sys::HtmlFormElement, to: &str, sending: RwSignal<Sending>) -> Result<(), JsValue> {
    let xhr = web_sys::XmlHttpRequest::new()?;
    xhr.open("POST", to)?;
    let upload = xhr.upload()?;
    listen(&upload, "progress", move |event| {
        if let Ok(event) = event.dyn_into::<web_sys::ProgressEvent>() {
            let percent = if event.total() > 0.0 { event.loaded() * 100.0 / event.total() } else { 0.0 };
            sending.set(Sending::Percent(percent as u8));
        }
    });
    for kind in ["error", "abort", "timeout"] {
        listen(&xhr, kind, move |_| sending.set(Sending::Failed));
    }
    let done = xhr.clone();
    listen(&xhr, "load", move |_| arrive(&done));
    xhr.send_with_opt_form_data(Some(&web_sys::FormData::new_with_form(form)?))?;
    sending.set(Sending::Percent(0));
    Ok(())
}

/// Follows the redirect after a success; shows the page that came back with the messages otherwise.
fn arrive(xhr: &web_sys::XmlHttpRequest) {
    let ok = xhr.status().is_ok_and(|status| (200..300).contains(&status));
    if ok {
        let _ = window().location().assign(&xhr.response_url());
        return;
    }
    let Some(page) = xhr.response_text().ok().flatten() else { return };
    if let Some(root) = document().document_element() {
        root.set_inner_html(&page);
        super::local_times();
        if let Ok(Some(summary)) = document().query_selector("[autofocus]") {
            let _ = summary.unchecked_into::<HtmlElement>().focus();
        }
    }
}

/// Keys of the whole page, and those of the open palette.
pub fn run_palette(
    dialog: NodeRef<html::Dialog>,
    typed: RwSignal<String>,
    chosen: RwSignal<usize>,
    single_keys: RwSignal<bool>,
    entries: Memo<Vec<(String, String)>>,
) {
    let storage = || window().local_storage().ok().flatten();
    Effect::new(move |before: Option<bool>| {
        let on = single_keys.get();
        if before.is_some() {
            storage().map(|s| s.set_item(SINGLE_KEYS, if on { "on" } else { "off" }));
        }
        on
    });
    Effect::new(move |_| {
        let Some(element) = dialog.get() else { return };
        if storage().and_then(|s| s.get_item(SINGLE_KEYS).ok().flatten()).as_deref() == Some("off") {
            single_keys.set(false);
        }
        let target: Element = element.clone().into();
        listen(&target, "keydown", move |event| steer(event, chosen, entries));
        let body = document();
        listen(&body, "keydown", move |event| {
            let Ok(key) = event.dyn_into::<KeyboardEvent>() else { return };
            if (key.ctrl_key() || key.meta_key()) && key.key().eq_ignore_ascii_case("k") {
                key.prevent_default();
                typed.set(String::new());
                chosen.set(0);
                if !element.open() {
                    let _ = element.show_modal();
                }
            } else if single_keys.get_untracked() && !types_into_something(&key) && single_key(&key.key()) {
                key.prevent_default();
            }
        });
    });
}

/// What a key does by itself; whether it does anything here.
fn single_key(key: &str) -> bool {
    match (key, by_id::<HtmlInputElement>("bar-q")) {
        ("/", Some(search)) => {
            let _ = search.focus();
            search.select();
            true
        }
        _ => super::rows::steer(key),
    }
}

/// Up, Down and Enter in the palette; Escape is the dialog's own.
fn steer(event: Event, chosen: RwSignal<usize>, entries: Memo<Vec<(String, String)>>) {
    let Ok(key) = event.dyn_into::<KeyboardEvent>() else { return };
    let count = entries.with_untracked(Vec::len);
    let now = chosen.get_untracked();
    match key.key().as_str() {
        "ArrowDown" if count > 0 => chosen.set((now + 1) % count),
        "ArrowUp" if count > 0 => chosen.set((now + count - 1) % count),
        "Enter" => {
            if let Some((_, href)) = entries.with_untracked(|entries| entries.get(now).cloned()) {
                let _ = window().location().assign(&href);
            }
        }
        _ => return,
    }
    key.prevent_default();
}

fn types_into_something(key: &KeyboardEvent) -> bool {
    let Some(target) = key.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return false };
    // A tick takes no letters, so that X works on a row whose tick has the focus.
    let is_tick = target.dyn_ref::<HtmlInputElement>().is_some_and(|input| input.type_() == "checkbox");
    key.ctrl_key()
        || key.meta_key()
        || key.alt_key()
        || target.is_content_editable()
        || (!is_tick && matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}
