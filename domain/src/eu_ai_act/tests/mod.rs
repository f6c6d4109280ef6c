//! The data holds together, and each rule is missed when it is gone.

use super::*;
use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

mod answering;
mod data;
mod duties;
mod properties;
mod rules;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-11-24")
}

/// Answers from pairs; later ones replace earlier ones.
fn with(base: &Answers, more: &Value) -> Answers {
    let mut answers = base.clone();
    for (name, value) in more.as_object().unwrap() {
        answers.set(name.parse().unwrap(), value).unwrap();
    }
    answers
}

/// A system of a provider and deployer of which nothing in particular holds.
fn plain() -> Answers {
    with(
        &Answers::default(),
        &json!({
            "subject": "system", "union_link": ["market"], "roles": ["provider", "deployer"], "exclusions": [],
            "practices": [], "product_acts": [], "areas": [], "transparency": [], "model_origin": "none",
            "open_source": "no", "profiling": "no", "exceptions": [], "third_party_assessment": "required",
            "public_body": "private", "workplace": "no", "released_on": "not_yet", "company_size": "larger",
            "outside_union": "no", "verification_only": "no", "fraud_detection_only": "no",
            "travel_documents_only": "no", "campaign_logistics_only": "no", "talks_exception": "none",
            "synthetic_exception": "none", "exposed_exception": "no", "deep_fake_exception": "none",
            "public_text_exception": "none", "change_of_role": [], "manufacturer_name": "no"
        }),
    )
}

/// A general-purpose model of ours on the market.
fn model() -> Answers {
    with(
        &Answers::default(),
        &json!({
            "subject": "model", "union_link": ["market"], "model_origin": "own", "model_placed": "yes",
            "training_compute": {"flop": 1e24}, "high_impact": "no", "model_open": "no",
            "model_released_on": "2026-01-01", "outside_union": "no", "original_systemic": "no"
        }),
    )
}

fn outcome(base: &Answers, more: Value) -> Outcome {
    let answers = with(base, &more);
    classify(&answers, today()).unwrap_or_else(|error| panic!("{more}: {error}"))
}

fn owes(outcome: &Outcome, key: &str) -> bool {
    outcome.obligations.iter().any(|due| due.key == key)
}

fn from(outcome: &Outcome, key: &str) -> Option<NaiveDate> {
    outcome.obligations.iter().find(|due| due.key == key).map(|due| due.applies_from)
}
