//! Each rule on transparency, roles, dates and models: it fails when the rule is gone.

use super::*;
use Class::{GeneralPurposeModel, HighRiskArea, Minimal, OutOfScope, SystemicModel};

#[test]
fn every_situation_of_article_50_has_its_duty_its_role_and_its_exceptions() {
    let cases: [(&str, &str, &str, &str, &[&str]); 5] = [
        ("talks", "tell_people", "provider", "talks_exception", &["obvious", "law_enforcement"]),
        ("synthetic", "mark_output", "provider", "synthetic_exception", &["assistive", "no_change", "law_enforcement"]),
        ("exposed", "tell_exposed", "deployer", "exposed_exception", &["yes"]),
        ("deep_fake", "disclose_deep_fake", "deployer", "deep_fake_exception", &["law_enforcement"]),
        ("public_text", "disclose_text", "deployer", "public_text_exception", &["editorial", "law_enforcement"]),
    ];
    for (situation, duty, role, field, exceptions) in cases {
        let picked = with(&plain(), &json!({"transparency": [situation]}));
        let open = outcome(&picked, json!({}));
        assert_eq!(open.class, Class::Transparency, "{situation}");
        let other = if role == "provider" { "deployer" } else { "provider" };
        for owed in &open.obligations {
            assert!([duty, "ai_literacy"].contains(&owed.key), "{situation}: {}", owed.key);
        }
        assert_eq!(from(&open, duty), Some(day("2026-08-02")), "{situation}");
        assert!(owes(&outcome(&picked, json!({"roles": [role]})), duty), "{situation}");
        assert!(!owes(&outcome(&picked, json!({"roles": [other]})), duty), "{situation}");
        for exception in exceptions {
            let excepted = outcome(&picked, json!({field: exception}));
            assert_eq!((excepted.class, owes(&excepted, duty)), (Minimal, false), "{situation}: {exception}");
        }
    }
    let art = outcome(&plain(), json!({"transparency": ["deep_fake"], "deep_fake_exception": "artistic"}));
    assert!(owes(&art, "disclose_deep_fake"), "art is disclosed too, discreetly");
}

/// Art. 111(4).
#[test]
fn marking_begins_later_for_systems_of_before() {
    let marking = with(&plain(), &json!({"transparency": ["synthetic", "talks"]}));
    for (released, begins) in [("2026-08-01", "2026-12-02"), ("2026-08-02", "2026-08-02"), ("not_yet", "2026-08-02")] {
        let outcome = outcome(&marking, json!({"released_on": released}));
        assert_eq!(from(&outcome, "mark_output"), Some(day(begins)), "{released}");
        assert_eq!(from(&outcome, "tell_people"), Some(day("2026-08-02")), "{released}: Art. 50(1) is not moved");
    }
}

/// Art. 25(1) and (3).
#[test]
fn a_change_of_role_makes_a_provider_of_a_high_risk_system_alone() {
    for role in ["deployer", "importer", "distributor"] {
        let other = with(&plain(), &json!({"roles": [role]}));
        for change in ["own_name", "substantial_modification", "new_purpose"] {
            let changed = with(&other, &json!({"change_of_role": [change]}));
            let high = outcome(&changed, json!({"areas": ["4b"]}));
            assert!(high.roles.contains(&Role::Provider) && owes(&high, "risk_management"), "{role}: {change}");
            assert!(!outcome(&changed, json!({})).roles.contains(&Role::Provider), "{role}: {change}");
        }
        assert!(!owes(&outcome(&other, json!({"areas": ["4b"]})), "risk_management"), "{role}");
    }
    let product = json!({"roles": ["product_manufacturer"], "product_acts": ["toys"], "product_function": "safety"});
    let manufacturer = with(&plain(), &product);
    let named = outcome(&manufacturer, json!({"manufacturer_name": "yes"}));
    assert_eq!(named.roles, [Role::Provider, Role::ProductManufacturer]);
    assert!(owes(&named, "risk_management"));
    let unnamed = outcome(&manufacturer, json!({}));
    assert!(!owes(&unnamed, "risk_management"));
    let machinery = outcome(&manufacturer, json!({"manufacturer_name": "yes", "product_acts": ["machinery"]}));
    assert!(!machinery.roles.contains(&Role::Provider), "Art. 25(3) speaks of Section A");
}

#[test]
fn each_kind_of_deployer_has_its_own_duties() {
    let high = with(&plain(), &json!({"roles": ["deployer"], "areas": ["3a"]}));
    for (kind, registers, assesses) in
        [("public_authority", true, true), ("public_services", false, true), ("private", false, false)]
    {
        let outcome = outcome(&high, json!({"public_body": kind}));
        assert_eq!(owes(&outcome, "register_use"), registers, "{kind}");
        assert_eq!(owes(&outcome, "fundamental_rights"), assesses, "{kind}");
    }
    let infrastructure = outcome(&high, json!({"areas": ["2"], "public_body": "public_authority"}));
    assert!(!owes(&infrastructure, "register_use") && !owes(&infrastructure, "fundamental_rights"));
    assert!(owes(&outcome(&high, json!({"workplace": "yes"})), "inform_workers"));
    assert!(!owes(&outcome(&high, json!({"workplace": "no"})), "inform_workers"));
}

#[test]
fn who_is_outside_the_union_appoints_a_representative() {
    for outside in ["yes", "no"] {
        let high = outcome(&plain(), json!({"areas": ["4a"], "outside_union": outside}));
        assert_eq!(owes(&high, "representative"), outside == "yes");
        assert_eq!(
            owes(&outcome(&model(), json!({"outside_union": outside})), "model_representative"),
            outside == "yes"
        );
    }
    let open = outcome(&model(), json!({"outside_union": "yes", "model_open": "yes"}));
    assert!(!owes(&open, "model_representative"), "Art. 54(6)");
}

/// Art. 111(2): by the day of the system's own ground.
#[test]
fn systems_of_before_are_left_alone_until_they_change() {
    let begins = |more: Value| from(&outcome(&plain(), more), "risk_management").map(|day| day.to_string());
    let area = |released: &str, changes: &str, public: &str| {
        begins(json!({
            "areas": ["3b"], "released_on": released, "significant_change": changes, "for_public_authorities": public
        }))
    };
    assert_eq!(area("2027-12-02", "no", "no").as_deref(), Some("2027-12-02"), "not before");
    assert_eq!(area("2027-12-01", "no", "no"), None);
    assert_eq!(area("2027-12-01", "yes", "no").as_deref(), Some("2027-12-02"));
    assert_eq!(area("2027-12-01", "no", "yes").as_deref(), Some("2030-08-02"));
    let product = |released: &str| {
        begins(json!({
            "product_acts": ["toys"], "product_function": "itself", "released_on": released,
            "significant_change": "no", "for_public_authorities": "no"
        }))
    };
    assert_eq!(product("2028-08-01"), None);
    assert_eq!(product("2028-08-02").as_deref(), Some("2028-08-02"));
    let both = begins(json!({
        "areas": ["5d"], "product_acts": ["medical_devices"], "product_function": "itself", "released_on": "2028-01-01",
        "significant_change": "no", "for_public_authorities": "no"
    }));
    assert_eq!(both.as_deref(), Some("2027-12-02"), "before the rules for products, not before those for areas");
    let importer = json!({
        "roles": ["importer"], "areas": ["3b"], "released_on": "2027-01-01", "significant_change": "no",
        "for_public_authorities": "yes"
    });
    assert!(outcome(&plain(), importer).obligations.is_empty(), "the second sentence binds provider and deployer");
}

/// Art. 111(1).
#[test]
fn components_of_large_it_systems_have_until_the_end_of_2030() {
    let part = |released: &str, point: &str| {
        let given = json!({
            "areas": [point], "released_on": released, "large_scale_it": "yes", "significant_change": "no",
            "for_public_authorities": "no"
        });
        from(&outcome(&plain(), given), "risk_management").map(|day| day.to_string())
    };
    for point in ["1a", "6e", "7c"] {
        assert_eq!(part("2027-08-01", point).as_deref(), Some("2030-12-31"), "{point}");
    }
    assert_eq!(part("2027-08-02", "7c"), None, "no longer before, so Art. 111(2)");
    assert_eq!(part("2027-08-01", "4a"), None, "not asked where no such system works");
}

#[test]
fn compute_decides_on_systemic_risk() {
    let of = |flop: f64| outcome(&model(), json!({"training_compute": {"flop": flop}}));
    let at = of(1e25);
    assert_eq!(at.class, GeneralPurposeModel, "greater than, not equal");
    assert!(!owes(&at, "notify_systemic"));
    let above = of(1.000_001e25);
    assert_eq!((above.class, above.also.as_slice()), (SystemicModel, [].as_slice()));
    for key in ["notify_systemic", "evaluate_model", "systemic_risks", "model_incidents", "model_security"] {
        assert_eq!(from(&above, key), Some(day("2025-08-02")), "{key}");
    }
    let designated = outcome(&model(), json!({"high_impact": "yes"}));
    assert_eq!(designated.class, SystemicModel);
    assert!(designated.reasons.iter().any(|reason| reason.article == "Art. 51(1)"));
    let indicated = |flop| of(flop).warnings.iter().any(|warning| warning.article == "C(2025) 7719");
    assert!(indicated(1e23) && !indicated(1.001e23));
}

#[test]
fn open_models_owe_less_unless_they_have_systemic_risk() {
    let documents = |more| {
        let outcome = outcome(&model(), more);
        assert!(owes(&outcome, "copyright_policy") && owes(&outcome, "training_summary"));
        owes(&outcome, "model_documentation") && owes(&outcome, "model_information")
    };
    assert!(documents(json!({})));
    assert!(!documents(json!({"model_open": "yes"})));
    assert!(documents(json!({"model_open": "yes", "high_impact": "yes"})));
}

/// Art. 111(3).
#[test]
fn models_of_before_have_two_more_years() {
    for (released, begins) in [("2025-08-01", "2027-08-02"), ("2025-08-02", "2025-08-02"), ("not_yet", "2025-08-02")] {
        let outcome = outcome(&model(), json!({"model_released_on": released}));
        assert_eq!(from(&outcome, "training_summary"), Some(day(begins)), "{released}");
    }
}

#[test]
fn a_third_of_the_compute_makes_a_new_provider() {
    let tuned = |ours: f64, original: Value, systemic: &str| {
        outcome(
            &model(),
            json!({
                "model_origin": "fine_tuned", "modification_compute": {"flop": ours}, "original_compute": original,
                "original_systemic": systemic
            }),
        )
    };
    let known = || json!({"flop": 3e24});
    assert_eq!(tuned(1e24, known(), "no").class, OutOfScope, "more than a third, not a third");
    assert_eq!(tuned(1.001e24, known(), "no").class, GeneralPurposeModel);
    // Unknown: a third of 10^23, or of 10^25 when the original has systemic risk.
    assert_eq!(tuned(3.3e22, json!("unknown"), "no").class, OutOfScope);
    assert_eq!(tuned(3.4e22, json!("unknown"), "no").class, GeneralPurposeModel);
    assert_eq!(tuned(3.3e24, json!("unknown"), "yes").class, OutOfScope);
    assert_eq!(tuned(3.4e24, json!("unknown"), "yes").class, SystemicModel);
    // Systemic by the original, by designation of it, or by both runs together.
    assert_eq!(tuned(4e24, json!({"flop": 1.1e25}), "no").class, SystemicModel);
    assert_eq!(tuned(2e24, known(), "yes").class, SystemicModel);
    assert_eq!(tuned(4e24, json!({"flop": 7e24}), "no").class, SystemicModel, "1.1e25 in all");
    assert!(tuned(4e24, json!("unknown"), "yes").warnings.iter().any(|w| w.text.contains("not known")));
    let unplaced = outcome(&model(), json!({"model_placed": "no"}));
    assert_eq!((unplaced.class, unplaced.roles.len()), (OutOfScope, 0));
    assert_eq!(outcome(&model(), json!({"model_origin": "as_is"})).class, OutOfScope);
    assert_eq!(outcome(&model(), json!({"model_origin": "none"})).class, Class::NotAiSystem);
}

/// A system can carry a model of ours: both sets of duties stand.
#[test]
fn a_system_with_our_own_model_is_in_both_classes() {
    let more = json!({
        "areas": ["4a"], "transparency": ["talks"], "model_origin": "own", "model_placed": "yes",
        "training_compute": {"flop": 2e25}, "model_open": "no", "model_released_on": "not_yet"
    });
    let outcome = outcome(&plain(), more);
    assert_eq!(outcome.classes().collect::<Vec<_>>(), [HighRiskArea, SystemicModel, Class::Transparency]);
    assert_eq!(outcome.roles, [Role::Provider, Role::Deployer, Role::ModelProvider]);
    assert!(owes(&outcome, "risk_management") && owes(&outcome, "notify_systemic") && owes(&outcome, "tell_people"));
}

/// Each sentence has the answers that bring it about, and disappears with them.
#[test]
fn what_decided_is_said() {
    let said = |outcome: &Outcome, part: &str| {
        outcome.reasons.iter().chain(&outcome.warnings).any(|reason| reason.text.contains(part))
    };
    let before = json!({"released_on": "2027-01-01", "significant_change": "no", "for_public_authorities": "no"});
    let from_before = with(&plain(), &before);
    let area = outcome(&from_before, json!({"areas": ["3b"]}));
    assert!(said(&area, "the rules for Annex III") && !said(&area, "the rules for Annex I:"));
    let toy = json!({"product_acts": ["toys"], "product_function": "itself"});
    let product = outcome(&from_before, toy.clone());
    assert!(said(&product, "the rules for Annex I:") && !said(&product, "the rules for Annex III"));
    assert!(!said(&outcome(&plain(), toy.clone()), "there before"));
    let unassessed = outcome(&with(&plain(), &toy), json!({"third_party_assessment": "not_required"}));
    assert!(said(&unassessed, "needs no assessment"));
    for (change, part) in [
        ("own_name", "put our name"),
        ("substantial_modification", "modified a high-risk system"),
        ("new_purpose", "gave a system a purpose"),
    ] {
        let given = json!({"roles": ["deployer"], "areas": ["4a"], "change_of_role": [change]});
        assert!(said(&outcome(&plain(), given), part), "{change}");
    }
    assert!(said(&outcome(&model(), json!({"model_placed": "no"})), "is not placed on the market"));
    assert!(!said(&outcome(&model(), json!({})), "is not placed on the market"));
}

#[test]
fn the_interview_asks_no_more_than_it_needs_at_the_edges() {
    let asks = |answers: &Answers, key: Key| asked(answers).iter().any(|question| question.key == key);
    let area = with(&plain(), &json!({"areas": ["3b"]}));
    assert!(asks(&with(&area, &json!({"released_on": "2027-12-01"})), Key::SignificantChange));
    assert!(!asks(&with(&area, &json!({"released_on": "2027-12-02"})), Key::SignificantChange));
    let toy = with(&plain(), &json!({"product_acts": ["toys"], "product_function": "itself"}));
    assert!(asks(&with(&toy, &json!({"released_on": "2028-08-01"})), Key::SignificantChange));
    assert!(!asks(&with(&toy, &json!({"released_on": "2028-08-02"})), Key::SignificantChange));
    let mut tuned = with(
        &model(),
        &json!({
            "model_origin": "fine_tuned", "modification_compute": {"flop": 9e24}, "original_compute": {"flop": 1e25}
        }),
    );
    assert!(asks(&tuned, Key::OriginalSystemic), "10^25 exactly is not presumed to be systemic");
    assert!(!classify(&tuned, today()).unwrap().warnings.iter().any(|warning| warning.text.contains("not known")));
    assert!(!asks(&with(&tuned, &json!({"original_compute": {"flop": 1.1e25}})), Key::OriginalSystemic));
    tuned.set(Key::OriginalCompute, &json!("unknown")).unwrap();
    tuned.remove(Key::OriginalSystemic);
    tuned.remove(Key::HighImpact);
    assert_eq!(missing(&tuned), [Key::OriginalSystemic], "before it is known, we are not taken for a provider");
}
