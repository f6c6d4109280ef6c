//! The readiness list against the facts that it is made from.

#![allow(clippy::unwrap_used, reason = "tests")]

use domain::evidence;
use domain::readiness::{Facts, Item, Onward, Step, is_ready, missing_evidence, onward, readiness};
use domain::system::{Autonomy, Context, DataCategory, Kind, Sourcing};
use domain::triage::Tier;
use proptest::prelude::*;

fn full_context() -> Context {
    Context {
        kind: Some(Kind::Generative),
        sourcing: Some(Sourcing::Bought),
        intended_users: Some("Clerks".into()),
        affected_groups: Some("Customers".into()),
        data_categories: vec![DataCategory::Personal],
        autonomy: Some(Autonomy::Recommends),
        oversight: Some("A clerk reads each answer".into()),
        runs_where: Some("Cloud".into()),
        ..Context::default()
    }
}

fn complete(tier: Tier) -> Facts {
    let demands = tier.demands();
    Facts {
        tier: Some(tier),
        context: full_context(),
        risks: demands.risks,
        evidence: demands.evidence.to_vec(),
        ..Facts::default()
    }
}

fn missing(facts: &Facts) -> Vec<(Step, String)> {
    readiness(facts).into_iter().filter_map(|Item { step, missing }| Some((step, missing?))).collect()
}

#[test]
fn a_new_system_is_told_everything_that_is_missing() {
    let told = missing(&Facts::default());
    let steps: Vec<_> = told.iter().map(|(s, _)| *s).collect();
    assert_eq!(steps, [Step::Triage, Step::Context, Step::Risks, Step::Ratings, Step::Treatment, Step::Mitigations]);
    assert_eq!(told[1].1, "kind, built or bought, intended users, data, autonomy, where it runs");
    assert_eq!(told[2].1, "0 of at least 1");
}

#[test]
fn each_tier_is_ready_with_what_it_asks_for_and_a_prohibited_one_never() {
    for tier in Tier::ALL {
        assert_eq!(is_ready(&readiness(&complete(*tier))), *tier != Tier::Prohibited, "{tier}");
    }
}

#[test]
fn only_the_tiers_that_ask_for_it_want_oversight_and_evidence() {
    let has = |tier, step| readiness(&complete(tier)).iter().any(|i| i.step == step);
    assert!(!has(Tier::Minimal, Step::Evidence) && has(Tier::Limited, Step::Evidence));
    assert!(!has(Tier::Limited, Step::Oversight) && has(Tier::High, Step::Oversight));
}

#[test]
fn counts_are_said_in_words() {
    let facts = Facts { risks_unrated: 1, mitigations_unassigned: 2, open_comments: 3, ..complete(Tier::Minimal) };
    assert_eq!(
        missing(&facts),
        [
            (Step::Ratings, "1 risk lacks a rating".to_owned()),
            (Step::Mitigations, "2 mitigations lack assignee or date".to_owned()),
            (Step::Comments, "3 comments are open".to_owned()),
        ]
    );
    let facts =
        Facts { profile_open: vec!["MAP 1.1", "MAP 5.1", "MEASURE 2.1", "MEASURE 2.10"], ..complete(Tier::Limited) };
    assert_eq!(missing(&facts), [(Step::Profile, "4 open: MAP 1.1, MAP 5.1, MEASURE 2.1 …".to_owned())]);
    let facts = Facts { evidence: vec![evidence::Kind::Validation], ..complete(Tier::Critical) };
    assert_eq!(missing(&facts), [(Step::Evidence, "no current test, no current evaluation".to_owned())]);
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let tier = proptest::option::of(proptest::sample::select(Tier::ALL));
    let kinds = proptest::sample::subsequence(evidence::Kind::ALL.to_vec(), 0..=evidence::Kind::ALL.len());
    (tier, any::<bool>(), 0usize..5, any::<[bool; 6]>(), kinds).prop_map(|(tier, full, risks, some, evidence)| Facts {
        tier,
        context: if full { full_context() } else { Context::default() },
        risks,
        risks_unrated: usize::from(some[0]).min(risks),
        risks_untreated: usize::from(some[1]).min(risks),
        risks_unmitigated: usize::from(some[2]).min(risks),
        mitigations_unassigned: usize::from(some[3]),
        evidence,
        profile_open: if some[5] { vec!["MAP 1.1"] } else { Vec::new() },
        open_comments: usize::from(some[4]),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Ready means that nothing which the tier asks for is missing: counted here once more, from the facts.
    #[test]
    fn ready_is_what_the_tier_asks_for(facts in any_facts()) {
        let demands = facts.tier.unwrap_or(Tier::Minimal).demands();
        let expected = facts.tier.is_some_and(|t| t != Tier::Prohibited)
            && facts.context.kind.is_some()
            && facts.risks >= demands.risks
            && facts.risks_unrated + facts.risks_untreated + facts.risks_unmitigated == 0
            && facts.mitigations_unassigned + facts.open_comments + facts.profile_open.len() == 0
            && demands.evidence.iter().all(|k| facts.evidence.contains(k));
        prop_assert_eq!(is_ready(&readiness(&facts)), expected);
    }

    /// Each step stands in the list at most once, in the order in which people do it, and each leads somewhere.
    #[test]
    fn the_list_is_in_order(facts in any_facts()) {
        let steps: Vec<Step> = readiness(&facts).iter().map(|i| i.step).collect();
        prop_assert!(steps.windows(2).all(|p| p[0] < p[1]));
        prop_assert!(steps.iter().all(|s| !s.page().is_empty()));
    }

    /// Doing something never makes anything else missing.
    #[test]
    fn mending_one_thing_breaks_no_other(facts in any_facts()) {
        let before = missing(&facts);
        let mended = Facts { open_comments: 0, mitigations_unassigned: 0, evidence: evidence::Kind::ALL.to_vec(), ..facts };
        let after = missing(&mended);
        prop_assert!(after.iter().all(|(s, _)| before.iter().any(|(b, _)| b == s)));
    }
}

#[test]
fn save_and_continue_leads_forward_only() {
    let mut facts = complete(Tier::High);
    let next = |facts: &Facts, from| onward(&readiness(facts), from);
    assert_eq!(next(&facts, Step::Mitigations), Onward::Ready);
    facts.evidence = vec![evidence::Kind::Test];
    assert_eq!(next(&facts, Step::Mitigations), Onward::Missing(Step::Evidence));
    assert_eq!(next(&facts, Step::Evidence), Onward::Missing(Step::Evidence));
    assert_eq!(missing_evidence(&facts), Some(evidence::Kind::Validation));
    // What was left for later, and what is answered elsewhere, draw nobody back.
    let mut facts = complete(Tier::High);
    facts.risks_unrated = 1;
    assert_eq!(next(&facts, Step::Evidence), Onward::Back);
    let facts = Facts { open_comments: 1, ..complete(Tier::High) };
    assert_eq!(next(&facts, Step::Evidence), Onward::Back);
    // The profile comes last: the steps before it answer most of it.
    let mut facts = Facts { profile_open: vec!["MEASURE 2.10"], ..complete(Tier::Critical) };
    assert_eq!(next(&facts, Step::Evidence), Onward::Missing(Step::Profile));
    facts.risks_unrated = 1;
    assert_eq!(next(&facts, Step::Evidence), Onward::Back);
    // Without a triage no evidence is asked for yet.
    assert_eq!(missing_evidence(&Facts::default()), None);
    assert_eq!(next(&Facts::default(), Step::Evidence), Onward::Back);
}
