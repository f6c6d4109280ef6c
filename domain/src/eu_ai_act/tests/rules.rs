//! Each rule of the Act, one test or one line of a table: it fails when the rule is gone.

use super::*;
use Class::{GeneralPurposeModel, HighRiskArea, HighRiskProduct, Minimal, OutOfScope, Prohibited, SystemicModel};

#[test]
fn every_practice_of_article_5_is_prohibited_unless_excepted() {
    // Practice, the answer that leaves it banned, and the one that saves it.
    let cases = [
        ("manipulation", json!({}), None),
        ("vulnerability", json!({}), None),
        ("social_scoring", json!({}), None),
        ("crime_prediction", json!({"crime_prediction_facts": "no"}), Some(json!({"crime_prediction_facts": "yes"}))),
        ("face_scraping", json!({}), None),
        ("emotions_at_work", json!({"emotion_purpose": "other"}), Some(json!({"emotion_purpose": "physical_state"}))),
        (
            "sensitive_categorisation",
            json!({"categorisation_labelling": "no"}),
            Some(json!({"categorisation_labelling": "yes"})),
        ),
        (
            "realtime_identification",
            json!({"identification_objective": "none"}),
            Some(json!({"identification_objective": "threat"})),
        ),
        ("intimate_content", json!({"content_cause": "purpose"}), Some(json!({"content_cause": "no_more_exposure"}))),
        (
            "child_abuse_material",
            json!({"content_cause": "used_for_it"}),
            Some(json!({"content_cause": "lawful_defence"})),
        ),
    ];
    for (practice, banned, saved) in cases {
        let picked = with(&plain(), &json!({"practices": [practice]}));
        let outcome = outcome(&picked, banned);
        assert_eq!((outcome.class, outcome.also.as_slice()), (Prohibited, [].as_slice()), "{practice}");
        let content = ["intimate_content", "child_abuse_material"].contains(&practice);
        let stop = if content { "stop_content" } else { "stop_practice" };
        assert_eq!(outcome.obligations.iter().map(|due| due.key).collect::<Vec<_>>(), [stop], "{practice}");
        let begins = if content { "2026-12-02" } else { "2025-02-02" };
        assert_eq!(from(&outcome, stop), Some(day(begins)), "{practice}");
        let article = &question(Key::Practices).option(practice).unwrap().article;
        assert!(outcome.reasons.iter().any(|reason| reason.article == article), "{practice}");
        if let Some(saved) = saved {
            assert_ne!(super::outcome(&picked, saved).class, Prohibited, "{practice}");
        }
    }
}

/// Art. 5(1b) speaks of (ba) alone, the defence of national law of (bb) alone, safeguards of both.
#[test]
fn exceptions_for_sexual_content_do_not_mix() {
    let class =
        |practice: &str, cause: &str| outcome(&plain(), json!({"practices": [practice], "content_cause": cause})).class;
    for cause in ["purpose", "no_safeguards", "used_for_it"] {
        assert_eq!(class("intimate_content", cause), Prohibited, "{cause}");
        assert_eq!(class("child_abuse_material", cause), Prohibited, "{cause}");
    }
    assert_eq!(class("intimate_content", "lawful_defence"), Prohibited);
    assert_eq!(class("child_abuse_material", "no_more_exposure"), Prohibited);
    assert_eq!(class("intimate_content", "safeguards"), Minimal);
    assert_eq!(class("child_abuse_material", "safeguards"), Minimal);
}

/// One excepted practice does not save another.
#[test]
fn one_banned_practice_is_enough() {
    let two = json!({"practices": ["emotions_at_work", "social_scoring"], "emotion_purpose": "medical_or_safety"});
    let outcome = outcome(&plain(), two);
    assert_eq!(outcome.class, Prohibited);
    assert!(owes(&outcome, "stop_practice") && outcome.also.is_empty());
}

#[test]
fn an_excepted_practice_is_high_risk_where_annex_iii_names_it() {
    let emotions = outcome(
        &plain(),
        json!({"practices": ["emotions_at_work"], "emotion_purpose": "medical_or_safety", "profiling": "yes"}),
    );
    assert_eq!(emotions.class, HighRiskArea);
    assert!(emotions.reasons.iter().any(|reason| reason.article == "Annex III, 1(c)"));
    assert!(owes(&emotions, "tell_exposed") && owes(&emotions, "assessment_biometrics"));
    assert!(!owes(&emotions, "assessment_internal") && !owes(&emotions, "realtime_conditions"));
    let search = outcome(
        &plain(),
        json!({"practices": ["realtime_identification"], "identification_objective": "suspect", "exceptions": []}),
    );
    assert_eq!(search.class, HighRiskArea);
    assert!(owes(&search, "realtime_conditions") && owes(&search, "authorise_search"));
}

#[test]
fn every_exclusion_of_article_2_takes_it_out() {
    for (word, article) in [
        ("military", "Art. 2(3)"),
        ("cooperation", "Art. 2(4)"),
        ("research_only", "Art. 2(6)"),
        ("before_release", "Art. 2(8)"),
    ] {
        let outcome = outcome(&plain(), json!({"exclusions": [word], "practices": ["social_scoring"]}));
        assert_eq!((outcome.class, outcome.obligations.len()), (OutOfScope, 0), "{word}");
        assert_eq!(outcome.reasons.iter().map(|reason| reason.article).collect::<Vec<_>>(), [article]);
    }
    assert_eq!(outcome(&plain(), json!({"union_link": []})).class, OutOfScope);
    assert_eq!(outcome(&plain(), json!({"subject": "neither"})).class, Class::NotAiSystem);
}

/// Art. 2(10) frees the deployer alone.
#[test]
fn personal_use_frees_the_deployer_alone() {
    let personal = json!({"roles": ["deployer"], "exclusions": ["personal_use"]});
    assert_eq!(outcome(&plain(), personal).class, OutOfScope);
    let both = outcome(&plain(), json!({"exclusions": ["personal_use"], "areas": ["4a"], "profiling": "yes"}));
    assert_eq!((both.class, both.roles.as_slice()), (HighRiskArea, [Role::Provider].as_slice()));
    assert!(owes(&both, "risk_management") && !owes(&both, "use_as_instructed"));
}

/// Art. 2(12): open source is exempt, but not when high-risk, excepted from it, prohibited or under Art. 50.
#[test]
fn open_source_is_exempt_only_when_nothing_else_holds() {
    let open = with(&plain(), &json!({"open_source": "yes"}));
    let exempt = outcome(&open, json!({}));
    assert_eq!((exempt.class, exempt.obligations.len()), (OutOfScope, 0));
    assert!(owes(&outcome(&open, json!({"transparency": ["talks"]})), "tell_people"));
    assert!(owes(&outcome(&open, json!({"areas": ["4a"]})), "risk_management"));
    assert!(owes(&outcome(&open, json!({"areas": ["4a"], "exceptions": ["preparation"]})), "document_exception"));
    let product = json!({"product_acts": ["toys"], "product_function": "itself"});
    assert_eq!(outcome(&open, product).class, HighRiskProduct);
    assert_eq!(outcome(&open, json!({"practices": ["face_scraping"]})).class, Prohibited);
    let user = outcome(&open, json!({"roles": ["deployer"]}));
    assert_eq!((user.class, user.unused.contains(&Key::OpenSource)), (Minimal, true));
}

#[test]
fn every_act_of_annex_i_leads_to_high_risk() {
    for act in &question(Key::ProductActs).options {
        let outcome = outcome(&plain(), json!({"product_acts": [act.key], "product_function": "safety"}));
        assert_eq!(outcome.class, HighRiskProduct, "{}", act.key);
        let section_a = act.group.as_deref() == Some("a");
        assert_eq!(owes(&outcome, "assessment_product"), section_a, "{}", act.key);
        assert_eq!(owes(&outcome, "risk_management"), section_a, "{}", act.key);
        assert_eq!(owes(&outcome, "sector_law"), !section_a, "{}", act.key);
        for due in outcome.obligations.iter().filter(|due| due.key != "ai_literacy") {
            assert_eq!(due.applies_from, day("2028-08-02"), "{}: {}", act.key, due.key);
        }
    }
}

#[test]
fn a_product_is_high_risk_by_function_and_assessment_together() {
    for (function, assessment, class) in [
        ("itself", "required", HighRiskProduct),
        ("safety", "required", HighRiskProduct),
        ("endangers", "required", HighRiskProduct),
        ("no_safety", "required", Minimal),
        ("itself", "other_risks", Minimal),
        ("safety", "not_required", Minimal),
        ("endangers", "not_required", Minimal),
    ] {
        let given = json!({
            "product_acts": ["lifts"], "product_function": function, "third_party_assessment": assessment
        });
        assert_eq!(outcome(&plain(), given).class, class, "{function}, {assessment}");
    }
    let none = json!({"product_acts": [], "product_function": "safety", "third_party_assessment": "required"});
    assert_eq!(outcome(&plain(), none).class, Minimal);
}

#[test]
fn every_point_of_annex_iii_leads_to_high_risk() {
    for point in &question(Key::Areas).options {
        let outcome = outcome(&plain(), json!({"areas": [point.key]}));
        assert_eq!(outcome.class, HighRiskArea, "{}", point.key);
        assert!(outcome.reasons.iter().any(|reason| reason.article == point.article), "{}", point.key);
        assert_eq!(from(&outcome, "risk_management"), Some(day("2027-12-02")), "{}", point.key);
        let (biometrics, infrastructure) = (point.key.starts_with('1'), point.key == "2");
        assert_eq!(owes(&outcome, "assessment_biometrics"), biometrics, "{}", point.key);
        assert_eq!(owes(&outcome, "assessment_internal"), !biometrics, "{}", point.key);
        assert_eq!(owes(&outcome, "registration"), !infrastructure, "{}", point.key);
        assert_eq!(owes(&outcome, "registration_national"), infrastructure, "{}", point.key);
        assert_eq!(owes(&outcome, "explain_decisions"), !infrastructure, "{}", point.key);
        // A private deployer assesses fundamental rights for credit and insurance alone (Art. 27(1)).
        assert_eq!(owes(&outcome, "fundamental_rights"), ["5b", "5c"].contains(&point.key.as_str()), "{}", point.key);
        assert_eq!(owes(&outcome, "authorise_search"), point.key == "1a", "{}", point.key);
        assert_eq!(owes(&outcome, "tell_exposed"), ["1b", "1c"].contains(&point.key.as_str()), "{}", point.key);
    }
}

#[test]
fn exceptions_within_annex_iii_hold_for_their_point_alone() {
    for (point, key) in [
        ("1a", "verification_only"),
        ("5b", "fraud_detection_only"),
        ("7d", "travel_documents_only"),
        ("8b", "campaign_logistics_only"),
    ] {
        assert_eq!(outcome(&plain(), json!({"areas": [point], key: "yes"})).class, Minimal, "{point}");
        assert_eq!(outcome(&plain(), json!({"areas": [point, "4a"], key: "yes"})).class, HighRiskArea, "{point}");
        assert_eq!(outcome(&plain(), json!({"areas": ["4a"], key: "yes"})).class, HighRiskArea, "{point}");
    }
}

#[test]
fn every_exception_of_article_6_3_holds_until_the_system_profiles() {
    for exception in &question(Key::Exceptions).options {
        let claimed = json!({"areas": ["5a"], "profiling": "no", "exceptions": [exception.key]});
        let excepted = outcome(&plain(), claimed.clone());
        assert_eq!(excepted.class, Minimal, "{}", exception.key);
        assert!(excepted.reasons.iter().any(|reason| reason.article == exception.article));
        for key in ["document_exception", "register_exception"] {
            assert_eq!(from(&excepted, key), Some(day("2027-12-02")));
        }
        let profiling = outcome(&with(&plain(), &claimed), json!({"profiling": "yes"}));
        assert_eq!(profiling.class, HighRiskArea, "{}", exception.key);
        assert!(profiling.unused.contains(&Key::Exceptions) && !owes(&profiling, "document_exception"));
    }
}

/// The exception is from Annex III, not from Annex I.
#[test]
fn the_exception_leaves_products_alone() {
    let both = json!({
        "areas": ["5d"], "exceptions": ["preparation"], "product_acts": ["medical_devices"], "product_function": "itself"
    });
    let outcome = outcome(&plain(), both);
    assert_eq!((outcome.class, outcome.also.as_slice()), (HighRiskProduct, [].as_slice()));
    assert_eq!(from(&outcome, "risk_management"), Some(day("2028-08-02")));
    assert_eq!(from(&outcome, "document_exception"), Some(day("2027-12-02")));
    assert!(!owes(&outcome, "registration"));
}

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

#[test]
fn bad_answers_are_refused_by_name() {
    let refused = |json: Value| Answers::from_json(&json.to_string()).unwrap_err();
    assert_eq!(refused(json!({"subjekt": "system"})), BadAnswers::UnknownQuestion("subjekt".into()));
    let unknown = BadAnswers::UnknownOption { field: Key::Subject, word: "toaster".into() };
    assert_eq!(refused(json!({"subject": "toaster"})), unknown);
    assert_eq!(refused(json!({"areas": ["9z"]})).to_string(), "areas: \"9z\" is not an option");
    assert_eq!(refused(json!({"roles": []})), BadAnswers::TooFew { field: Key::Roles, at_least: 1 });
    for (field, value) in [
        ("subject", json!(["system"])),
        ("areas", json!("4a")),
        ("areas", json!([4])),
        ("profiling", json!(true)),
        ("profiling", json!("maybe")),
        ("released_on", json!("2026-02-30")),
        ("released_on", json!("0026-01-01")),
        ("released_on", json!("soon")),
        ("training_compute", json!("unknown")),
        ("training_compute", json!(1e25)),
        ("original_compute", json!("much")),
    ] {
        let error = refused(json!({field: value}));
        assert!(matches!(error, BadAnswers::WrongKind { field: at, .. } if at.as_str() == field), "{field}: {error}");
    }
    for flop in [json!(0), json!(-1), json!(1e36), json!(null), json!("1e25")] {
        let error = refused(json!({"training_compute": {"flop": flop}}));
        let field = Key::TrainingCompute;
        assert!(matches!(error, BadAnswers::Compute { field: at, .. } if at == field), "{error}");
    }
    assert!(matches!(Answers::from_json("[]"), Err(BadAnswers::Unreadable(_))));
    assert!(matches!(Answers::from_json("{\"subject\": "), Err(BadAnswers::Unreadable(_))));
    let long = |n: usize| format!("{{{}}}", " ".repeat(n - 2));
    assert!(Answers::from_json(&long(ANSWERS_MAX)).is_ok() && Answers::from_json(&long(ANSWERS_MAX + 1)).is_err());
    assert!(serde_json::from_value::<Answers>(json!({"nobody": "asks"})).is_err());
}

#[test]
fn a_form_answers_with_words() {
    let mut answers = Answers::default();
    answers.set_words(Key::Subject, &["system"]).unwrap();
    answers.set_words(Key::UnionLink, &["market", "output"]).unwrap();
    answers.set_words(Key::UnionLink, &[]).unwrap();
    assert!(answers.set_words(Key::Subject, &[]).is_err() && answers.set_words(Key::Subject, &["a", "b"]).is_err());
    assert_eq!(serde_json::to_value(&answers).unwrap(), json!({"subject": "system", "union_link": []}));
    assert_eq!(classify(&answers, today()).unwrap().class, OutOfScope);
    answers.remove(Key::UnionLink);
    assert_eq!(classify(&answers, today()), Err(Incomplete { missing: vec![Key::UnionLink] }));
}

#[test]
fn incomplete_answers_name_what_is_missing() {
    let error = classify(&Answers::default(), today()).unwrap_err();
    assert_eq!(error.to_string(), "not answered yet: subject");
    let mut answers = plain();
    answers.remove(Key::Areas);
    answers.remove(Key::ProductActs);
    assert_eq!(classify(&answers, today()).unwrap_err().missing, [Key::ProductActs, Key::Areas]);
    assert_eq!(next(&answers).unwrap().key, Key::ProductActs);
    assert_eq!(missing(&answers), [Key::ProductActs, Key::Areas]);
    let Progress { answered, asked } = progress(&answers);
    assert_eq!(asked - answered, 2);
}

#[test]
fn a_changed_answer_hides_others_and_keeps_them() {
    let high = with(&plain(), &json!({"areas": ["4a"], "profiling": "yes"}));
    let away = with(&high, &json!({"areas": []}));
    assert_eq!(classify(&away, today()).unwrap().class, Minimal);
    assert!(away.get(Key::Profiling).is_some(), "kept");
    let back = with(&away, &json!({"areas": ["4a"]}));
    assert_eq!(classify(&back, today()), classify(&high, today()));
}
