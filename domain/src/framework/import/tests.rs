use super::*;
use proptest::prelude::*;

fn faults(result: Result<Imported, BadFramework>) -> Vec<(String, String)> {
    match result {
        Err(BadFramework::Faults(faults)) => faults.into_iter().map(|fault| (fault.place, fault.problem)).collect(),
        other => panic!("{other:?}"),
    }
}

fn one(place: &str, problem: &str) -> Vec<(String, String)> {
    vec![(place.to_owned(), problem.to_owned())]
}

/// The shape of the playbook's export, with sentences of ours.
const PLAYBOOK: &str = r####"[
    {"type": "Measure", "title": "MEASURE 2.10", "category": "MEASURE-2", "description": "Look at privacy.",
     "section_about": "About\n\nit.", "section_actions": "* Do this.\n* Do that.", "section_doc": "### Write\n- this",
     "section_ref": "", "AI Actors": ["TEVV", "Governance"], "Topic": ["Privacy"]},
    {"type": "Govern", "title": "Govern 1.1", "description": "Know the law.", "AI Actors": null}
]"####;

#[test]
fn the_playbook_of_either_year() {
    let read = read(PLAYBOOK.as_bytes(), "playbook.json").unwrap();
    assert_eq!(
        (read.format, read.key.as_str(), read.version.as_deref()),
        (Format::Playbook, "nist-ai-rmf-playbook", None)
    );
    let groups: Vec<_> = read.groups.iter().map(|g| (g.id.as_str(), g.parent.as_deref())).collect();
    assert_eq!(
        groups,
        [("GOVERN", None), ("GOVERN 1", Some("GOVERN")), ("MEASURE", None), ("MEASURE 2", Some("MEASURE"))]
    );
    let texts: Vec<_> = read.official_texts().map(|(sub, c)| (sub.id.as_str(), c.text.as_deref())).collect();
    assert_eq!(texts, [("MEASURE 2.10", Some("Look at privacy.")), ("GOVERN 1.1", Some("Know the law."))]);
    let parts: Vec<_> = read.controls[0].parts.iter().map(|p| (p.name.as_str(), p.text.as_str())).collect();
    assert_eq!(
        parts,
        [
            ("about", "About\n\nit."),
            ("suggested actions", "* Do this.\n* Do that."),
            ("documentation", "### Write\n- this"),
            ("AI actors", "TEVV, Governance"),
            ("topics", "Privacy")
        ]
    );
    assert_eq!(read.controls[1].group.as_deref(), Some("GOVERN 1"));
}

#[test]
fn every_wrong_entry_is_named() {
    let json = r#"[{"title": "GOVERN 9.9", "description": "x"}, {"description": "x"}, {"title": "MAP 1.1"},
        {"title": "MAP 1.2", "description": "bad\u0007"}, {"title": "MP-1.2", "description": "again"}, 7]"#;
    assert_eq!(
        faults(read(json.as_bytes(), "")),
        [
            ("entry 1", "“GOVERN 9.9” is no subcategory of AI RMF 1.0"),
            ("entry 2", "there is no “title”, which holds the identifier in the playbook"),
            ("entry 3 (MAP 1.1)", "there is no description"),
            ("entry 4 (MAP 1.2)", "the description must not contain control characters"),
            ("entry 4 (MAP 1.2)", "there is no description"),
            ("entry 5", "the identifier “MAP 1.2” stands in the file twice"),
            ("entry 6", "there is no “title”, which holds the identifier in the playbook"),
        ]
        .map(|(place, problem)| (place.to_owned(), problem.to_owned()))
    );
}

const CATALOG: &str = r#"{"catalog": {
    "uuid": "6ecc398a-5491-474f-9373-5cb3f7c5ab7f",
    "metadata": {"title": "Our rules", "version": "2.1", "oscal-version": "1.1.2"},
    "groups": [
        {"id": "R", "title": "Rules", "groups": [{"title": "Access", "controls": [
            {"id": "r-1", "title": "Keys", "parts": [
                {"name": "statement", "prose": "Keys are:", "parts": [
                    {"name": "item", "prose": "known;\nto us;", "props": [{"name": "label", "value": "a."}]},
                    {"name": "item", "prose": "changed."}]},
                {"name": "guidance", "prose": "Often."}],
             "controls": [{"id": "r-1.1", "title": "Spare keys"}]},
            {"id": "r-2", "title": "Gone", "props": [{"name": "status", "value": "withdrawn"}]}]}]}],
    "controls": [{"id": "MS-2.10", "title": "Privacy"}]}}"#;

#[test]
fn a_catalogue_in_oscal() {
    let read = read(CATALOG.as_bytes(), "catalog.json").unwrap();
    assert_eq!((read.format, read.key.as_str(), read.version.as_deref()), (Format::Oscal, "our-rules", Some("2.1")));
    let groups: Vec<_> = read.groups.iter().map(|g| (g.id.as_str(), g.parent.as_deref())).collect();
    assert_eq!(groups, [("R", None), ("Access", Some("R"))]);
    let controls: Vec<_> =
        read.controls.iter().map(|c| (c.id.as_str(), c.group.as_deref(), c.parent.as_deref(), c.nist)).collect();
    assert_eq!(
        controls,
        [
            ("r-1", Some("Access"), None, None),
            ("r-1.1", Some("Access"), Some("r-1"), None),
            ("MS-2.10", None, None, Some("MEASURE 2.10"))
        ]
    );
    assert_eq!(read.controls[0].text.as_deref(), Some("Keys are:\n\n- a. known;\n  to us;\n- changed."));
    assert_eq!(read.controls[0].parts, [Part { name: "guidance".to_owned(), text: "Often.".to_owned() }]);
}

#[test]
fn a_wrong_catalogue_says_where() {
    let twice = CATALOG.replace("r-1.1", "R-1");
    assert_eq!(
        faults(read(twice.as_bytes(), "")),
        one("group “R”, group “Access”, control “r-1”, control “R-1”", "the identifier “R-1” stands in the file twice")
    );
    let nameless = r#"{"catalog": {"metadata": {"title": "T"}, "controls": [{"title": "x"}, {"id": "c"}]}}"#;
    assert_eq!(
        faults(read(nameless.as_bytes(), "")),
        [
            ("control 1".to_owned(), "it needs an identifier of 1 to 80 characters".to_owned()),
            ("control “c”".to_owned(), "there is no title".to_owned())
        ]
    );
    let profile = read(br#"{"profile": {}}"#, "").unwrap_err();
    assert_eq!(profile, BadFramework::NotAFramework("its topmost keys are “profile”".to_owned()));
    assert!(matches!(read(br#"{"catalog": {}}"#, ""), Err(BadFramework::NotAFramework(_))));
    let empty = r#"{"catalog": {"metadata": {"title": "T"}}}"#;
    assert_eq!(read(empty.as_bytes(), "").unwrap_err(), BadFramework::Empty);
}

#[test]
fn a_csv_in_whatever_words() {
    let csv =
        "\u{feff}Control ID;Name;Description;Function\nGV-1.1;Law;Know it.;Govern\nX-1;Other;\"Two\nlines.\";Extra\n";
    let read = read(csv.as_bytes(), "folder/our_rules-2026.csv").unwrap();
    assert_eq!(
        (read.format, read.title.as_str(), read.key.as_str()),
        (Format::Csv, "our rules 2026", "our-rules-2026")
    );
    assert_eq!(read.groups.iter().map(|g| g.id.as_str()).collect::<Vec<_>>(), ["Govern", "Extra"]);
    assert_eq!((read.controls[0].nist, read.controls[1].nist), (Some("GOVERN 1.1"), None));
    assert_eq!(read.controls[1].text.as_deref(), Some("Two\nlines."));
}

#[test]
fn a_wrong_csv_says_which_line() {
    let csv = "id,title,text\nA,One,x\na,Two,y\n,Three,z\nB,,\nC,Four,v,w\n";
    assert_eq!(
        faults(read(csv.as_bytes(), "f.csv")),
        [
            ("line 3", "the identifier “a” stands in the file twice"),
            ("line 4", "it needs an identifier of 1 to 80 characters"),
            ("line 5", "the row has neither title nor text"),
            ("line 6", "the row has more cells than there are headers"),
        ]
        .map(|(place, problem)| (place.to_owned(), problem.to_owned()))
    );
    assert!(matches!(read(b"number,words\n1,x\n", ""), Err(BadFramework::Unreadable(_))));
    assert!(matches!(read(b"id,words\n1,x\n", ""), Err(BadFramework::Unreadable(_))));
}

#[test]
fn hostile_files_are_refused() {
    let nested = "[".repeat(200_000);
    assert!(matches!(read(nested.as_bytes(), ""), Err(BadFramework::Unreadable(_))));
    let many = format!("[{}0]", "0,".repeat(VALUES_MAX + 1));
    assert_eq!(read(many.as_bytes(), "").unwrap_err(), BadFramework::TooLarge);
    assert_eq!(read(&vec![b' '; BYTES_MAX + 1], "").unwrap_err(), BadFramework::TooLarge);
    assert_eq!(read(b"", "").unwrap_err(), BadFramework::Empty);
    assert_eq!(read(b" \n", "").unwrap_err(), BadFramework::Empty);
    assert_eq!(read(b"[]", "").unwrap_err(), BadFramework::Empty);
    assert!(matches!(read(b"[{\"title\": \"\xff\"}]", ""), Err(BadFramework::Unreadable(_))));
    assert!(matches!(read(b"<?xml version=\"1.0\"?><catalog/>", ""), Err(BadFramework::Unreadable(_))));
    assert!(matches!(read(b"PK\x03\x04", "x.xlsx"), Err(BadFramework::Unreadable(_))));
    let turned = "id,title\nA,\"evil\u{202e}name\"\n";
    assert_eq!(faults(read(turned.as_bytes(), ""))[0].1, "the title must not contain control characters");
}

#[test]
fn depth_numbers_and_lengths_have_limits() {
    let mut group = r#"{"id": "c", "title": "c"}"#.to_owned();
    for n in 0..12 {
        let key = if n == 0 { "controls" } else { "groups" };
        group = format!(r#"{{"id": "g{n}", "title": "g", "{key}": [{group}]}}"#);
    }
    let deep = format!(r#"{{"catalog": {{"metadata": {{"title": "T"}}, "groups": [{group}]}}}}"#);
    assert!(faults(read(deep.as_bytes(), "")).iter().any(|(_, problem)| problem == "it lies deeper than 10 levels"));

    let rows = |n: usize| (0..n).fold("id,title\n".to_owned(), |csv, n| csv + &format!("{n},t\n"));
    assert_eq!(read(rows(CONTROLS_MAX).as_bytes(), "").unwrap().controls.len(), CONTROLS_MAX);
    assert_eq!(read(rows(CONTROLS_MAX + 1).as_bytes(), "").unwrap_err(), BadFramework::TooMany);

    let text = |n: usize| format!("id,text\nA,{}\n", "x".repeat(n));
    assert!(read(text(TEXT_MAX).as_bytes(), "").is_ok());
    assert_eq!(faults(read(text(TEXT_MAX + 1).as_bytes(), ""))[0].1, "the text is longer than 40000 characters");
    let id = |n: usize| format!("id,text\n{},x\n", "x".repeat(n));
    assert!(read(id(ID_MAX).as_bytes(), "").is_ok() && read(id(ID_MAX + 1).as_bytes(), "").is_err());

    let wrong = (0..60).fold("id,title\n".to_owned(), |csv, _| csv + ",t\n");
    assert_eq!(faults(read(wrong.as_bytes(), "")).len(), FAULTS_MAX);
}

#[test]
fn keys_are_plain() {
    assert_eq!((key("NIST SP 800-53, Rev. 5").as_str(), key("…").as_str()), ("nist-sp-800-53-rev-5", "framework"));
    assert!(key(&"ab ".repeat(100)).len() <= 60);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(read) = read(&bytes, "x") {
            prop_assert!(!read.controls.is_empty());
        }
    }

    #[test]
    fn any_json_is_read_or_refused(title in ".{0,30}", id in ".{0,30}", prose in ".{0,60}") {
        let value = serde_json::json!({"catalog": {"metadata": {"title": title}, "controls": [
            {"id": id, "title": title, "parts": [{"name": "statement", "prose": prose}]}]}});
        let bytes = value.to_string();
        let both = [read(bytes.as_bytes(), ""), read(format!("[{}]", value["catalog"]["controls"][0]).as_bytes(), "")];
        for read in both.into_iter().flatten() {
            prop_assert!(read.controls.iter().all(|c| !c.id.is_empty() && !c.id.contains(char::is_control)));
        }
    }
}
