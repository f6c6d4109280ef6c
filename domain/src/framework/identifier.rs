//! One identifier from the many ways in which people and tools write it.

use super::{Function, nist};

/// Longest identifier that is looked at, in bytes.
const LONGEST: usize = 40;
/// Fewest letters of a function's name that tell it from the others.
const SHORTEST: usize = 3;

/// The official identifier of a subcategory of AI RMF 1.0: "GOVERN 1.1" also as "Govern 1.1", "GV-1.1", "GV.1.1",
/// "govern-1-1", "GOV 1.1" or "GOVERN1.1". None for anything else; an action's "GV-1.1-001" is not a subcategory.
#[must_use]
pub fn canonical(given: &str) -> Option<&'static str> {
    let given = given.trim();
    if given.len() > LONGEST {
        return None;
    }
    let letters = given.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(given.len());
    let (word, rest) = given.split_at(letters);
    let named = |function: &&Function| {
        let begins = word.len() >= SHORTEST && function.id.starts_with(&word.to_ascii_uppercase());
        begins || function.code.eq_ignore_ascii_case(word)
    };
    let function = nist().functions.iter().find(named)?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '.' | '_' | ':' | '–'));
    let (category, number) = rest.split_once(['.', '-', '_'])?;
    let mut of_function = function.categories.iter().flat_map(|category| &category.subcategories);
    let wanted = (category, number);
    let id = of_function.find(|sub| sub.id.rsplit(' ').next().and_then(|n| n.split_once('.')) == Some(wanted))?;
    Some(&id.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_identifier_in_many_spellings() {
        for given in [
            "GOVERN 1.1",
            "Govern 1.1",
            "govern-1.1",
            "GV-1.1",
            "GV.1.1",
            "gv 1.1",
            "GV1.1",
            " GOVERN 1.1\n",
            "GOVERN–1.1",
            "govern_1_1",
            "GV-1-1",
            "GOVERN: 1.1",
        ] {
            assert_eq!(canonical(given), Some("GOVERN 1.1"), "{given:?}");
        }
        assert_eq!(canonical("MS-2.10"), Some("MEASURE 2.10"));
        assert_eq!(canonical("MS-2.1"), Some("MEASURE 2.1"));
        assert_eq!((canonical("GOV 1.1"), canonical("Meas-2.1")), (Some("GOVERN 1.1"), Some("MEASURE 2.1")));
        assert_eq!((canonical("MAN 1.1"), canonical("MA 1.1")), (Some("MANAGE 1.1"), None));
        assert_eq!((canonical("MP-1.1"), canonical("MG-1.1")), (Some("MAP 1.1"), Some("MANAGE 1.1")));
    }

    #[test]
    fn what_is_no_subcategory() {
        for given in [
            "",
            "GOVERN",
            "GOVERN 1",
            "GV-1.1-001",
            "GOVERN 1.8",
            "GOVERN 01.1",
            "GOVERN 1.10",
            "GOVERNS 1.1",
            "GO 1.1",
            "1.1",
            "A.2.2",
            "MEASURE 2.1.0",
            "MS-2.1 0",
            "ＧＶ-1.1",
        ] {
            assert_eq!(canonical(given), None, "{given:?}");
        }
        assert_eq!(canonical(&"G".repeat(1_000_000)), None);
    }

    #[test]
    fn every_official_identifier_is_its_own() {
        for subcategory in nist().subcategories() {
            let code = &nist().function_of(&subcategory.id).unwrap().code;
            let short = format!("{code}-{}", subcategory.id.rsplit(' ').next().unwrap());
            assert_eq!(canonical(&subcategory.id), Some(subcategory.id.as_str()));
            assert_eq!(canonical(&short), Some(subcategory.id.as_str()));
        }
    }
}
