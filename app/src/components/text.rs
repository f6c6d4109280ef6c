//! Text that may be missing, so that a property takes `"…"`, a `String` or an `Option` of either.

/// An optional text property of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Option<String>);

impl Text {
    /// The text, where there is one that is not empty.
    pub fn get(self) -> Option<String> {
        self.0.filter(|text| !text.is_empty())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Some(text.into()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<Option<String>> for Text {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}

impl From<Option<&str>> for Text {
    fn from(text: Option<&str>) -> Self {
        Self(text.map(Into::into))
    }
}

/// Text as HTML, for the few places that Leptos does not escape by itself (the text of a `<textarea>`).
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The id of a field's control, from its name: stable, so that the error summary can link to it.
pub fn field_id(name: &str) -> String {
    format!("f-{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
}

/// Class names that apply, joined.
pub fn classes(names: &[(&str, bool)]) -> String {
    let on = names.iter().filter(|(_, applies)| *applies).map(|(name, _)| *name);
    on.collect::<Vec<_>>().join(" ")
}
