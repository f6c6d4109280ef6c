//! The browser's side of [`super::Autosave`]. Only the wasm build has it.

use super::autosave::{Autosaved, Theirs};
use super::browser::listen;
use leptos::{html, prelude::*};
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, FormData, HtmlElement, HtmlFormElement, Storage, UrlSearchParams};

/// Milliseconds without a key before a form is saved.
const PAUSE: u64 = 900;
/// Seconds until what could not be sent is tried again.
const AGAIN: u64 = 5;

/// One form and how it stands.
struct Saver {
    form: HtmlFormElement,
    to: String,
    /// Counts changes: an answer to an older one does not end the waiting.
    turn: RefCell<u32>,
    saved: RefCell<u32>,
    busy: RefCell<bool>,
    /// Somebody else's version waits for a choice.
    held: RefCell<bool>,
    /// Under which the unsent words are kept in this browser: of this person, at this address.
    key: String,
    /// What this page kept last: another tab's words are not taken away.
    kept: RefCell<String>,
}

/// Saves every form with `data-autosave` below the root.
pub fn save_while_typing(root: NodeRef<html::Div>) {
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        let root: Element = root.into();
        let person = root.get_attribute("data-person").unwrap_or_default();
        let Ok(forms) = root.query_selector_all("form[data-autosave]") else { return };
        let savers: Vec<Rc<Saver>> = (0..forms.length())
            .filter_map(|n| forms.get(n)?.dyn_into::<HtmlFormElement>().ok())
            .filter_map(|form| Saver::new(form, &person))
            .collect();
        for saver in &savers {
            saver.watch();
            saver.restore();
        }
        let all = Rc::new(savers);
        let online = all.clone();
        listen(&window(), "online", move |_| online.iter().for_each(|saver| saver.send_if_due()));
        // Leaving with unsent words is worth a question; they are kept in any case.
        let leaving = all.clone();
        listen(&window(), "beforeunload", move |event| {
            if leaving.iter().any(|saver| saver.due()) {
                event.prevent_default();
            }
        });
        let _ = root.set_attribute("data-ready", "");
    });
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

impl Saver {
    fn new(form: HtmlFormElement, person: &str) -> Option<Rc<Self>> {
        let to = form.get_attribute("data-autosave")?;
        let key = format!("unsaved {person} {to}");
        let (turn, saved, kept) = (RefCell::new(0), RefCell::new(0), RefCell::default());
        Some(Rc::new(Self { form, to, turn, saved, busy: false.into(), held: false.into(), key, kept }))
    }

    fn due(&self) -> bool {
        *self.turn.borrow() != *self.saved.borrow()
    }

    fn watch(self: &Rc<Self>) {
        for kind in ["input", "change"] {
            let saver = self.clone();
            listen(&self.form, kind, move |event| saver.changed(if event.type_() == "change" { 0 } else { PAUSE }));
        }
        let saver = self.clone();
        listen(&self.form, "submit", move |event| {
            event.prevent_default();
            saver.changed(0);
        });
        let saver = self.clone();
        listen(&self.form, "click", move |event| {
            let chosen =
                event.target().and_then(|t| t.dyn_into::<Element>().ok()).and_then(|e| e.get_attribute("data-choose"));
            match chosen.as_deref() {
                Some("mine") => saver.choose(false),
                Some("theirs") => saver.choose(true),
                _ => {}
            }
        });
    }

    /// Something was typed: kept in the browser at once, sent when the typing rests.
    fn changed(self: &Rc<Self>, pause: u64) {
        *self.turn.borrow_mut() += 1;
        self.keep();
        if *self.held.borrow() {
            return;
        }
        self.say("Not saved yet\u{2026}");
        let (saver, turn) = (self.clone(), *self.turn.borrow());
        let later = move || {
            if *saver.turn.borrow() == turn {
                saver.send_if_due();
            }
        };
        set_timeout(later, Duration::from_millis(pause));
    }

    fn send_if_due(self: &Rc<Self>) {
        if !self.due() || *self.busy.borrow() || *self.held.borrow() {
            return;
        }
        *self.busy.borrow_mut() = true;
        let (saver, turn) = (self.clone(), *self.turn.borrow());
        self.say("Saving\u{2026}");
        leptos::task::spawn_local(async move {
            let answer = saver.post().await;
            *saver.busy.borrow_mut() = false;
            match answer {
                Some((200, answer)) if answer.theirs.is_some() => saver.clash(answer),
                Some((200, answer)) if answer.state.is_some() => saver.done(turn, &answer),
                Some((200 | 422, answer)) => saver.wrong(turn, &answer),
                Some((401, _)) => saver.say("Sign in again: your text is kept in this browser and is sent then."),
                Some((status, _)) if (400..500).contains(&status) => {
                    saver.say("This could not be saved. Your text is kept in this browser: open the page again.");
                }
                _ => saver.wait(),
            }
        });
    }

    fn words(&self) -> Option<String> {
        let data = FormData::new_with_form(&self.form).ok()?;
        let words = UrlSearchParams::new_with_str_sequence_sequence(data.as_ref()).ok()?;
        Some(String::from(words.to_string()))
    }

    async fn post(&self) -> Option<(u16, Autosaved)> {
        let init = web_sys::RequestInit::new();
        init.set_method("POST");
        init.set_body(&JsValue::from_str(&self.words()?));
        let request = web_sys::Request::new_with_str_and_init(&self.to, &init).ok()?;
        request.headers().set("content-type", "application/x-www-form-urlencoded").ok()?;
        let response = JsFuture::from(window().fetch_with_request(&request)).await.ok()?;
        let response: web_sys::Response = response.dyn_into().ok()?;
        let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
        // A page instead of an answer: the session has ended.
        let answer = serde_json::from_str(&text);
        let status = if answer.is_err() && response.ok() { 401 } else { response.status() };
        Some((status, answer.unwrap_or_default()))
    }

    fn done(self: &Rc<Self>, turn: u32, answer: &Autosaved) {
        self.set_version(answer.version);
        self.errors(&[]);
        *self.saved.borrow_mut() = turn;
        if let (Some(state), Some(badge)) = (&answer.state, self.badge()) {
            badge.set_text_content(Some(state));
        }
        if self.due() {
            self.send_if_due();
        } else {
            self.forget();
            self.say("Saved");
        }
    }

    /// Nothing answered: it stays in the browser, and is sent again.
    fn wait(self: &Rc<Self>) {
        self.say("No connection. Your text is kept in this browser and is sent as soon as there is one.");
        let saver = self.clone();
        set_timeout(move || saver.send_if_due(), Duration::from_secs(AGAIN));
    }

    /// What is wrong stands at its field; it is sent again when it is changed.
    fn wrong(self: &Rc<Self>, turn: u32, answer: &Autosaved) {
        self.errors(&answer.errors);
        self.say("Not saved yet: see above");
        if *self.turn.borrow() != turn {
            self.send_if_due();
        }
    }

    fn errors(&self, errors: &[(String, String)]) {
        let Ok(places) = self.form.query_selector_all("[data-error]") else { return };
        for place in (0..places.length()).filter_map(|n| places.get(n)?.dyn_into::<HtmlElement>().ok()) {
            let name = place.get_attribute("data-error").unwrap_or_default();
            let message = errors.iter().find(|(field, _)| *field == name).map(|(_, message)| message.as_str());
            place.set_text_content(message);
            let _ = match message {
                Some(_) => place.remove_attribute("hidden"),
                None => place.set_attribute("hidden", ""),
            };
        }
    }

    /// Somebody else saved first: theirs stands below, and a person chooses.
    fn clash(self: &Rc<Self>, answer: Autosaved) {
        let Some(theirs) = &answer.theirs else { return self.wait() };
        // What stands there is what was typed: it was saved, and only the answer got lost on its way.
        if theirs.fields.iter().all(|(name, value)| self.value(name).trim() == value.trim()) {
            let turn = *self.turn.borrow();
            return self.done(turn, &answer);
        }
        *self.held.borrow_mut() = true;
        let Ok(Some(place)) = self.form.query_selector("[data-theirs]") else { return };
        place.set_text_content(None);
        let _ = place.set_attribute("data-version", &answer.version.to_string());
        let _ = place.set_attribute("data-values", &serde_json::to_string(theirs).unwrap_or_default());
        let said = theirs.fields.iter().find(|(name, _)| name == "says").map(|(_, value)| value.as_str());
        add(&place, "p", &format!("{} changed this meanwhile:", theirs.who));
        add(&place, "blockquote", said.filter(|text| !text.is_empty()).unwrap_or("(no text)"));
        for (choice, words) in [("mine", "Keep mine"), ("theirs", "Take theirs")] {
            if let Some(button) = add(&place, "button", words) {
                let _ = button.set_attribute("type", "button");
                let _ = button.set_attribute("class", "button button-small");
                let _ = button.set_attribute("data-choose", choice);
            }
        }
        let _ = place.remove_attribute("hidden");
        self.say("Not saved: somebody else changed it. Nothing of yours is lost.");
    }

    fn choose(self: &Rc<Self>, theirs: bool) {
        let Ok(Some(place)) = self.form.query_selector("[data-theirs]") else { return };
        let version = place.get_attribute("data-version").and_then(|v| v.parse().ok()).unwrap_or_default();
        let values: Theirs =
            place.get_attribute("data-values").and_then(|v| serde_json::from_str(&v).ok()).unwrap_or_default();
        self.set_version(version);
        let _ = place.set_attribute("hidden", "");
        *self.held.borrow_mut() = false;
        if theirs {
            values.fields.iter().for_each(|(name, value)| self.fill(name, value));
            *self.saved.borrow_mut() = *self.turn.borrow();
            self.forget();
            self.say("Theirs stands");
        } else {
            self.changed(0);
        }
    }

    fn field(&self, name: &str) -> Option<Element> {
        self.form.query_selector(&format!("[name={name}]")).ok().flatten()
    }

    fn fill(&self, name: &str, value: &str) {
        // Select, input and textarea have the same property.
        if let Some(field) = self.field(name) {
            let _ = js_sys::Reflect::set(field.as_ref(), &"value".into(), &value.into());
        }
    }

    fn value(&self, name: &str) -> String {
        let value = self.field(name).and_then(|field| js_sys::Reflect::get(field.as_ref(), &"value".into()).ok());
        value.and_then(|value| value.as_string()).unwrap_or_default()
    }

    fn set_version(&self, version: i32) {
        self.fill("version", &version.to_string());
    }

    fn badge(&self) -> Option<Element> {
        self.form.closest(".answer").ok()??.query_selector("[data-state] .badge").ok()?
    }

    fn say(&self, words: &str) {
        if let Ok(Some(place)) = self.form.query_selector("[data-status]") {
            place.set_text_content(Some(words));
        }
    }

    fn keep(&self) {
        if let (Some(storage), Some(words)) = (storage(), self.words()) {
            let _ = storage.set_item(&self.key, &words);
            *self.kept.borrow_mut() = words;
        }
    }

    fn forget(&self) {
        let Some(storage) = storage() else { return };
        if storage.get_item(&self.key).ok().flatten().is_some_and(|words| words == *self.kept.borrow()) {
            let _ = storage.remove_item(&self.key);
        }
    }

    /// What an earlier visit could not send is put back, on the version that it was typed on, and sent.
    fn restore(self: &Rc<Self>) {
        let Some(words) = storage().and_then(|s| s.get_item(&self.key).ok().flatten()) else { return };
        self.kept.borrow_mut().clone_from(&words);
        if self.words().as_ref() == Some(&words) {
            return self.forget();
        }
        let Ok(kept) = UrlSearchParams::new_with_str(&words) else { return };
        for name in ["version", "state", "says", "target", "owner", "due", "links"] {
            if let Some(value) = kept.get(name) {
                self.fill(name, &value);
            }
        }
        self.changed(0);
    }
}

fn add(place: &Element, tag: &str, text: &str) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    element.set_text_content(Some(text));
    place.append_child(&element).ok()?;
    Some(element)
}
