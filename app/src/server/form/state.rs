//! A form as it is shown: values, and messages in the order of the page.

use super::{FieldErrors, ONCE, VERSION};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Values and messages of a form; cheap to clone, because every field of a page holds one.
#[derive(Clone, Debug, Default)]
pub struct FormState(Arc<Inner>);

#[derive(Clone, Debug, Default)]
struct Inner {
    values: BTreeMap<String, Vec<String>>,
    errors: Vec<(String, String)>,
}

impl FormState {
    /// An empty form that counts once.
    pub fn new(once: Uuid) -> Self {
        Self::default().fill(ONCE, once)
    }

    /// The form of the page that is being rendered: fields take it from here unless they are given another.
    pub fn current() -> Self {
        leptos::context::use_context().unwrap_or_default()
    }

    pub(super) fn from_parts(values: BTreeMap<String, Vec<String>>, errors: Vec<(String, String)>) -> Self {
        Self(Arc::new(Inner { values, errors }))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets a field's value, replacing any other.
    pub fn fill(self, name: &str, value: impl ToString) -> Self {
        self.change(|form| {
            form.values.insert(name.into(), vec![value.to_string()]);
        })
    }

    /// Sets a field's value where there is one.
    pub fn fill_opt(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.fill(name, value),
            None => self,
        }
    }

    /// Sets the values of a group of checkboxes.
    pub fn fill_all<V: ToString>(self, name: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.change(|form| {
            form.values.insert(name.into(), values.into_iter().map(|v| v.to_string()).collect());
        })
    }

    /// Sets the version that an edit is made on.
    pub fn at_version(self, version: impl ToString) -> Self {
        self.fill(VERSION, version)
    }

    /// Adds messages, for example those of a refusal by the register.
    pub fn with_errors(self, errors: &FieldErrors) -> Self {
        self.change(|form| form.errors.extend(errors.0.iter().map(|(k, v)| (k.clone(), v.clone()))))
    }

    /// Adds one message about the form as a whole.
    pub fn with_error(self, message: impl Into<String>) -> Self {
        self.change(|form| form.errors.insert(0, (String::new(), message.into())))
    }

    /// A field's value, or nothing.
    pub fn value(&self, name: &str) -> String {
        self.0.values.get(name).and_then(|v| v.first()).cloned().unwrap_or_default()
    }

    /// All values of a repeated field, without the empty ones.
    pub fn values(&self, name: &str) -> Vec<String> {
        let values = self.0.values.get(name).into_iter().flatten();
        values.map(|v| v.trim().to_string()).filter(|v| !v.is_empty()).collect()
    }

    /// Whether a field has this value, alone or among others.
    pub fn holds(&self, name: &str, value: &str) -> bool {
        self.0.values.get(name).is_some_and(|values| values.iter().any(|v| v == value))
    }

    /// Whether the field was sent or filled at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.values.contains_key(name)
    }

    /// The first message about a field.
    pub fn error(&self, name: &str) -> Option<String> {
        self.0.errors.iter().find(|(field, _)| field == name).map(|(_, message)| message.clone())
    }

    /// All messages, in the order of the page; those about the whole form have an empty field.
    pub fn errors(&self) -> &[(String, String)] {
        &self.0.errors
    }

    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        !self.0.errors.is_empty()
    }
}

impl From<&FormState> for FormState {
    fn from(form: &FormState) -> Self {
        form.clone()
    }
}
