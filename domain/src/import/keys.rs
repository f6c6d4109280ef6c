//! Source keys: by which a newer version of a file finds the systems of the older one.
//!
//! Inventories without identifiers repeat names: one has "Generative AI Usage" 51 times. Rows that share a name, unit
//! and part of it get the same base key and a number. Which row gets which number must not depend on the order of the
//! rows alone: a row that says exactly what a system of the register says keeps that system's key, and only the others
//! are numbered in order.

use std::collections::{BTreeMap, BTreeSet};

/// What a key looks like: 64 hexadecimal digits, for repeats followed by "-2", "-3" …
pub(super) fn is_key(text: &str) -> bool {
    let (base, number) = text.split_once('-').unwrap_or((text, "2"));
    base.len() == 64
        && base.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && number.parse::<u32>().is_ok_and(|n| n >= 2 && n.to_string() == number)
}

fn numbered(base: &str, number: usize) -> String {
    if number <= 1 { base.to_owned() } else { format!("{base}-{number}") }
}

/// The register's keys on one base, with the content hash of each.
pub(super) fn existing<'a>(imported: &'a BTreeMap<String, String>, base: &str) -> Vec<(&'a str, &'a str)> {
    let from_base = imported.range(base.to_owned()..).take_while(|(key, _)| key.starts_with(base));
    from_base.filter(|(key, _)| is_key(key)).map(|(key, hash)| (key.as_str(), hash.as_str())).collect()
}

/// Gives each row of one base its key. `hashes` has a row's content hash in the order of the file, or none for a row
/// that is rejected (it keeps its place, so that its mended version does not land on another system). Keys in `reserved`
/// are spoken for. A rejected row is numbered after those that go in.
pub(super) fn assign(
    base: &str,
    hashes: &[Option<&str>],
    imported: &BTreeMap<String, String>,
    reserved: &BTreeSet<String>,
) -> Vec<String> {
    let mut free: Vec<(&str, &str)> = existing(imported, base);
    free.retain(|(key, _)| !reserved.contains(*key));
    let mut keys: Vec<Option<String>> = vec![None; hashes.len()];
    for (key, hash) in keys.iter_mut().zip(hashes) {
        if let Some(place) = free.iter().position(|(_, known)| *hash == Some(known)) {
            *key = Some(free.remove(place).0.to_owned());
        }
    }
    let mut taken: BTreeSet<String> = reserved.iter().cloned().chain(keys.iter().flatten().cloned()).collect();
    for rejected in [false, true] {
        let open = keys.iter_mut().zip(hashes).filter(|(key, hash)| key.is_none() && hash.is_none() == rejected);
        for (key, _) in open {
            let number = (1..).find(|&n| !taken.contains(&numbered(base, n))).unwrap_or_default();
            let next = numbered(base, number);
            taken.insert(next.clone());
            *key = Some(next);
        }
    }
    keys.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::digest;

    fn register(base: &str, hashes: &[&str]) -> BTreeMap<String, String> {
        hashes.iter().enumerate().map(|(i, hash)| (numbered(base, i + 1), (*hash).to_owned())).collect()
    }

    #[test]
    fn keys_are_told_from_other_text() {
        let base = digest(["x"]);
        assert!(is_key(&base) && is_key(&format!("{base}-2")) && is_key(&format!("{base}-10")));
        for text in ["", "abc", &format!("{base}-"), &format!("{base}-1"), &format!("{base}-02"), &format!("{base}x")] {
            assert!(!is_key(text), "{text}");
        }
    }

    #[test]
    fn a_row_keeps_its_system_when_the_rows_change_places() {
        let base = digest(["x"]);
        let known = register(&base, &["a", "b", "c"]);
        let keys = assign(&base, &[Some("c"), Some("a"), Some("changed")], &known, &BTreeSet::new());
        assert_eq!(keys, [numbered(&base, 3), numbered(&base, 1), numbered(&base, 2)]);
    }

    #[test]
    fn a_rejected_row_does_not_take_the_key_of_one_that_goes_in() {
        let base = digest(["x"]);
        let keys = assign(&base, &[None, Some("a"), Some("b")], &BTreeMap::new(), &BTreeSet::new());
        assert_eq!(keys, [numbered(&base, 3), numbered(&base, 1), numbered(&base, 2)]);
        let again = assign(&base, &[None, Some("a"), Some("b")], &register(&base, &["a", "b"]), &BTreeSet::new());
        assert_eq!(again, keys);
    }

    #[test]
    fn a_reserved_key_is_left_alone() {
        let base = digest(["x"]);
        let reserved = [numbered(&base, 1)].into();
        assert_eq!(assign(&base, &[Some("a")], &register(&base, &["a"]), &reserved), [numbered(&base, 2)]);
    }
}
