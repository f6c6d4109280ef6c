//! Closed lists of words that are stored, shown and sent as text.

/// Declares an enum whose variants have a stored word and a label that people read.
///
/// Gives `as_str` (stored), `label` (shown), `ALL`, `FromStr`, `Display` (stored word) and serde by the stored word.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every word of the list, in its natural order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word as it is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The words that people read.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }
        }

        impl $crate::text::Words for $name {
            const LIST: &'static str = stringify!($name);
            const WORDS: &'static [&'static str] = &[$($word,)+];
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::text::UnknownWord;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                match s {
                    $($word => Ok($name::$variant),)+
                    _ => Err($crate::text::UnknownWord { list: stringify!($name), word: s.chars().take(80).collect() }),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str> as ::serde::Deserialize>::deserialize(d)?;
                word.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}

/// A closed list, for those who describe it to others (an API's document).
pub trait Words: std::str::FromStr<Err = UnknownWord> + Copy + 'static {
    /// The list's name.
    const LIST: &'static str;
    /// Its words as they are stored and sent.
    const WORDS: &'static [&'static str];
}

/// A word that a closed list does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a {list}")]
pub struct UnknownWord {
    /// The list's Rust name.
    pub list: &'static str,
    /// What was given, cut at 80 characters.
    pub word: String,
}

/// Longest single-line text (names, titles), in characters.
pub const LINE_MAX: usize = 200;
/// Longest paragraph text (purposes, reasons, notes), in characters.
pub const PROSE_MAX: usize = 10_000;

/// Characters that turn the direction of what follows: a name could be made to read as another one.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that show nothing by themselves; within words some scripts need them.
fn unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{3164}')
}

/// The days that anything here may speak of: a slip of the keyboard lies outside.
pub fn is_plausible(day: chrono::NaiveDate) -> bool {
    (1900..=2199).contains(&chrono::Datelike::year(&day))
}

/// A single line: trimmed, inner white space collapsed, no control characters, at most [`LINE_MAX`] characters.
/// `None` when nothing is left.
pub fn line(input: &str) -> Result<Option<String>, &'static str> {
    let text = input.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > LINE_MAX {
        return Err("must be 200 characters or fewer");
    }
    if text.chars().any(|c| c.is_control() || turns(c)) {
        return Err("must not contain control characters");
    }
    Ok(text.chars().any(|c| !unseen(c)).then_some(text))
}

/// A text of several lines: line ends made `\n`, trimmed, at most [`PROSE_MAX`] characters. `None` when empty.
pub fn prose(input: &str) -> Result<Option<String>, &'static str> {
    let text = input.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.chars().count() > PROSE_MAX {
        return Err("must be 10,000 characters or fewer");
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err("must not contain control characters");
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_collapsed_and_limited() {
        assert_eq!(line("  a \n b\t").unwrap().as_deref(), Some("a b"));
        assert_eq!(line("   ").unwrap(), None);
        assert_eq!(line("\u{200b}\u{feff}").unwrap(), None, "nothing that anybody sees");
        assert_eq!(line("\u{646}\u{200c}\u{645}").unwrap().as_deref(), Some("\u{646}\u{200c}\u{645}"));
        assert!(line("evil\u{202e}fdp.exe").is_err());
        let day = |year| chrono::NaiveDate::from_ymd_opt(year, 12, 31);
        assert!(day(2026).is_some_and(is_plausible) && day(2199).is_some_and(is_plausible));
        assert!(!is_plausible(chrono::NaiveDate::MAX) && day(1899).is_some_and(|day| !is_plausible(day)));
        assert!(line(&"x".repeat(LINE_MAX)).is_ok());
        assert!(line(&"x".repeat(LINE_MAX + 1)).is_err());
        assert!(line("a\u{0}b").is_err());
    }

    #[test]
    fn prose_keeps_its_lines() {
        assert_eq!(prose(" a\r\nb ").unwrap().as_deref(), Some("a\nb"));
        assert!(prose(&"é".repeat(PROSE_MAX)).is_ok());
        assert!(prose(&"é".repeat(PROSE_MAX + 1)).is_err());
    }
}
