use super::*;
use crate::import::{read_table, rejected_csv};
use crate::risk::matrix::Point;
use crate::risk::{Characteristic, RiskText, Treatment};
use proptest::prelude::*;

fn register() -> Register {
    let system = |number, name: &str, under_review| KnownSystem { number, name: name.into(), under_review };
    Register {
        systems: vec![
            system(1, "Claim sorter", false),
            system(2, "Chat helper", true),
            system(3, "Twin", false),
            system(4, "twin", false),
        ],
        people: vec!["ada@example.org".into()],
        risks: vec![KnownRisk {
            number: 7,
            system: 1,
            text: RiskText {
                title: "Drift".into(),
                cause: "New customers".into(),
                event: "Scores drift".into(),
                consequence: "Loss".into(),
                characteristic: Characteristic::ValidReliable,
            },
            treatment: None,
            owner: None,
            inherent: Some(Point { likelihood: 3, impact: 3 }),
            residual: Some(Point { likelihood: 2, impact: 3 }),
            closed: false,
        }],
        mitigations: vec![KnownMitigation {
            number: 9,
            system: 1,
            title: "Watch drift".into(),
            kind: crate::mitigation::Kind::Detective,
            description: "Every month".into(),
            assignee: None,
            due_on: None,
            status: crate::mitigation::Status::Implemented,
            condition: true,
            verified_by: None,
            risks: vec![7],
        }],
        matrix: Matrix::default(),
    }
}

fn outcomes(plan: &Plan) -> Vec<&'static str> {
    let word = |v: &RowVerdict| match v.outcome {
        Outcome::Create => "create",
        Outcome::Update => "update",
        Outcome::Unchanged => "unchanged",
        Outcome::Duplicate { .. } => "duplicate",
        Outcome::Rejected { .. } => "rejected",
    };
    plan.rows.iter().map(word).collect()
}

fn problems(plan: &Plan, row: usize) -> String {
    match &plan.rows[row].outcome {
        Outcome::Rejected { reasons } => reasons.iter().map(|r| r.problem.as_str()).collect::<Vec<_>>().join(" "),
        other => panic!("{other:?}"),
    }
}

#[test]
fn risks_find_their_system_and_themselves() {
    let csv = "Reference,Risk,System,Characteristic,Treatment,Owner,Inherent likelihood,Inherent impact,Comment\n\
        ,Leak,claim SORTER,Privacy,reduce,Ada <ADA@example.org>,Likely,5,x\n\
        ,Drift,AIS-1,,,,,,\n\
        R-7,Drift of scores,,,accept,,3.0,3,\n\
        ,Leak,AIS-1,Privacy,reduce,ada@example.org,4 Likely,Severe,\n";
    let table = read_table(csv).unwrap();
    let plan = risks(&table, &register());
    assert_eq!(outcomes(&plan.plan), ["create", "unchanged", "rejected", "duplicate"]);
    assert!(problems(&plan.plan, 2).contains("same record as the row on line 3"));
    let leak = plan.drafts[0].as_ref().unwrap();
    assert_eq!(
        (leak.system, leak.treatment, leak.owner.as_deref()),
        (1, Some(Treatment::Mitigate), Some("ada@example.org"))
    );
    assert_eq!(leak.inherent, Some(Point { likelihood: 4, impact: 5 }));
    assert_eq!(leak.text.characteristic, Characteristic::PrivacyEnhanced);
    assert_eq!(leak.text.event, "Leak");
    assert!(plan.plan.warnings[0].contains("Comment"));

    let alone = risks(
        &read_table("Reference,Risk,Treatment,Likelihood,Impact\nR-7,Drift of scores,accept,4,3\n").unwrap(),
        &register(),
    );
    assert_eq!(outcomes(&alone.plan), ["update"]);
    let (before, after) = (&alone.details[0].before, &alone.details[0].after);
    assert_eq!((before["title"].as_str(), after["title"].as_str()), (Some("Drift"), Some("Drift of scores")));
    assert_eq!(after["inherent"], "4 × 3 (High)");
    assert!(!after.contains_key("cause"), "what a row does not say stays");
}

#[test]
fn what_can_not_go_in_says_why() {
    let csv = "Ref,Risk,System,Characteristic,Likelihood,Impact,Owner,Treatment\n\
        ,A,AIS-99,Safe,,,,\n\
        ,B,Twin,Safe,,,,\n\
        ,C,AIS-2,Safe,,,,\n\
        ,D,AIS-1,Magic,,,,\n\
        ,E,AIS-1,Safe,6,1,,\n\
        ,F,AIS-1,Safe,4,,,\n\
        ,G,AIS-1,Safe,,,eve@example.org,\n\
        ,H,AIS-1,Safe,,,,shrug\n\
        ,I,AIS-1,,,,,\n\
        ,,AIS-1,Safe,,,,\n\
        R-8,J,AIS-1,Safe,,,,\n\
        R-7,K,AIS-3,Safe,,,,\n\
        ,L,,Safe,,,,\n";
    let table = read_table(csv).unwrap();
    let plan = risks(&table, &register());
    assert_eq!(plan.plan.counts.rejected, 13, "{:?}", outcomes(&plan.plan));
    for (row, words) in [
        "no system",
        "Several systems",
        "under review",
        "is no characteristic",
        "of the matrix",
        "missing beside",
        "nobody who",
        "is no treatment",
        "does not say which characteristic",
        "no title",
        "no risk R-8",
        "is a risk of AIS-1",
        "names no system",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(problems(&plan.plan, row).contains(words), "row {row}: {}", problems(&plan.plan, row));
    }
    // The file of rejected rows is read the same way.
    let again = risks(&read_table(&rejected_csv(&table, &plan.plan)).unwrap(), &register());
    assert_eq!(again.plan.counts.rejected, 13);
}

#[test]
fn mitigations_name_their_risks_and_conditions_keep_their_words() {
    let csv = "Reference,Mitigation,System,Kind,Status,Assignee,Due,Risks\n\
        ,Retrain,AIS-1,Corrective,done,ada@example.org,2026-09-30,R-7\n\
        ,Check twice,Claim sorter,,in progress,,2026-09-30 00:00:00,drift\n\
        M-9,Watch drift,AIS-1,Detective,Implemented,ada@example.org,,1\n\
        M-9,Watch it,AIS-1,,,,,\n\
        ,Nothing,AIS-1,,,,,\n\
        ,Foreign,AIS-3,,,,,R-7\n\
        ,Late,AIS-1,,,,soon,R-7\n";
    let plan = mitigations(&read_table(csv).unwrap(), &register());
    assert_eq!(outcomes(&plan.plan), ["create", "create", "update", "rejected", "rejected", "rejected", "rejected"]);
    let retrain = plan.drafts[0].as_ref().unwrap();
    assert_eq!((retrain.status, retrain.risks.as_slice()), (crate::mitigation::Status::Planned, &[7][..]));
    assert!(plan.plan.rows[0].notes[0].text.contains("report “done”"));
    assert_eq!(plan.drafts[1].as_ref().unwrap().due_on, "2026-09-30".parse().ok());
    assert_eq!(plan.details[2].after.keys().collect::<Vec<_>>(), ["assignee"]);
    for (row, words) in [(3, "keeps the committee"), (4, "on which risks"), (5, "no risk"), (6, "no date")] {
        assert!(problems(&plan.plan, row).contains(words), "{}", problems(&plan.plan, row));
    }
}

#[test]
fn a_table_without_titles_or_systems_is_no_such_list() {
    let told = |csv: &str| missing(&read_table(csv).unwrap(), Kind::Risks);
    assert!(told("System,Cause\nAIS-1,x\n").unwrap().contains("“Risk”"));
    assert!(told("Risk,Cause\nx,y\n").unwrap().contains("“System”"));
    assert_eq!(told("Risk,System\nx,y\n"), None);
    assert_eq!(told("Risk,Reference\nx,R-7\n"), None);
}

proptest! {
    /// Whatever a file holds, every row has one verdict and the numbers add up.
    #[test]
    fn every_row_has_one_verdict(rows in prop::collection::vec(prop::collection::vec("[ -~]{0,12}|AIS-1|R-7|M-9|4|Safe", 8), 1..30)) {
        let mut csv = crate::csv_out::CsvOut::default();
        csv.row(["Reference", "Risk", "System", "Characteristic", "Likelihood", "Impact", "Mitigation", "Due"]);
        for row in &rows {
            csv.row(row);
        }
        let Ok(table) = read_table(&csv.finish()) else { return Ok(()) };
        for plan in [risks(&table, &register()).plan, mitigations(&table, &register()).plan] {
            let c = plan.counts;
            prop_assert_eq!(plan.rows.len(), table.rows.len());
            prop_assert_eq!(c.create + c.update + c.unchanged + c.duplicate + c.rejected, table.rows.len());
        }
    }
}
