use super::super::Verdict;
use super::*;
use proptest::prelude::*;
use quick_xml::XmlVersion;
use quick_xml::events::Event;
use serde_json::json;

fn answer(reasons: &[(&str, bool, &str)]) -> Answer {
    let reason = |(check, holds, says): &(&str, bool, &str)| Reason {
        check: (*check).into(),
        holds: *holds,
        says: (*says).into(),
    };
    Answer {
        system: "AIS-12".into(),
        name: "Claims triage".into(),
        allow: reasons.iter().all(|(_, holds, _)| *holds),
        reasons: reasons.iter().map(reason).collect(),
    }
}

fn brought() -> Brought {
    let verdict =
        Verdict { criterion: "C-4".into(), says: "Accuracy at least 90 %".into(), verdict: "not_measured".into() };
    Brought { file: "results.json".into(), evidence: "E-9".into(), unread: None, verdicts: vec![verdict] }
}

const SHORT: &[(&str, bool, &str)] = &[
    ("approval", true, "Approved by D-3"),
    ("criteria", false, "C-4, Accuracy at least 90 %: fail, 71 % is below 90 %"),
    ("weather", false, "It rains"),
];

#[test]
fn a_table_says_what_falls_short() {
    let said = table(&answer(SHORT), &[brought()]);
    assert!(said.starts_with("results.json is E-9; C-4 not measured\nAIS-12 Claims triage: may NOT go on\n"), "{said}");
    assert!(said.contains("  SHORT  Criteria hold      C-4, Accuracy"), "{said}");
    assert!(said.contains("  SHORT  weather            It rains"), "a check that this program does not know: {said}");
    assert!(said.ends_with("2 of 3 fall short\n"), "{said}");
    let good = table(&answer(&SHORT[..1]), &[]);
    assert!(good.contains("may go on") && !good.contains("short") && !good.contains("SHORT"), "{good}");
}

#[test]
fn json_is_the_servers_answer_with_what_was_brought() {
    let said: Value = serde_json::from_str(&json(json!({"allow": true}), &[brought()]).unwrap()).unwrap();
    assert_eq!((&said["allow"], &said["brought"][0]["evidence"]), (&json!(true), &json!("E-9")));
}

#[test]
fn a_case_of_junit_keeps_its_name_when_its_verdict_changes() {
    let said = junit(&answer(SHORT));
    assert!(said.contains("tests=\"3\" failures=\"2\""), "{said}");
    assert!(said.contains("name=\"Criteria hold: C-4, Accuracy at least 90 %\""), "{said}");
    assert_eq!(said.matches("<failure ").count(), 2, "{said}");
    assert_eq!(said.matches("<testcase ").count(), 3, "{said}");
}

#[test]
fn github_is_told_one_error_for_each_and_a_notice_when_all_hold() {
    let said = github(&answer(SHORT), &[brought()]);
    assert_eq!(said.lines().filter(|line| line.starts_with("::error ")).count(), 2, "{said}");
    assert!(said.contains("::error title=AIS-12%3A Criteria hold::C-4, Accuracy at least 90 %25: fail"), "{said}");
    assert!(said.starts_with("::notice title=AIS-12::results.json is E-9"), "{said}");
    assert!(!said.contains("may go on"), "{said}");
    assert!(github(&answer(&SHORT[..1]), &[]).contains("::notice title=AIS-12::Claims triage may go on"));
    let unread = Brought { unread: Some("no format".into()), ..brought() };
    assert!(github(&answer(SHORT), &[unread]).starts_with("::warning "));
}

/// What a reader of XML finds in the failure: its message and its text.
fn failures(xml: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut text) = (Vec::new(), None::<String>);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == "failure" => {
                let message = tag.try_get_attribute("message").unwrap().unwrap();
                let message = message.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned();
                found.push((message, String::new()));
                text = Some(String::new());
            }
            Event::Text(part) => {
                if let Some(text) = &mut text {
                    text.push_str(&part);
                }
            }
            Event::GeneralRef(part) => {
                if let Some(text) = &mut text {
                    match part.resolve_char_ref().unwrap() {
                        Some(c) => text.push(c),
                        None => text.push_str(quick_xml::escape::resolve_xml_entity(&part).unwrap()),
                    }
                }
            }
            Event::End(tag) if tag.name().as_ref() == "failure" => {
                found.last_mut().unwrap().1 = text.take().unwrap();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn undone(text: &str) -> String {
    text.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
}

proptest! {
    #[test]
    fn whatever_people_typed_junit_is_xml_that_says_it(says in any::<String>(), check in any::<String>()) {
        let xml = junit(&answer(&[(check.as_str(), false, says.as_str()), ("fresh", true, says.as_str())]));
        let legal = |c: char| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
        let kept: String = says.chars().map(|c| if legal(c) { c } else { '\u{fffd}' }).collect();
        prop_assert_eq!(failures(&xml), vec![(kept.clone(), kept)]);
    }

    #[test]
    fn whatever_people_typed_github_reads_one_command_a_line(says in any::<String>(), check in "[a-z:,%\n\r]{0,12}") {
        let said = github(&answer(&[(check.as_str(), false, says.as_str())]), &[]);
        let lines: Vec<&str> = said.split('\n').collect();
        prop_assert_eq!(lines.len(), 2, "{:?}", said);
        prop_assert!(lines[1].is_empty() && !said.contains('\r'));
        let rest = lines[0].strip_prefix("::error title=").unwrap();
        let (title, text) = rest.split_once("::").unwrap();
        prop_assert!(!title.contains(',') && !title.contains(':'));
        prop_assert_eq!(undone(title), format!("AIS-12: {check}"));
        prop_assert_eq!(undone(text), says);
    }

    #[test]
    fn nothing_typed_moves_the_cursor_of_a_terminal(says in any::<String>()) {
        let said = table(&answer(&[("fresh", false, says.as_str())]), &[]);
        prop_assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", said);
        prop_assert_eq!(said.lines().count(), 5);
    }
}
