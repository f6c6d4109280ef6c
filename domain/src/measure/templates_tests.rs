use super::*;
use crate::measure::vocabulary::Vocabulary;
use crate::risk::Characteristic;

fn titles(kind: Kind, tier: Tier) -> Vec<String> {
    templates(&[kind], tier).into_iter().map(|template| template.title).collect()
}

#[test]
fn every_line_has_a_term_and_sensible_limits() {
    let words = Vocabulary::default();
    for tier in Tier::ALL {
        let all = templates(Kind::ALL, *tier);
        assert_eq!(all.len(), LINES.len(), "each once, none without a term");
        for Template { title, why, criterion: c } in &all {
            assert!(why.ends_with('.') && (20..=160).contains(&why.len()), "{title}");
            assert!(c.warn.is_none_or(|warn| c.comparison.beyond(c.fail, warn)), "{title}: {}", c.said(&words));
            assert!(c.fail >= 0.0 && words.get(&c.metric).is_some());
        }
    }
}

#[test]
fn a_higher_tier_is_never_easier() {
    for tiers in Tier::ALL.windows(2) {
        for (low, high) in templates(Kind::ALL, tiers[0]).iter().zip(templates(Kind::ALL, tiers[1])) {
            let (low, high) = (&low.criterion, &high.criterion);
            assert!(!low.comparison.beyond(high.fail, low.fail), "{} at {}", low.metric, tiers[1]);
            assert!(high.min_samples >= low.min_samples && high.max_age_days <= low.max_age_days);
        }
    }
}

#[test]
fn a_kind_of_system_gets_what_concerns_it() {
    let predictive = titles(Kind::Predictive, Tier::High);
    assert!(predictive.contains(&"Accuracy in the worst group".to_owned()));
    assert!(!predictive.contains(&"Toxic outputs".to_owned()));
    let agentic = titles(Kind::Agentic, Tier::High);
    assert!(agentic.contains(&"Resistance to prompt injection".to_owned()));
    assert!(titles(Kind::Generative, Tier::High).contains(&"Made-up answers".to_owned()));
    assert!(templates(&[], Tier::High).is_empty());
    let fair = templates(&[Kind::Predictive], Tier::High);
    assert!(fair.iter().any(|template| template.criterion.characteristic == Characteristic::Fair));
}

/// With the fewest samples that are asked for, the best result there is has to pass.
#[test]
fn what_is_asked_can_be_reached() {
    for tier in Tier::ALL {
        for Template { title, criterion: c, .. } in templates(Kind::ALL, *tier) {
            let (Some(n), true) = (c.min_samples, c.unit == crate::evidence::findings::Unit::Proportion) else {
                continue;
            };
            let up = c.comparison == crate::measure::criterion::Comparison::AtLeast;
            let (low, high) = crate::measure::stats::wilson(if up { n } else { 0 }, n).unwrap();
            let end = if up { low } else { high };
            assert!(!c.comparison.beyond(end, c.mark()), "{title} at {tier}: {end} with {n} samples");
        }
    }
}
