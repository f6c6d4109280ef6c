use std::collections::BTreeSet;

use super::*;

/// The identifiers as NIST AI 100-1 prints them: categories and how many subcategories each has.
const OFFICIAL: [(&str, &[usize]); 4] = [
    ("GOVERN", &[7, 3, 2, 3, 2, 2]),
    ("MAP", &[6, 3, 5, 2, 2]),
    ("MEASURE", &[3, 13, 3, 3]),
    ("MANAGE", &[4, 4, 2, 3]),
];

fn official() -> Vec<String> {
    let mut ids = Vec::new();
    for (function, sizes) in OFFICIAL {
        for (category, size) in sizes.iter().enumerate() {
            ids.extend((1..=*size).map(|n| format!("{function} {}.{n}", category + 1)));
        }
    }
    ids
}

#[test]
fn four_functions_nineteen_categories_seventy_two_subcategories() {
    let framework = nist();
    let functions: Vec<_> = framework.functions.iter().map(|f| (f.id.as_str(), f.code.as_str(), f.level)).collect();
    assert_eq!(
        functions,
        [
            ("GOVERN", "GV", Level::Organisation),
            ("MAP", "MP", Level::System),
            ("MEASURE", "MS", Level::System),
            ("MANAGE", "MG", Level::System)
        ]
    );
    let per_function: Vec<usize> =
        framework.functions.iter().map(|f| f.categories.iter().map(|c| c.subcategories.len()).sum()).collect();
    assert_eq!(per_function, [19, 18, 22, 13]);
    assert_eq!((framework.categories().count(), framework.subcategories().count()), (19, 72));
    assert_eq!((framework.at(Level::Organisation).count(), framework.at(Level::System).count()), (19, 53));
    assert_eq!(framework.subcategories().map(|s| s.id.clone()).collect::<Vec<_>>(), official());
}

#[test]
fn every_identifier_stands_below_its_category_and_function() {
    for function in &nist().functions {
        for (n, category) in function.categories.iter().enumerate() {
            assert_eq!(category.id, format!("{} {}", function.id, n + 1));
            for (m, subcategory) in category.subcategories.iter().enumerate() {
                assert_eq!(subcategory.id, format!("{}.{}", category.id, m + 1));
                assert_eq!(nist().function_of(&subcategory.id).unwrap().id, function.id);
            }
        }
    }
}

#[test]
fn an_identifier_is_a_text() {
    let at = |id| nist().position(id).unwrap();
    assert_ne!(nist().get("MEASURE 2.10"), nist().get("MEASURE 2.1"));
    assert_eq!(nist().get("MEASURE 2.10").unwrap().title, "Privacy");
    assert_eq!(nist().get("MEASURE 2.1").unwrap().title, "What was tested, with what");
    assert_eq!(at("MEASURE 2.10"), at("MEASURE 2.9") + 1);
    assert!(at("MEASURE 2.10") > at("MEASURE 2.2"));
    assert_eq!((nist().get("MEASURE 2.100"), nist().get("measure 2.1"), nist().get("")), (None, None, None));
}

/// Own words, short: nobody should have to read one twice.
#[test]
fn every_field_is_there_and_short() {
    let within = |text: &str, max: usize| !text.is_empty() && text.trim() == text && text.chars().count() <= max;
    for subcategory in nist().subcategories() {
        let id = &subcategory.id;
        assert!(within(&subcategory.title, 40) && !subcategory.title.ends_with('.'), "{id}");
        assert!(within(&subcategory.question, 130) && subcategory.question.ends_with('?'), "{id}");
        assert!(within(&subcategory.next, 120) && subcategory.next.ends_with('.'), "{id}");
        assert!((2..=4).contains(&subcategory.evidence.len()), "{id}");
        assert!(subcategory.evidence.iter().all(|e| within(e, 80) && !e.ends_with('.')), "{id}");
        assert!((1..=2).contains(&subcategory.who.len()), "{id}");
        let hash = &subcategory.official_sha256;
        assert!(hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    }
    for function in &nist().functions {
        assert!(within(&function.title, 10) && within(&function.summary, 100) && function.summary.ends_with('.'));
    }
    for category in nist().categories() {
        assert!(within(&category.title, 40) && within(&category.summary, 100) && category.summary.ends_with('.'));
    }
}

#[test]
fn no_two_say_the_same() {
    let all = || nist().subcategories();
    assert_eq!(all().map(|s| &s.question).collect::<BTreeSet<_>>().len(), 72);
    assert_eq!(all().map(|s| &s.next).collect::<BTreeSet<_>>().len(), 72);
    assert_eq!(all().map(|s| &s.official_sha256).collect::<BTreeSet<_>>().len(), 72);
    let titles: BTreeSet<_> = all().map(|s| s.title.to_lowercase()).collect();
    assert_eq!(titles.len(), 72);
}

#[test]
fn what_does_not_apply_meets_every_target() {
    use State as S;
    assert!(S::Verified.meets(S::Implemented) && S::Implemented.meets(S::Implemented));
    assert!(!S::Implemented.meets(S::Verified) && !S::NotStarted.meets(S::Partial));
    assert!(S::NotApplicable.meets(S::Verified) && !S::Verified.meets(S::NotApplicable));
}
