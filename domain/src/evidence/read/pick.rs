//! Takes pieces out of a JSON document of any size: a reader names paths, and gets what stands there, one piece at a time.

use super::json::Lenient;
use super::slim::{Key, Piece, Room, Slim};
use super::{Source, Unreadable};
use crate::evidence::findings::Findings;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use std::fmt;
use std::io::{BufReader, SeekFrom};

/// Where pieces stand, and what of them is wanted.
pub struct Pick {
    /// Names with points between: "runs.[].tool"; `[]` is every entry of a list, `*` every name of an object. Empty: the
    /// whole document.
    pub path: &'static str,
    /// What of it is wanted.
    pub want: Want,
}

/// What of a piece is wanted.
#[derive(Clone, Copy)]
pub enum Want {
    /// Everything.
    All,
    /// What stands under these names.
    Keep(&'static [&'static str]),
    /// Whether it is there: a list or object comes empty.
    Sort,
}

/// Everything at a path.
pub const fn all(path: &'static str) -> Pick {
    Pick { path, want: Want::All }
}

/// Some names of what stands at a path.
pub const fn some(path: &'static str, names: &'static [&'static str]) -> Pick {
    Pick { path, want: Want::Keep(names) }
}

/// Whether something stands at a path.
pub const fn sort(path: &'static str) -> Pick {
    Pick { path, want: Want::Sort }
}

/// A step through `[]` or `*` on the way to a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Which entry of a list.
    Entry(usize),
    /// Which name of an object.
    Name(String),
}

/// The name of the last step through `*`.
pub fn name(steps: &[Step]) -> &str {
    steps
        .iter()
        .rev()
        .find_map(|s| if let Step::Name(name) = s { Some(name.as_str()) } else { None })
        .unwrap_or_default()
}

/// The entry of the first step through `[]`.
pub fn entry(steps: &[Step]) -> usize {
    steps.iter().find_map(|s| if let Step::Entry(at) = s { Some(*at) } else { None }).unwrap_or_default()
}

/// Passes every piece on, in the order of the document: which pick, the steps to it, the piece. A list or object that
/// stands where the paths want the other is an error; `null` is an empty one.
///
/// # Errors
/// Broken JSON, or a document of another form, with line and column.
pub fn pick(
    file: &mut dyn Source,
    format: &'static str,
    picks: &[Pick],
    findings: &mut Findings,
    each: &mut dyn FnMut(&mut Findings, usize, &[Step], Slim),
) -> Result<(), Unreadable> {
    pick_first(usize::MAX, file, format, picks, findings, each)
}

/// As [`pick`], but stops after so many pieces; what follows is not looked at.
///
/// # Errors
/// As [`pick`].
pub fn pick_first(
    pieces: usize,
    file: &mut dyn Source,
    format: &'static str,
    picks: &[Pick],
    findings: &mut Findings,
    each: &mut dyn FnMut(&mut Findings, usize, &[Step], Slim),
) -> Result<(), Unreadable> {
    file.seek(SeekFrom::Start(0))?;
    let paths: Vec<Vec<&str>> =
        picks.iter().map(|p| p.path.split('.').filter(|part| !part.is_empty()).collect()).collect();
    let mut walk = Walk { picks, paths, steps: Vec::new(), left: pieces, findings, each };
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(Lenient::new(file)));
    let at = At { open: (0..picks.len()).collect(), depth: 0, walk: &mut walk };
    let read = at.deserialize(&mut json).and_then(|()| json.end());
    if walk.left == 0 {
        return Ok(());
    }
    read.map_err(|e| match e.io_error_kind() {
        Some(_) => Unreadable::Stream(e.to_string()),
        None => Unreadable::Broken { format, what: e.to_string() },
    })
}

/// Passes over a value, and says what it was.
struct Sort;

impl<'de> Visitor<'de> for Sort {
    type Value = Slim;
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Slim, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Slim::Map(Vec::new()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Slim, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Slim::List(Vec::new()))
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Slim, E> {
        Ok(Slim::Bool(flag))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Slim, E> {
        Ok(Slim::Num(0.0))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Slim, E> {
        Ok(Slim::Num(0.0))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Slim, E> {
        Ok(Slim::Num(0.0))
    }
    fn visit_str<E>(self, _: &str) -> Result<Slim, E> {
        Ok(Slim::Text(String::new()))
    }
    fn visit_unit<E>(self) -> Result<Slim, E> {
        Ok(Slim::Null)
    }
}

struct Walk<'a> {
    picks: &'a [Pick],
    paths: Vec<Vec<&'static str>>,
    steps: Vec<Step>,
    /// Pieces that are still wanted.
    left: usize,
    findings: &'a mut Findings,
    each: &'a mut dyn FnMut(&mut Findings, usize, &[Step], Slim),
}

/// A place within the document, and the picks whose paths lead here.
struct At<'w, 'a> {
    open: Vec<usize>,
    depth: usize,
    walk: &'w mut Walk<'a>,
}

impl At<'_, '_> {
    fn next(&self, step: &str) -> Vec<usize> {
        let leads = |at: &usize| {
            self.walk
                .paths
                .get(*at)
                .and_then(|path| path.get(self.depth))
                .is_some_and(|part| *part == step || *part == "*" && step != "[]")
        };
        self.open.iter().copied().filter(leads).collect()
    }

    fn wants(&self, list: bool) -> bool {
        let part = |at: &usize| self.walk.paths.get(*at).and_then(|path| path.get(self.depth)).copied();
        self.open.iter().filter_map(part).any(|part| (part == "[]") == list)
    }

    fn starred(&self) -> bool {
        self.open.iter().any(|at| self.walk.paths.get(*at).and_then(|p| p.get(self.depth)) == Some(&"*"))
    }
}

impl<'de> DeserializeSeed<'de> for At<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        let here = self.open.iter().copied().find(|at| self.walk.paths.get(*at).is_some_and(|p| p.len() == self.depth));
        let Some(pick) = here else {
            return from.deserialize_any(self);
        };
        // Serde has no way to stop but an error; the caller knows it by the count.
        if self.walk.left == 0 {
            return Err(D::Error::custom("enough"));
        }
        self.walk.left -= 1;
        let room = Room::default();
        let piece = match self.walk.picks.get(pick).map_or(Want::All, |p| p.want) {
            Want::All => Piece { keep: &[], room: &room }.deserialize(from)?,
            Want::Keep(keep) => Piece { keep, room: &room }.deserialize(from)?,
            Want::Sort => from.deserialize_any(Sort)?,
        };
        if room.cut() {
            self.walk.findings.note("Part of a very large entry was left out");
        }
        (self.walk.each)(self.walk.findings, pick, &self.walk.steps, piece);
        Ok(())
    }
}

impl<'de> Visitor<'de> for At<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(if self.wants(true) { "a list" } else { "an object" })
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !self.wants(false) {
            return Err(A::Error::invalid_type(Unexpected::Map, &self));
        }
        let starred = self.starred();
        while let Some(key) = map.next_key_seed(Key)? {
            let open = self.next(&key);
            if open.is_empty() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if starred {
                self.walk.steps.push(Step::Name(key));
            }
            map.next_value_seed(At { open, depth: self.depth.saturating_add(1), walk: &mut *self.walk })?;
            if starred {
                self.walk.steps.pop();
            }
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let open = self.next("[]");
        if open.is_empty() {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        for entry in 0.. {
            self.walk.steps.push(Step::Entry(entry));
            let at = At { open: open.clone(), depth: self.depth.saturating_add(1), walk: &mut *self.walk };
            let read = list.next_element_seed(at)?;
            self.walk.steps.pop();
            if read.is_none() {
                break;
            }
        }
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::findings::Format;

    fn picked(json: &str, picks: &[Pick]) -> Result<Vec<String>, Unreadable> {
        let mut out = Vec::new();
        let mut findings = Findings::new(Format::Table);
        pick(&mut std::io::Cursor::new(json), "test", picks, &mut findings, &mut |_, at, steps, piece| {
            out.push(format!("{at} {} {} {}", entry(steps), name(steps), piece.words()));
        })?;
        Ok(out)
    }

    #[test]
    fn pieces_come_in_the_order_of_the_document() {
        let picks = [all("a.[].b"), some("a.[].c.[]", &["x"]), all("o.*"), sort("s")];
        let json = r#"{"a":[{"c":[{"x":1,"y":2},{"x":NaN}],"b":"t"},{"b":[1,2]}],"o":{"k":true},"z":[{}],"s":[1,{}]}"#;
        assert_eq!(
            picked(json, &picks).unwrap(),
            ["1 0  x: 1", "1 0  x: ", "0 0  t", "0 1  1, 2", "2 0 k true", "3 0  "]
        );
        assert!(picked(r#"{"a": null}"#, &picks).unwrap().is_empty());
    }

    #[test]
    fn another_form_is_broken_and_says_where() {
        for json in [r#"{"a": 42}"#, r#"{"a": {}}"#, r#"[]"#, r#"{"a": []} x"#, r#"{"a": ["#] {
            let e = picked(json, &[all("a.[]")]).unwrap_err().to_string();
            assert!(e.contains("line 1 column"), "{e}");
        }
    }

    #[test]
    fn a_piece_that_is_too_large_is_cut() {
        let big = format!(r#"{{"a":[[{}1],[2]]}}"#, "1,".repeat(200_000));
        let mut findings = Findings::new(Format::Table);
        let mut lens = Vec::new();
        pick(&mut std::io::Cursor::new(big), "test", &[all("a.[]")], &mut findings, &mut |_, _, _, piece| {
            lens.push(piece.items().len());
        })
        .unwrap();
        assert!(lens[0] < 40_000 && lens[1] == 1, "{lens:?}");
        assert_eq!(findings.notes.len(), 1);
    }
}
