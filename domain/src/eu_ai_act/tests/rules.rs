//! Each rule on scope, practices and high risk, one test or one line of a table: it fails when the rule is gone.

use super::*;
use Class::{HighRiskArea, HighRiskProduct, Minimal, OutOfScope, Prohibited};

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

/// Art. 5(1a)(a) speaks of those who offer a system, (b) of those who use it for that.
#[test]
fn missing_safeguards_are_the_fault_of_who_offers_the_system() {
    let unsafe_supply = json!({"practices": ["intimate_content"], "content_cause": "no_safeguards"});
    let offered = with(&plain(), &unsafe_supply);
    assert_eq!(outcome(&offered, json!({"roles": ["provider", "deployer"]})).class, Prohibited);
    assert_eq!(outcome(&offered, json!({"roles": ["importer"]})).class, Prohibited);
    let used = outcome(&offered, json!({"roles": ["deployer"]}));
    assert_eq!(used.class, Minimal);
    assert!(used.warnings.iter().any(|warning| warning.article == "Art. 5(1a)(a)(ii)"));
    let misused = json!({"roles": ["deployer"], "content_cause": "used_for_it"});
    assert_eq!(outcome(&offered, misused).class, Prohibited);
    let children = json!({"roles": ["deployer"], "practices": ["child_abuse_material"]});
    assert_eq!(outcome(&offered, children).class, Minimal);
}
