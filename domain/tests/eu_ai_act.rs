//! Systems, screened: class, role and obligations at three dates, as read in the Regulation by hand.
//!
//! `tests/fixtures/eu_ai_act/*.json` are answers as the interview exports them. What is expected stands here, with the
//! article that decides; nothing of it was taken from the program's output.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

use chrono::NaiveDate;
use domain::eu_ai_act::{Answers, Class, Outcome, Role, classify, next};
use std::collections::BTreeMap;

use Class::{
    GeneralPurposeModel, HighRiskArea, HighRiskProduct, Minimal, NotAiSystem, OutOfScope, Prohibited, SystemicModel,
    Transparency,
};
use Role::{AuthorisedRepresentative, Deployer, Distributor, Importer, ModelProvider, ProductManufacturer, Provider};

/// The three days: today's law, the day of Annex III, the day of Annex I.
const DAYS: [&str; 3] = ["2026-11-24", "2027-12-02", "2028-08-02"];

/// Articles 9 to 21, 25(4), 47, 48, 72 and 73: every provider of a high-risk system.
const PROVIDER: &[&str] = &[
    "risk_management",
    "data_governance",
    "technical_documentation",
    "logging",
    "instructions_for_use",
    "human_oversight",
    "accuracy",
    "name_on_system",
    "quality_management",
    "keep_documents",
    "keep_logs",
    "corrective_action",
    "cooperate",
    "supplier_agreements",
    "declaration",
    "ce_marking",
    "accessibility",
    "post_market_monitoring",
    "serious_incidents",
];
/// Article 26(1) to (6), (9) and (12): every deployer of a high-risk system.
const DEPLOYER: &[&str] = &[
    "use_as_instructed",
    "assign_oversight",
    "input_data",
    "monitor_use",
    "deployer_logs",
    "data_protection",
    "deployer_cooperate",
];
/// Articles 43(2) and 49(1): providers under Annex III, points 3 to 8.
const INTERNAL: &[&str] = &["assessment_internal", "registration"];
/// Articles 26(11) and 86: deployers under Annex III.
const DECIDED_ON: &[&str] = &["inform_people", "explain_decisions"];
/// Article 55(1) and 52(1).
const SYSTEMIC: &[&str] = &["notify_systemic", "evaluate_model", "systemic_risks", "model_incidents", "model_security"];
/// Article 53(1)(c), (d) and 53(3).
const ANY_MODEL: &[&str] = &["copyright_policy", "training_summary", "model_cooperate"];
/// Article 53(1)(a) and (b).
const CLOSED_MODEL: &[&str] = &["model_documentation", "model_information"];

const LITERACY: (&str, &[&[&str]]) = ("2025-02-02", &[&["ai_literacy"]]);

struct Case {
    file: &'static str,
    /// Articles that the reasons name.
    articles: &'static [&'static str],
    class: Class,
    also: &'static [Class],
    roles: &'static [Role],
    /// Obligations by their first day.
    from: &'static [(&'static str, &'static [&'static [&'static str]])],
    /// How many are in force on each of [`DAYS`].
    in_force: [usize; 3],
}

const CASES: &[Case] = &[
    Case {
        file: "medical_triage", // both grounds: the common duties begin with the earlier one
        articles: &["Annex I, A.11", "Annex III, 5(d)", "Art. 6(3)"],
        class: HighRiskProduct,
        also: &[HighRiskArea],
        roles: &[Provider],
        from: &[LITERACY, ("2027-12-02", &[PROVIDER, INTERNAL]), ("2028-08-02", &[&["assessment_product"]])],
        in_force: [1, 22, 23],
    },
    Case {
        file: "marketing_copywriter",
        articles: &["Art. 50(2)"],
        class: Transparency,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY, ("2026-08-02", &[&["mark_output"]])],
        in_force: [2, 2, 2],
    },
    Case {
        file: "cv_screener",
        articles: &["Annex III, 4(a)", "Art. 6(3)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Deployer],
        from: &[LITERACY, ("2027-12-02", &[DEPLOYER, DECIDED_ON])],
        in_force: [1, 10, 10],
    },
    Case {
        file: "support_chatbot", // the notice of Art. 50(1) is the provider's
        articles: &["Art. 50(1)"],
        class: Transparency,
        also: &[],
        roles: &[Deployer],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "voice_assistant_of_before", // Art. 111(4): marking from 2 December 2026
        articles: &["Art. 50(1)", "Art. 50(2)"],
        class: Transparency,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY, ("2026-08-02", &[&["tell_people"]]), ("2026-12-02", &[&["mark_output"]])],
        in_force: [2, 3, 3],
    },
    Case {
        file: "spam_filter",
        articles: &["Art. 95"],
        class: Minimal,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "tuned_70b_assistant", // 4.2e20 of 6.3e24: no new provider
        articles: &["Art. 50(2)", "Art. 3(63), Recital 109"],
        class: Transparency,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY, ("2026-08-02", &[&["mark_output"]])],
        in_force: [2, 2, 2],
    },
    Case {
        file: "retrained_70b_model", // 4.2e23 of 8.4e23 is more than a third; open, so Art. 53(2)
        articles: &["Art. 3(63), Recital 109"],
        class: GeneralPurposeModel,
        also: &[],
        roles: &[ModelProvider],
        from: &[("2025-08-02", &[ANY_MODEL])],
        in_force: [3, 3, 3],
    },
    Case {
        file: "frontier_model", // 2.95e25: open does not help (Art. 53(2), 54(6))
        articles: &["Art. 51(2)"],
        class: SystemicModel,
        also: &[],
        roles: &[ModelProvider],
        from: &[("2025-08-02", &[ANY_MODEL, CLOSED_MODEL, SYSTEMIC, &["model_representative"]])],
        in_force: [11, 11, 11],
    },
    Case {
        file: "model_of_2024", // Art. 111(3)
        articles: &["Art. 3(63), 53(1)"],
        class: GeneralPurposeModel,
        also: &[],
        roles: &[ModelProvider],
        from: &[("2027-08-02", &[ANY_MODEL, CLOSED_MODEL])],
        in_force: [0, 5, 5],
    },
    Case {
        file: "small_open_model_used_as_is",
        articles: &["Art. 2(1)(a), 3(3)"],
        class: OutOfScope,
        also: &[],
        roles: &[],
        from: &[],
        in_force: [0, 0, 0],
    },
    Case {
        file: "emotion_reader_at_work",
        articles: &["Art. 5(1)(f)"],
        class: Prohibited,
        also: &[],
        roles: &[Deployer],
        from: &[("2025-02-02", &[&["stop_practice"]])],
        in_force: [1, 1, 1],
    },
    Case {
        file: "pilot_stress", // allowed for safety, and so Annex III, 1(c) and Art. 50(3)
        articles: &["Art. 5(1)(f)", "Annex III, 1(c)"],
        class: HighRiskArea,
        also: &[Transparency],
        roles: &[Deployer],
        from: &[
            LITERACY,
            ("2026-08-02", &[&["tell_exposed"]]),
            ("2027-12-02", &[DEPLOYER, DECIDED_ON, &["inform_workers"]]),
        ],
        in_force: [2, 12, 12],
    },
    Case {
        file: "driver_fatigue", // fatigue is no emotion
        articles: &["Recital 18"],
        class: Minimal,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "credit_scorer", // Art. 27(1) binds private deployers here as well
        articles: &["Annex III, 5(b)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY, ("2027-12-02", &[PROVIDER, INTERNAL, DEPLOYER, DECIDED_ON, &["fundamental_rights"]])],
        in_force: [1, 32, 32],
    },
    Case {
        file: "fraud_detector",
        articles: &["Annex III, 5(b)", "Art. 95"],
        class: Minimal,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "predictive_maintenance",
        articles: &["Art. 6(1a)"],
        class: Minimal,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "machine_guard", // machinery is in Section B since the amendment
        articles: &["Annex I, B.21"],
        class: HighRiskProduct,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY, ("2028-08-02", &[&["sector_law"]])],
        in_force: [1, 1, 2],
    },
    Case {
        file: "refund_agent",
        articles: &["Art. 50(1)", "Art. 50(2)"],
        class: Transparency,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY, ("2026-08-02", &[&["tell_people", "mark_output"]])],
        in_force: [3, 3, 3],
    },
    Case {
        file: "border_risk_score", // there before, for a public authority: Art. 111(2), 2030
        articles: &["Annex III, 7(b)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Deployer],
        from: &[LITERACY, ("2030-08-02", &[DEPLOYER, DECIDED_ON, &["register_use", "fundamental_rights"]])],
        in_force: [1, 1, 1],
    },
    Case {
        file: "travel_document_check",
        articles: &["Annex III, 7(d)"],
        class: Minimal,
        also: &[],
        roles: &[Deployer],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "visa_system_component", // Art. 111(1)
        articles: &["Annex III, 7(c)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY, ("2030-12-31", &[PROVIDER, INTERNAL])],
        in_force: [1, 1, 1],
    },
    Case {
        file: "deepfake_studio",
        articles: &["Art. 50(2)", "Art. 50(4)"],
        class: Transparency,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY, ("2026-08-02", &[&["mark_output", "disclose_deep_fake"]])],
        in_force: [3, 3, 3],
    },
    Case {
        file: "undressing_app", // Art. 113(a): from 2 December 2026
        articles: &["Art. 5(1)(ba)"],
        class: Prohibited,
        also: &[],
        roles: &[Provider],
        from: &[("2026-12-02", &[&["stop_content"]])],
        in_force: [0, 1, 1],
    },
    Case {
        file: "image_editor", // Art. 5(1a): reasonable safeguards
        articles: &["Art. 5(1a), 5(1b)", "Art. 50(2)"],
        class: Transparency,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY, ("2026-08-02", &[&["mark_output"]])],
        in_force: [2, 2, 2],
    },
    Case {
        file: "citizen_score",
        articles: &["Art. 5(1)(c)"],
        class: Prohibited,
        also: &[],
        roles: &[Deployer],
        from: &[("2025-02-02", &[&["stop_practice"]])],
        in_force: [1, 1, 1],
    },
    Case {
        file: "exam_proctor", // private body with public services: Art. 27, but no registration
        articles: &["Annex III, 3(d)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Deployer],
        from: &[LITERACY, ("2027-12-02", &[DEPLOYER, DECIDED_ON, &["fundamental_rights"]])],
        in_force: [1, 11, 11],
    },
    Case {
        file: "cv_date_extractor",
        articles: &["Annex III, 4(a)", "Art. 6(3)(a)"],
        class: Minimal,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY, ("2027-12-02", &[&["document_exception", "register_exception"]])],
        in_force: [1, 3, 3],
    },
    Case {
        file: "rebranded_cv_screener", // Art. 25(1)(a)
        articles: &["Annex III, 4(a)", "Art. 25(1)(a)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Provider, Distributor],
        from: &[LITERACY, ("2027-12-02", &[PROVIDER, INTERNAL, &["distributor_verify", "distributor_correct"]])],
        in_force: [1, 24, 24],
    },
    Case {
        file: "talking_toy", // Art. 25(3)
        articles: &["Annex I, A.2", "Art. 25(3)", "Art. 50(1)"],
        class: HighRiskProduct,
        also: &[Transparency],
        roles: &[Provider, ProductManufacturer],
        from: &[LITERACY, ("2026-08-02", &[&["tell_people"]]), ("2028-08-02", &[PROVIDER, &["assessment_product"]])],
        in_force: [2, 2, 22],
    },
    Case {
        file: "imported_lift_controller", // Art. 6(1b): its failure endangers
        articles: &["Annex I, A.4"],
        class: HighRiskProduct,
        also: &[],
        roles: &[Importer],
        from: &[("2028-08-02", &[&["importer_verify", "importer_name", "importer_keep"]])],
        in_force: [0, 0, 3],
    },
    Case {
        file: "military_drone",
        articles: &["Art. 2(3)"],
        class: OutOfScope,
        also: &[],
        roles: &[],
        from: &[],
        in_force: [0, 0, 0],
    },
    Case {
        file: "payroll_macro",
        articles: &["Art. 3(1)"],
        class: NotAiSystem,
        also: &[],
        roles: &[],
        from: &[],
        in_force: [0, 0, 0],
    },
    Case {
        file: "lab_experiment",
        articles: &["Art. 2(6)"],
        class: OutOfScope,
        also: &[],
        roles: &[],
        from: &[],
        in_force: [0, 0, 0],
    },
    Case {
        file: "open_source_tagger",
        articles: &["Art. 2(12)"],
        class: OutOfScope,
        also: &[],
        roles: &[Provider],
        from: &[],
        in_force: [0, 0, 0],
    },
    Case {
        file: "water_supply_control", // Art. 27(1), 49(1), 49(3), 86 leave point 2 out; 49(5) registers it nationally
        articles: &["Annex III, 2"],
        class: HighRiskArea,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[
            LITERACY,
            (
                "2027-12-02",
                &[PROVIDER, &["assessment_internal", "registration_national"], DEPLOYER, &["inform_people"]],
            ),
        ],
        in_force: [1, 30, 30],
    },
    Case {
        file: "door_face_unlock",
        articles: &["Annex III, 1(a)"],
        class: Minimal,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "police_search_for_missing", // Art. 5(1)(h)(i): allowed under conditions
        articles: &["Art. 5(1)(h), 5(2)", "Annex III, 1(a)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Deployer],
        from: &[
            ("2025-02-02", &[&["ai_literacy", "realtime_conditions"]]),
            ("2027-12-02", &[DEPLOYER, DECIDED_ON, &["register_use", "authorise_search", "fundamental_rights"]]),
        ],
        in_force: [2, 14, 14],
    },
    Case {
        file: "life_insurance_pricing_of_before", // Art. 111(2): left alone until its design changes
        articles: &["Annex III, 5(c)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "device_representative", // Art. 22(3), (4)
        articles: &["Annex I, A.12"],
        class: HighRiskProduct,
        also: &[],
        roles: &[AuthorisedRepresentative],
        from: &[("2028-08-02", &[&["mandate", "mandate_end"]])],
        in_force: [0, 0, 2],
    },
    Case {
        file: "edited_news", // Art. 50(4): editorial responsibility
        articles: &["Art. 95"],
        class: Minimal,
        also: &[],
        roles: &[Deployer],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "hobby_painter",
        articles: &["Art. 2(10)"],
        class: OutOfScope,
        also: &[],
        roles: &[],
        from: &[],
        in_force: [0, 0, 0],
    },
    Case {
        file: "radio_speaker",
        articles: &["Art. 6(1c)"],
        class: Minimal,
        also: &[],
        roles: &[Provider],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "campaign_planner",
        articles: &["Annex III, 8(b)"],
        class: Minimal,
        also: &[],
        roles: &[Deployer],
        from: &[LITERACY],
        in_force: [1, 1, 1],
    },
    Case {
        file: "overseas_only",
        articles: &["Art. 2(1)"],
        class: OutOfScope,
        also: &[],
        roles: &[],
        from: &[],
        in_force: [0, 0, 0],
    },
    Case {
        file: "performance_monitor_new_purpose", // Art. 25(1)(c), and Art. 22 for a provider outside the Union
        articles: &["Annex III, 4(b)", "Art. 25(1)(c)"],
        class: HighRiskArea,
        also: &[],
        roles: &[Provider, Deployer],
        from: &[
            LITERACY,
            ("2027-12-02", &[PROVIDER, INTERNAL, DEPLOYER, DECIDED_ON, &["inform_workers", "representative"]]),
        ],
        in_force: [1, 33, 33],
    },
];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn answers(file: &str) -> Answers {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/eu_ai_act");
    let text = std::fs::read_to_string(path.join(format!("{file}.json"))).unwrap();
    Answers::from_json(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn screened(file: &str, on: &str) -> Outcome {
    classify(&answers(file), day(on)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn each_system_has_its_class_and_role() {
    for case in CASES {
        for on in DAYS {
            let outcome = screened(case.file, on);
            assert_eq!((outcome.class, outcome.also.as_slice()), (case.class, case.also), "{}", case.file);
            assert_eq!(outcome.roles, case.roles, "{}", case.file);
            assert_eq!(outcome.unused, [], "{}: an answer that is not asked", case.file);
        }
    }
}

#[test]
fn each_system_has_its_reasons() {
    for case in CASES {
        let outcome = screened(case.file, DAYS[0]);
        for article in case.articles {
            let named = outcome.reasons.iter().any(|reason| reason.article == *article);
            assert!(named, "{}: {article} not in {:?}", case.file, outcome.reasons);
        }
    }
}

#[test]
fn each_system_has_its_obligations_at_three_dates() {
    for case in CASES {
        let mut expected = BTreeMap::new();
        for (from, groups) in case.from {
            expected.extend(groups.iter().copied().flatten().map(|key| (*key, day(from))));
        }
        for (on, count) in DAYS.into_iter().zip(case.in_force) {
            let outcome = screened(case.file, on);
            let due: BTreeMap<_, _> = outcome.obligations.iter().map(|due| (due.key, due.applies_from)).collect();
            assert_eq!(due, expected, "{}", case.file);
            let in_force: Vec<_> = outcome.obligations.iter().filter(|due| due.in_force).map(|due| due.key).collect();
            assert_eq!(in_force.len(), count, "{} on {on}: {in_force:?}", case.file);
            assert!(outcome.obligations.iter().all(|due| due.in_force == (due.applies_from <= day(on))));
            assert_eq!(outcome.work.len(), outcome.obligations.len(), "{}", case.file);
        }
    }
}

#[test]
fn every_file_of_answers_is_a_case() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/eu_ai_act");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort_unstable();
    let mut cases: Vec<_> = CASES.iter().map(|case| case.file).collect();
    cases.sort_unstable();
    assert_eq!(files, cases);
    assert!(cases.len() >= 30);
}

#[test]
fn an_exported_file_reads_back_the_same() {
    for case in CASES {
        let answers = answers(case.file);
        let json = serde_json::to_string_pretty(&answers).unwrap();
        assert_eq!(Answers::from_json(&json).unwrap(), answers, "{}", case.file);
        assert!(next(&answers).is_none(), "{}", case.file);
    }
}

#[test]
fn the_result_names_the_law_it_was_made_on() {
    let outcome = screened("cv_screener", DAYS[0]);
    assert_eq!(outcome.law.version, "2026-07-27");
    assert!(outcome.law.regulation.contains("2024/1689") && outcome.law.amendment.contains("2026/1744"));
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(json["class"], "high_risk_area");
    assert_eq!(json["obligations"][0]["applies_from"], "2025-02-02");
}

#[test]
fn the_text_says_what_is_in_force_and_what_is_coming() {
    let text = |on| domain::eu_ai_act::text(&screened("voice_assistant_of_before", on));
    let before = text("2026-12-01");
    assert!(before.contains("\nIn force\n") && before.contains("\nComing\n  2026-12-02  Mark what it generates"));
    let after = text("2026-12-02");
    assert!(after.contains("2026-12-02  Mark what it generates") && !after.contains("Coming"));
    assert!(after.contains("Class:  Transparency duties\nRoles:  Provider\n"));
    assert!(after.contains("law as of 2026-07-27") && after.contains("[Art. 50(2), 50(5)]"));
}

#[test]
fn reliefs_and_remarks_stand_beside_the_obligation() {
    let notes = |file, key: &str| {
        let outcome = screened(file, DAYS[0]);
        outcome.obligations.iter().find(|due| due.key == key).unwrap().notes.concat()
    };
    assert!(notes("medical_triage", "technical_documentation").contains("Art. 11(1)"), "an SME");
    assert!(notes("medical_triage", "quality_management").contains("Art. 63(1)"), "an SME");
    assert!(notes("rebranded_cv_screener", "technical_documentation").contains("Art. 11(1)"), "a small mid-cap");
    assert!(!notes("rebranded_cv_screener", "quality_management").contains("Art. 63(1)"), "a small mid-cap");
    assert_eq!(notes("credit_scorer", "technical_documentation"), "");
    assert!(notes("visa_system_component", "registration").contains("Art. 49(4)"));
    assert!(notes("deepfake_studio", "disclose_deep_fake").contains("artistic"));
}

#[test]
fn warnings_name_what_to_look_out_for() {
    let warned = |file| screened(file, DAYS[0]).warnings.iter().map(|w| w.article).collect::<Vec<_>>();
    assert_eq!(warned("cv_date_extractor"), ["Art. 6(3), 6(4), 49(2)"]);
    assert_eq!(warned("cv_screener"), ["Art. 6(3)", "Art. 113(c)"]);
    assert_eq!(warned("undressing_app"), ["Art. 113(a)"]);
    assert_eq!(warned("machine_guard"), ["Art. 2(2)"]);
    assert_eq!(warned("talking_toy"), ["Art. 2(13)", "Art. 113(c)"]);
    assert_eq!(warned("frontier_model"), ["Art. 52(1), 52(2)", "Art. 101, 113"]);
    assert_eq!(warned("model_of_2024"), ["Art. 111(3)", "Art. 101, 113"]);
    assert_eq!(warned("border_risk_score"), ["Art. 6(3)", "Art. 113(c)", "Art. 111(2)"]);
    assert_eq!(warned("visa_system_component"), ["Art. 6(3)", "Art. 113(c)", "Art. 111(1)"]);
    assert_eq!(warned("rebranded_cv_screener"), ["Art. 6(3)", "Art. 113(c)", "Art. 25(2), 25(4)"]);
    assert_eq!(warned("spam_filter"), [] as [&str; 0]);
}
