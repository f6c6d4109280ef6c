use super::*;
use crate::framework::{Level, nist};
use proptest::prelude::*;

fn at(subcategory: &str, state: State) -> Standing {
    Standing { subcategory: subcategory.to_owned(), state, target: None, due: None, required: true, derived: false }
}

fn day(day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2027, 3, day)
}

#[test]
fn by_function_and_category() {
    let standings = [
        at("MAP 1.1", State::Implemented),
        at("MAP 1.2", State::NotApplicable),
        Standing { derived: true, ..at("MAP 5.1", State::Partial) },
        Standing { required: false, ..at("MANAGE 4.2", State::NotStarted) },
        Standing { target: Some(State::Verified), ..at("MANAGE 4.3", State::Implemented) },
        at("MAP 9.9", State::Verified),
    ];
    let profile = coverage(nist(), &standings, State::Implemented);
    assert_eq!(
        profile.functions.iter().map(|p| (p.id, p.coverage.total())).collect::<Vec<_>>(),
        [("MAP", 3), ("MANAGE", 2)]
    );
    let categories: Vec<_> = profile.categories.iter().map(|p| (p.id, p.coverage.percent_done())).collect();
    assert_eq!(categories, [("MAP 1", Some(100)), ("MAP 5", Some(0)), ("MANAGE 4", Some(50))]);
    let total = profile.total;
    assert_eq!((total.total(), total.applicable(), total.done(), total.derived), (5, 4, 2, 1));
    assert_eq!((total.aimed, total.reached), (3, 1), "nobody aims at MANAGE 4.2, and MAP 1.2 does not apply");
    assert_eq!((total.percent_done(), total.percent_reached()), (Some(50), Some(33)));
}

#[test]
fn nothing_that_applies_has_no_percentage() {
    let profile = coverage(nist(), &[at("MAP 1.1", State::NotApplicable)], State::Implemented);
    assert_eq!((profile.total.percent_done(), profile.total.percent_reached()), (None, None));
    assert_eq!(coverage(nist(), &[], State::Implemented).functions, []);
}

#[test]
fn gaps_are_a_list_of_work() {
    let standings = [
        at("MEASURE 2.9", State::NotStarted),
        at("MEASURE 2.10", State::Partial),
        Standing { required: false, target: Some(State::Implemented), ..at("MAP 1.3", State::Partial) },
        Standing { required: false, target: Some(State::Partial), due: day(1), ..at("MANAGE 4.2", State::NotStarted) },
        Standing { due: day(2), ..at("MANAGE 1.1", State::Partial) },
        Standing { due: day(1), ..at("MANAGE 1.2", State::Implemented) },
        Standing { required: false, ..at("MAP 1.2", State::NotStarted) },
        at("MAP 1.4", State::NotApplicable),
    ];
    let gaps = gaps(nist(), &standings, State::Implemented, day(2).unwrap());
    let list: Vec<_> = gaps.iter().map(|g| (g.subcategory.id.as_str(), g.overdue, g.required, g.target)).collect();
    let (partial, implemented) = (State::Partial, State::Implemented);
    assert_eq!(
        list,
        [
            ("MANAGE 4.2", true, false, partial),
            ("MEASURE 2.9", false, true, implemented),
            ("MEASURE 2.10", false, true, implemented),
            ("MANAGE 1.1", false, true, implemented),
            ("MAP 1.3", false, false, implemented),
        ],
        "the day itself is not overdue, and what is reached is no gap"
    );
}

proptest! {
    #[test]
    fn it_adds_up(states in prop::collection::vec((0usize..5, any::<bool>(), 0usize..4), 53)) {
        let standings: Vec<_> = nist().at(Level::System).zip(states).map(|(subcategory, (state, required, target))| Standing {
            required,
            target: (target > 0).then(|| State::ALL[target]),
            ..at(&subcategory.id, State::ALL[state])
        }).collect();
        let profile = coverage(nist(), &standings, State::Implemented);
        let sum = |parts: &[Part<'_>], of: fn(&Coverage) -> usize| parts.iter().map(|p| of(&p.coverage)).sum::<usize>();
        for of in [Coverage::total as fn(&Coverage) -> usize, Coverage::applicable, Coverage::done, |c| c.aimed, |c| c.reached] {
            prop_assert_eq!(sum(&profile.functions, of), of(&profile.total));
            prop_assert_eq!(sum(&profile.categories, of), of(&profile.total));
        }
        prop_assert_eq!(profile.total.total(), 53);
        let gaps = gaps(nist(), &standings, State::Implemented, day(1).unwrap());
        prop_assert_eq!(gaps.len(), profile.total.aimed - profile.total.reached);
        prop_assert!(profile.total.percent_reached() != Some(100) || gaps.is_empty());
    }
}
