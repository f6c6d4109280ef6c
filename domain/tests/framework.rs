//! The framework's data against what NIST published, and the importers on the published files.
//!
//! The official files are read where they exist: in the folder that `COUNTERSIGN_SHARED_DATA` names, by default
//! `shared/data` beside the repository.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

use domain::framework::crosswalk::{self, Other};
use domain::framework::import::{self, Format};
use domain::framework::{State, generative, nist, oscal};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn shared(name: &str) -> Option<Vec<u8>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("COUNTERSIGN_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let file = folder.join("catalogues").join(name);
    if !file.exists() {
        println!("skipped: {} does not exist", file.display());
        return None;
    }
    Some(std::fs::read(file).unwrap())
}

fn core() -> Option<Value> {
    shared("nist/nist_ai_rmf_1.0_core.json").map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().unwrap()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap()
}

#[test]
fn framework_is_the_official_core() {
    let Some(core) = core() else { return };
    for (level, ours) in [
        ("functions", nist().functions.iter().map(|f| (f.id.as_str(), Some(f.code.as_str()))).collect::<Vec<_>>()),
        ("categories", nist().categories().map(|c| (c.id.as_str(), None)).collect()),
        ("subcategories", nist().subcategories().map(|s| (s.id.as_str(), None)).collect()),
    ] {
        let official: Vec<_> =
            list(&core, level).iter().map(|entry| (text(entry, "id"), text(entry, "code"))).collect();
        assert!(official.iter().map(|(id, _)| id).eq(ours.iter().map(|(id, _)| id)), "{level}");
        assert!(ours.iter().zip(&official).all(|((_, code), (_, official))| code.is_none_or(|code| code == *official)));
    }
    for (ours, official) in nist().subcategories().zip(list(&core, "subcategories")) {
        assert!(ours.is_about(text(official, "text")), "{}", ours.id);
        assert_eq!(nist().function_of(&ours.id).unwrap().id, text(official, "function"));
    }
}

/// Words in lower case, without punctuation.
fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_alphanumeric());
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Every sentence of ours, with the identifier that it belongs to.
fn our_sentences() -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    for function in &nist().functions {
        all.extend([(function.id.as_str(), function.title.as_str()), (&function.id, &function.summary)]);
    }
    for category in nist().categories() {
        all.extend([(category.id.as_str(), category.title.as_str()), (&category.id, &category.summary)]);
    }
    for subcategory in nist().subcategories() {
        let texts = [&subcategory.title, &subcategory.question, &subcategory.next];
        all.extend(texts.into_iter().chain(&subcategory.evidence).map(|text| (subcategory.id.as_str(), text.as_str())));
    }
    all
}

#[test]
fn framework_sentences_are_ours() {
    const RUN: usize = 8;
    let mut official = Vec::new();
    if let Some(core) = core() {
        for level in ["functions", "categories", "subcategories"] {
            official.extend(list(&core, level).iter().map(|entry| text(entry, "text").to_owned()));
        }
    }
    for playbook in ["nist/nist_ai_rmf_playbook.json", "nist/nist_ai_rmf_playbook_2024.json"] {
        let Some(bytes) = shared(playbook) else { continue };
        let read = import::read(&bytes, playbook).unwrap();
        official.extend(read.controls.iter().flat_map(|c| c.parts.iter().map(|part| part.text.clone())));
        official.extend(read.controls.into_iter().filter_map(|control| control.text));
    }
    if let Some(bytes) = shared("nist/nist_ai_600-1_actions.csv") {
        official.push(String::from_utf8(bytes).unwrap());
    }
    let runs: BTreeSet<Vec<String>> =
        official.iter().flat_map(|text| words(text).windows(RUN).map(<[String]>::to_vec).collect::<Vec<_>>()).collect();
    for (id, sentence) in our_sentences() {
        let copied = words(sentence).windows(RUN).find(|run| runs.contains(*run)).map(|run| run.join(" "));
        assert_eq!(copied, None, "{id}");
    }
}

#[test]
fn framework_imports_the_playbook_of_both_years() {
    for name in ["nist/nist_ai_rmf_playbook.json", "nist/nist_ai_rmf_playbook_2024.json"] {
        let Some(bytes) = shared(name) else { continue };
        let read = import::read(&bytes, name).unwrap();
        assert_eq!((read.format, read.groups.len(), read.controls.len()), (Format::Playbook, 4 + 19, 72));
        let ids: BTreeSet<_> = read.official_texts().map(|(subcategory, _)| &subcategory.id).collect();
        assert_eq!(ids, nist().subcategories().map(|s| &s.id).collect());
        let exact = read.official_texts().filter(|(sub, c)| c.text.as_deref().is_some_and(|text| sub.is_about(text)));
        assert_eq!(exact.count(), 37, "the playbook words some otherwise than AI RMF 1.0 does");
    }
}

#[test]
fn framework_imports_oscal_and_csv() {
    if let Some(bytes) = shared("nist/oscal_stub_catalog.json") {
        let read = import::read(&bytes, "catalog.json").unwrap();
        assert_eq!(
            (read.title.as_str(), read.version.as_deref()),
            ("NIST AI Risk Management Framework", Some("1.0.0"))
        );
        assert_eq!(
            read.controls.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
            ["MG-2.2-005", "MG-3.2-005", "MG-4.1-006", "MG-4.1-007"]
        );
        assert!(read.controls.iter().all(|control| control.text.is_some() && control.nist.is_none()));
    }
}

#[test]
fn framework_actions_are_those_of_nist_ai_600_1() {
    let Some(bytes) = shared("nist/nist_ai_600-1_actions.csv") else { return };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let mut official: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in reader.records().map(Result::unwrap) {
        let id = row[0].trim().to_owned();
        let (subcategory, _) = id.rsplit_once('-').unwrap();
        let subcategory = domain::framework::identifier::canonical(subcategory).unwrap();
        official.entry(subcategory.to_owned()).or_default().push(id);
    }
    assert_eq!((official.len(), official.values().map(Vec::len).sum::<usize>()), (49, 212));
    for subcategory in nist().subcategories() {
        let ours: Vec<_> = generative::actions(&subcategory.id).iter().map(|action| action.id.clone()).collect();
        assert_eq!(ours, official.remove(&subcategory.id).unwrap_or_default());
    }
}

#[test]
fn framework_crosswalk_names_what_exists() {
    if let Some(bytes) = shared("iso42001/iso42001_annex_a_ids_titles.json") {
        let iso: Value = serde_json::from_slice(&bytes).unwrap();
        let official = list(&iso, "controls").iter().map(|control| (text(control, "id"), text(control, "title")));
        let ours = &crosswalk::catalogue(Other::Iso42001).items;
        assert!(official.eq(ours.iter().map(|item| (item.id.as_str(), item.title.as_str()))));
    }
    if let Some(bytes) = shared("eu_ai_act/ai_act_full_content.json") {
        let act: Value = serde_json::from_slice(&bytes).unwrap();
        let mut articles = BTreeSet::new();
        collect_articles(&act, &mut articles);
        assert_eq!(articles.len(), 113);
        for item in &crosswalk::catalogue(Other::EuAiAct).items {
            assert!(articles.contains(&item.id.replace("Art.", "Article")), "{}", item.id);
        }
    }
}

#[test]
fn framework_articles_have_their_titles() {
    let Some(bytes) = shared("eu_ai_act/eu_ai_act_selected.json") else { return };
    let selected: Value = serde_json::from_slice(&bytes).unwrap();
    let titles: BTreeMap<String, &str> = list(&selected, "articles")
        .iter()
        .map(|article| (format!("Art. {}", article["article"]), text(article, "title")))
        .collect();
    let known = crosswalk::catalogue(Other::EuAiAct).items.iter().filter(|item| titles.contains_key(&item.id));
    assert_eq!(known.inspect(|item| assert_eq!(titles[&item.id], item.title)).count(), 26);
}

/// Every "Article 9: Risk Management System" of the act: its number.
fn collect_articles(value: &Value, articles: &mut BTreeSet<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect_articles(value, articles)),
        Value::Object(object) => {
            if let Some((number, _)) = object.get("article").and_then(Value::as_str).and_then(|t| t.split_once(':')) {
                articles.insert(number.trim().to_owned());
            }
            object.values().for_each(|value| collect_articles(value, articles));
        }
        _ => {}
    }
}

/// Writes catalog and profile where cargo keeps what tests write, for the models of `compliance-trestle`
/// (`data/frameworks/README.md` says how).
#[test]
fn framework_writes_oscal_for_other_tools() {
    let at = chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap();
    let entries: Vec<_> = nist()
        .subcategories()
        .zip(State::ALL.iter().cycle())
        .map(|(subcategory, state)| oscal::Entry {
            subcategory: &subcategory.id,
            state: *state,
            target: Some(State::Verified),
            due: chrono::NaiveDate::from_ymd_opt(2027, 3, 31),
            required: true,
            derived: false,
            text: Some("We do this.\n\n- Weekly"),
            reason: (*state == State::NotApplicable).then_some("There is none."),
            answered_by: Some("Ada Lovelace"),
            verified_by: (*state == State::Verified).then_some("Grace Hopper"),
        })
        .collect();
    let subject = oscal::Subject {
        id: uuid::Uuid::from_u128(7),
        title: "AI RMF profile of AIS-12 Claims triage",
        version: "2026-11-18",
        tier: Some(domain::triage::Tier::High),
        catalog: "oscal-catalog.json",
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let documents = [
        ("oscal-catalog.json", oscal::catalog(nist(), at)),
        ("oscal-profile.json", oscal::profile(&subject, &entries, at)),
    ];
    for (name, document) in documents {
        std::fs::write(folder.join(name), serde_json::to_vec_pretty(&document).unwrap()).unwrap();
    }
}
