use super::*;
use crate::framework::import;
use crate::framework::nist;
use std::collections::BTreeSet;

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn subject() -> Subject<'static> {
    Subject {
        id: Uuid::from_u128(7),
        title: "AI RMF profile of AIS-12 Claims triage",
        version: "2026-11-18",
        tier: Some(Tier::High),
        catalog: "nist-ai-rmf-1.0.json",
    }
}

fn entry(subcategory: &str, state: State) -> Entry<'_> {
    Entry {
        subcategory,
        state,
        target: None,
        due: None,
        required: false,
        derived: false,
        text: None,
        reason: None,
        answered_by: None,
        verified_by: None,
    }
}

/// An id as OSCAL's token takes it, for what we write.
fn is_token(id: &str) -> bool {
    let mut chars = id.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
}

/// Rules of the published schema that hold everywhere: versions of uuids, tokens, single lines, no empty lists.
fn check(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Array(list) => {
            assert!(!list.is_empty(), "an empty list");
            list.iter().for_each(|value| check(value, ids));
        }
        Value::Object(object) => {
            for (key, value) in object {
                let text = value.as_str().unwrap_or_default();
                match key.as_str() {
                    "uuid" => {
                        let uuid: Uuid = text.parse().unwrap();
                        assert_eq!((uuid.get_version_num(), uuid.get_variant()), (4, uuid::Variant::RFC4122));
                    }
                    "id" => assert!(is_token(text) && ids.insert(text.to_owned()), "{text}"),
                    "name" | "class" | "control-id" => assert!(is_token(text), "{text}"),
                    "value" | "version" | "title" => {
                        assert!(!text.is_empty() && text.trim() == text && !text.contains('\n'), "{text:?}");
                    }
                    "prose" => assert!(!text.trim().is_empty()),
                    _ => {}
                }
                check(value, ids);
            }
        }
        _ => {}
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_framework_as_a_catalog() {
    let value = catalog(nist(), at());
    check(&value, &mut BTreeSet::new());
    let catalog = &value["catalog"];
    assert_eq!(keys(catalog), ["groups", "metadata", "uuid"]);
    assert_eq!(catalog["metadata"]["title"], "NIST AI Risk Management Framework 1.0");
    assert_eq!(catalog["metadata"]["last-modified"], "2026-11-18T11:06:40Z");
    assert_eq!(catalog["metadata"]["oscal-version"], "1.2.1");
    let privacy = &catalog["groups"][2]["groups"][1]["controls"][9];
    assert_eq!((&privacy["id"], &privacy["title"]), (&json!("measure-2.10"), &json!("Privacy")));
    assert_eq!(privacy["props"][0], json!({"name": "label", "value": "MEASURE 2.10"}));
    assert_eq!(privacy["props"][1]["value"], "measure-02.10");
    let served: Vec<_> = privacy["props"].as_array().unwrap().iter().filter(|p| p["name"] == "serves").collect();
    assert_eq!(served.len(), 5);
    assert_eq!(served[0], &json!({"name": "serves", "ns": NAMESPACE, "class": "iso-42001", "value": "A.5.4"}));
}

#[test]
fn our_importer_reads_our_catalog() {
    let bytes = catalog(nist(), at()).to_string();
    let read = import::read(bytes.as_bytes(), "").unwrap();
    assert_eq!((read.groups.len(), read.controls.len()), (4 + 19, 72));
    let texts: Vec<_> = read.official_texts().map(|(sub, control)| (sub, control.text.as_deref())).collect();
    assert!(texts.iter().map(|(sub, _)| *sub).eq(nist().subcategories()));
    assert!(texts.iter().all(|(sub, text)| *text == Some(sub.question.as_str())));
}

#[test]
fn answers_as_a_profile() {
    let entries = [
        Entry {
            target: Some(State::Verified),
            due: NaiveDate::from_ymd_opt(2027, 3, 31),
            required: true,
            text: Some("We **test**.\n\nOften."),
            answered_by: Some("Ada  Lovelace\n"),
            ..entry("MEASURE 2.10", State::Implemented)
        },
        Entry { reason: Some("No people took part."), ..entry("MEASURE 2.2", State::NotApplicable) },
        Entry { derived: true, text: Some("  "), ..entry("MAP 1.1", State::Partial) },
    ];
    let value = profile(&subject(), &entries, at());
    check(&value, &mut BTreeSet::new());
    let profile = &value["profile"];
    assert_eq!(keys(profile), ["imports", "merge", "metadata", "modify", "uuid"]);
    assert_eq!(profile["metadata"]["props"], json!([{"name": "tier", "ns": NAMESPACE, "value": "high"}]));
    assert_eq!(
        profile["imports"],
        json!([{"href": "nist-ai-rmf-1.0.json", "include-controls": [{"with-ids": ["measure-2.10", "measure-2.2", "map-1.1"]}]}])
    );
    let prop = |name: &str, value: &str| json!({"name": name, "ns": NAMESPACE, "value": value});
    assert_eq!(
        profile["modify"]["alters"][0],
        json!({"control-id": "measure-2.10", "adds": [{
            "position": "ending",
            "props": [
                prop("current-state", "implemented"), prop("target-state", "verified"), prop("due", "2027-03-31"),
                prop("required", "yes"), prop("derived", "no"), prop("last-answered-by", "Ada Lovelace")
            ],
            "parts": [{"id": "measure-2.10_ans", "name": "answer", "ns": NAMESPACE, "prose": "We **test**.\n\nOften."}]
        }]})
    );
    assert_eq!(profile["modify"]["alters"][1]["adds"][0]["parts"][0]["name"], "reason");
    assert_eq!(profile["modify"]["alters"][2]["adds"][0].get("parts"), None);
}

#[test]
fn every_control_of_a_profile_is_in_the_catalog() {
    let mut ids = BTreeSet::new();
    check(&catalog(nist(), at()), &mut ids);
    assert!(nist().subcategories().all(|subcategory| ids.contains(&control_id(&subcategory.id))));
}

#[test]
fn the_same_input_gives_the_same_document_and_another_another() {
    let entries = [entry("MAP 1.1", State::Partial)];
    let one = profile(&subject(), &entries, at());
    assert_eq!(one, profile(&subject(), &entries, at()));
    let other = profile(&Subject { id: Uuid::from_u128(8), ..subject() }, &entries, at());
    assert_ne!(one["profile"]["uuid"], other["profile"]["uuid"]);
    let moved = profile(&subject(), &[entry("MAP 1.1", State::Implemented)], at());
    assert_ne!(one["profile"]["uuid"], moved["profile"]["uuid"]);
    let later = profile(&subject(), &entries, at() + chrono::Duration::days(1));
    assert_ne!(one["profile"]["uuid"], later["profile"]["uuid"]);
}

#[test]
fn an_empty_profile_holds_the_whole_catalog() {
    let value = profile(&Subject { tier: None, ..subject() }, &[], at());
    check(&value, &mut BTreeSet::new());
    assert_eq!(keys(&value["profile"]), ["imports", "merge", "metadata", "uuid"]);
    assert_eq!(value["profile"]["imports"][0]["include-all"], json!({}));
}

#[test]
fn sort_ids_sort_in_the_official_order() {
    for function in &nist().functions {
        let subcategories = function.categories.iter().flat_map(|category| &category.subcategories);
        let sorted: Vec<String> = subcategories.map(|subcategory| sort_id(&subcategory.id)).collect();
        assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
