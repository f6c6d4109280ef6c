use super::*;
use crate::import::{guess, read_table, rejected_csv, report_csv};
use crate::system::{DataCategory, Kind, Sourcing, Stage};
use proptest::prelude::*;

fn known() -> Known {
    let person = |email: &str, name: &str| Person { email: email.into(), name: name.into() };
    Known {
        units: vec!["Post Office".into()],
        people: vec![
            person("Ada@example.org", "Ada Example"),
            person("bo@example.org", "Bo Sample"),
            person("bo2@example.org", "Bo Sample"),
        ],
        ..Known::default()
    }
}

fn with_owner(mut mapping: Mapping) -> Mapping {
    mapping.defaults.insert(Field::Owner, "ada@example.org".into());
    mapping
}

/// What the register has after the plan was carried out.
fn carried_out(plan: &Plan, known: &Known) -> Known {
    let mut known = known.clone();
    known.units.extend(plan.new_units.iter().cloned());
    for draft in plan.rows.iter().filter_map(|r| r.draft.as_ref()) {
        known.imported.insert(draft.source_key.clone(), draft.content_hash.clone());
    }
    known
}

fn of(text: &str) -> Plan {
    of_known(text, &known())
}

fn of_known(text: &str, known: &Known) -> Plan {
    let table = read_table(text).unwrap();
    plan(&table, &with_owner(guess(&table).mapping), known)
}

fn outcomes(plan: &Plan) -> Vec<&'static str> {
    let word = |row: &RowVerdict| match row.outcome {
        Outcome::Create => "create",
        Outcome::Update => "update",
        Outcome::Unchanged => "unchanged",
        Outcome::Duplicate { .. } => "duplicate",
        Outcome::Rejected { .. } => "rejected",
    };
    plan.rows.iter().map(word).collect()
}

fn reasons(row: &RowVerdict) -> &[Reason] {
    if let Outcome::Rejected { reasons } = &row.outcome { reasons } else { panic!("not rejected: {row:?}") }
}

#[test]
fn a_full_row_becomes_a_system() {
    let plan = of(
        "Name,Purpose,Business unit,Owner,Stage,Kind,Sourcing,Vendor,Data categories,Where it runs,Comment\n\
                   Mail  sorter,\"Sorts\r\nletters\",post office,\"Bo <BO@example.org>\",Live,LLM,COTS,ACME,\"personal, health data\",EU cloud,keep me\n",
    );
    let row = &plan.rows[0];
    let draft = row.draft.as_ref().unwrap();
    assert_eq!((draft.name.as_str(), draft.purpose.as_str()), ("Mail sorter", "Sorts\nletters"));
    assert_eq!((draft.business_unit.as_str(), draft.owner.as_str()), ("Post Office", "bo@example.org"));
    assert_eq!(draft.stage, Stage::Production);
    assert_eq!((draft.context.kind, draft.context.sourcing), (Some(Kind::Generative), Some(Sourcing::Bought)));
    assert_eq!(draft.context.data_categories, [DataCategory::Personal, DataCategory::Health]);
    assert_eq!(draft.context.runs_where.as_deref(), Some("EU cloud"));
    assert!(draft.source.contains(&("Comment".into(), "keep me".into())));
    assert!(draft.from_default.is_empty() && plan.new_units.is_empty());
    assert_eq!(row.notes.len(), 1, "only the kind was not a plain word: {:?}", row.notes);
}

#[test]
fn every_reason_names_its_column_and_a_fix() {
    let plan = of(
        "Name,Purpose,Business unit,Owner,Stage\n,p,Post Office,ada@example.org,Pilot\nMail sorter,p,,ada@example.org,Pilot\n",
    );
    assert_eq!(outcomes(&plan), ["rejected", "rejected"]);
    assert_eq!(reasons(&plan.rows[0])[0].column.as_deref(), Some("Name"));
    assert_eq!(reasons(&plan.rows[1])[0].column.as_deref(), Some("Business unit"));
    assert!(reasons(&plan.rows[1])[0].fix.contains("default"));
    assert_eq!(plan.reason_groups().len(), 2);
    assert_eq!(plan.reason_groups()[0].lines.len(), 1);
}

#[test]
fn an_owner_is_found_by_address_or_by_a_name_that_one_person_has() {
    let text = "Name,Business unit,Owner\nOne,Post Office,ADA@example.org\nTwo,Post Office,ada example\nThree,Post Office,Bo Sample\nFour,Post Office,Cy\n";
    let table = read_table(text).unwrap();
    let mapping = guess(&table).mapping;
    let plan = plan(&table, &mapping, &known());
    assert_eq!(outcomes(&plan), ["create", "create", "rejected", "rejected"]);
    assert!(reasons(&plan.rows[2])[0].problem.contains("several people"));
    assert!(reasons(&plan.rows[3])[0].problem.contains("not in the register"));

    let plan = of(text);
    assert_eq!(plan.counts.create, 4);
    let four = plan.rows[3].draft.as_ref().unwrap();
    assert!(four.owner == "Ada@example.org" && four.from_default.contains(&Field::Owner));
    assert!(plan.rows[3].notes.iter().any(|n| n.text.contains("“Cy”")));

    let mut stranger = mapping;
    stranger.defaults.insert(Field::Owner, "nobody@example.org".into());
    assert_eq!(super::plan(&table, &stranger, &known()).counts.rejected, 2);
}

#[test]
fn a_long_name_is_shortened_and_kept_whole_in_the_purpose() {
    let long = "word ".repeat(50);
    let plan = of(&format!("Name,Purpose,Business unit\n{long},p,Post Office\n"));
    let draft = plan.rows[0].draft.as_ref().unwrap();
    assert!(draft.name.chars().count() <= crate::text::LINE_MAX && draft.name.ends_with("word…"));
    assert!(draft.purpose.starts_with(&format!("Full name: {}", long.trim())) && draft.purpose.ends_with("\n\np"));
    // The register takes what the import makes.
    assert_eq!(crate::text::line(&draft.name), Ok(Some(draft.name.clone())));

    let far_too_long = "x".repeat(crate::text::PROSE_MAX);
    assert_eq!(outcomes(&of(&format!("Name,Purpose,Business unit\n{far_too_long},p,Post Office\n"))), ["rejected"]);
}

#[test]
fn cells_beyond_the_headers_mean_that_the_row_has_moved() {
    let plan = of("Name,Purpose,Business unit\nOne,a,b,Post Office\nTwo,p,Post Office,,\nThree,p,Post Office\n");
    assert_eq!(outcomes(&plan), ["rejected", "create", "create"]);
    assert!(reasons(&plan.rows[0])[0].fix.contains("double quotes"));
}

#[test]
fn the_same_name_twice_is_two_systems_unless_the_rows_are_the_same() {
    let first =
        "Name,Purpose,Business unit\nChat,a,Post Office\nChat,b,Post Office\nChat , a,Post Office\nCHAT,c,Other\n";
    let plan_one = of(first);
    assert_eq!(outcomes(&plan_one), ["create", "create", "duplicate", "create"]);
    assert_eq!(plan_one.rows[2].outcome, Outcome::Duplicate { of: 2 });
    assert!(plan_one.rows[1].notes.iter().any(|n| n.text.contains("Several rows")));
    assert_eq!(plan_one.new_units, ["Other"]);

    // A newer version: the rows change places, one changes, one comes.
    let register = carried_out(&plan_one, &known());
    let second =
        "Name,Purpose,Business unit\nChat,b2,Post Office\nChat,a,Post Office\nChat,d,Post Office\nCHAT,c,other\n";
    let plan_two = of_known(second, &register);
    assert_eq!(outcomes(&plan_two), ["update", "unchanged", "create", "unchanged"]);
    let key = |plan: &Plan, row: usize| plan.rows[row].source_key.clone().unwrap();
    assert_eq!((key(&plan_two, 0), key(&plan_two, 1)), (key(&plan_one, 1), key(&plan_one, 0)));
}

#[test]
fn an_identifier_finds_a_renamed_system_and_two_rows_cannot_share_one() {
    let text = |rows: &str| format!("Use case ID,Name,Purpose,Business unit\n{rows}");
    let register = carried_out(&of(&text("1,Mail sorter,p,Post Office\n2,Chat,p,Post Office\n")), &known());
    let plan_two = of_known(&text("1,Letter sorter,p,Post Office\n2,Chat,p,Post Office\n"), &register);
    assert_eq!(outcomes(&plan_two), ["update", "unchanged"]);

    let table =
        read_table(&text("1,A,p,Post Office\n1,B,p,Post Office\n1,A,p,Post Office\n,C,p,Post Office\n")).unwrap();
    let mut mapping = with_owner(guess(&table).mapping);
    mapping.columns.insert(Field::ExternalId, "Use case ID".into());
    let plan = plan(&table, &mapping, &known());
    assert_eq!(outcomes(&plan), ["create", "rejected", "duplicate", "create"]);
    assert!(reasons(&plan.rows[1])[0].problem.contains("line 2"));
}

#[test]
fn two_inventories_that_both_count_from_one_do_not_meet() {
    let table =
        read_table("ID,Name,Purpose,Business unit\n1,Mail sorter,p,Post Office\n2,Chat,p,Post Office\n").unwrap();
    let mut mapping = with_owner(guess(&table).mapping);
    mapping.source = "Ours".into();
    let register = carried_out(&plan(&table, &mapping, &known()), &known());
    assert_eq!(plan(&table, &mapping, &register).counts.unchanged, 2);
    mapping.source = "Theirs".into();
    assert_eq!(plan(&table, &mapping, &register).counts.create, 2);
}

#[test]
fn defaults_are_marked_and_no_change() {
    let table = read_table("Name,Business unit,Stage\nChat,Post Office,\nMail,Post Office,who knows\n").unwrap();
    let mut mapping = with_owner(guess(&table).mapping);
    mapping.columns.insert(Field::Stage, "Stage".into());
    let first = plan(&table, &mapping, &known());
    let draft = first.rows[0].draft.as_ref().unwrap();
    assert_eq!(draft.from_default, [Field::Purpose, Field::Owner, Field::Stage].into());
    assert!(first.rows[1].notes.iter().any(|n| n.text.contains("who knows")));
    mapping.defaults.insert(Field::Stage, "pilot".into());
    assert_eq!(plan(&table, &mapping, &carried_out(&first, &known())).counts.unchanged, 2);
    mapping.defaults.remove(&Field::Stage);
    assert_eq!(plan(&table, &mapping, &known()).counts.rejected, 2);
}

#[test]
fn value_maps_and_known_units_are_obeyed() {
    let table =
        read_table("Name,Purpose,Business unit,Stage\nChat,p,Post Office,Fase 3\nMail,p,Elsewhere,fase  3\n").unwrap();
    let mut mapping = with_owner(guess(&table).mapping);
    mapping.columns.insert(Field::Stage, "Stage".into());
    mapping.values.insert(Field::Stage, [("FASE 3".to_owned(), "retired".to_owned())].into());
    mapping.known_units_only = true;
    let plan = plan(&table, &mapping, &known());
    assert_eq!(outcomes(&plan), ["create", "rejected"]);
    assert_eq!(plan.rows[0].draft.as_ref().unwrap().stage, Stage::Retired);
    assert!(plan.new_units.is_empty());
}

#[test]
fn a_kept_mapping_whose_column_is_gone_says_so() {
    let table = read_table("Name,Purpose,Business unit\nChat,p,Post Office\n").unwrap();
    let mut mapping = with_owner(guess(&table).mapping);
    mapping.columns.insert(Field::Vendor, "Supplier".into());
    assert!(plan(&table, &mapping, &known()).warnings[0].contains("“Supplier”"));
}

#[test]
fn a_mended_report_brings_the_rows_in_beside_those_that_went_in_before() {
    let long = "v".repeat(500);
    let text = format!("Name,Purpose,Business unit,Vendor\nChat,a,Post Office,=ACME\nChat,b,Post Office,{long}\n");
    let table = read_table(&text).unwrap();
    let mapping = with_owner(guess(&table).mapping);
    let first = plan(&table, &mapping, &known());
    assert_eq!(outcomes(&first), ["create", "rejected"]);
    let mended = rejected_csv(&table, &first).replace(&long, "ACME");
    let mended = read_table(&mended).unwrap();
    assert_eq!(crate::import::header_signature(&mended.headers), crate::import::header_signature(&table.headers));
    let second = plan(&mended, &mapping, &carried_out(&first, &known()));
    assert_eq!(outcomes(&second), ["create"], "not an update of the other “Chat”");
    assert!(!second.rows[0].draft.as_ref().unwrap().source.iter().any(|(key, _)| key == "Problem"));
}

#[test]
fn reports_do_not_run_in_a_spreadsheet() {
    let text = "Name,Purpose,Business unit\n,=cmd|'/c calc'!A1,@x\n=HYPERLINK(),p,Post Office\n";
    let table = read_table(text).unwrap();
    let plan = of(text);
    let rejected = rejected_csv(&table, &plan);
    assert!(rejected.starts_with("\u{feff}Name,Purpose,Business unit,Line,Problem,Fix,Source key\r\n"));
    assert!(rejected.contains(",'=cmd|") && rejected.contains(",'@x,2,"));
    let report = report_csv(&plan);
    assert_eq!(report.lines().count(), 3);
    assert!(report.contains("3,created,'=HYPERLINK()"));
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[abA -]{0,3}",
        1 => "[a=+@'\t\r\n\",;\0é]{0,5}",
        1 => prop::sample::select(vec!["N/A", "Live", "who knows", "ada@example.org", "Bo Sample", "Yes", "=1+1"]).prop_map(str::to_owned),
        1 => (190_usize..210).prop_map(|n| "x".repeat(n)),
    ]
}

fn tables() -> impl Strategy<Value = Table> {
    (1_usize..6)
        .prop_flat_map(|width| {
            let row = prop::collection::vec(cell(), width.saturating_sub(1)..width + 2);
            (prop::collection::vec(cell(), width), prop::collection::vec(row, 1..12))
        })
        .prop_filter_map("a table without header or rows", |(headers, rows)| {
            let mut out = crate::csv_out::CsvOut::default();
            out.row(&headers);
            rows.iter().for_each(|row| out.row(row));
            read_table(&out.finish()).ok()
        })
}

fn mappings() -> impl Strategy<Value = (Vec<(usize, usize)>, bool, bool)> {
    (prop::collection::vec((0..Field::ALL.len(), 0_usize..6), 0..8), any::<bool>(), any::<bool>())
}

fn mapping_for(table: &Table, (pairs, defaults, known_units_only): (Vec<(usize, usize)>, bool, bool)) -> Mapping {
    let mut mapping = if defaults { with_owner(guess(table).mapping) } else { Mapping::default() };
    for (field, column) in pairs {
        if let Some(header) = table.headers.get(column) {
            mapping.columns.insert(Field::ALL[field], header.key.clone());
        }
    }
    if defaults {
        mapping.defaults.insert(Field::BusinessUnit, "Post Office".into());
    }
    mapping.known_units_only = known_units_only;
    mapping
}

fn sum(counts: Counts) -> usize {
    counts.create + counts.update + counts.unchanged + counts.duplicate + counts.rejected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn each_row_gets_one_verdict_and_planning_again_changes_nothing(table in tables(), choice in mappings()) {
        let mapping = mapping_for(&table, choice);
        let first = plan(&table, &mapping, &known());
        prop_assert_eq!(sum(first.counts), table.rows.len());
        prop_assert_eq!(first.rows.len(), table.rows.len());
        let drafts: Vec<&SystemDraft> = first.rows.iter().filter_map(|r| r.draft.as_ref()).collect();
        prop_assert_eq!(drafts.len(), first.counts.create);
        let keys: BTreeSet<&str> = drafts.iter().map(|d| d.source_key.as_str()).collect();
        prop_assert_eq!(keys.len(), drafts.len(), "no two systems share a key");
        for draft in drafts {
            prop_assert_eq!(crate::text::line(&draft.name), Ok(Some(draft.name.clone())));
            prop_assert_eq!(crate::text::prose(&draft.purpose), Ok(Some(draft.purpose.clone())));
        }

        let again = plan(&table, &mapping, &carried_out(&first, &known()));
        prop_assert_eq!((again.counts.create, again.counts.update), (0, 0));
        prop_assert_eq!(again.counts.unchanged, first.counts.create);
        prop_assert_eq!((again.counts.duplicate, again.counts.rejected), (first.counts.duplicate, first.counts.rejected));
        prop_assert!(again.new_units.is_empty());
    }

    #[test]
    fn rows_in_another_order_find_their_systems(table in tables(), choice in mappings(), seed in any::<prop::sample::Index>()) {
        let mapping = mapping_for(&table, choice);
        let register = carried_out(&plan(&table, &mapping, &known()), &known());
        let mut turned = table.clone();
        turned.rows.rotate_left(seed.index(table.rows.len()));
        let again = plan(&turned, &mapping, &register);
        // Rows with one identifier but other contents compete for it; the winner depends on the order.
        let competing = again.rows.iter().any(|r| matches!(&r.outcome, Outcome::Rejected { reasons } if reasons.iter().any(|r| r.problem.contains("same identifier"))));
        if !competing {
            prop_assert_eq!((again.counts.create, again.counts.update), (0, 0));
        }
    }

    #[test]
    fn the_rejected_rows_come_back_with_the_same_verdict(table in tables(), choice in mappings()) {
        let mapping = mapping_for(&table, choice);
        let first = plan(&table, &mapping, &known());
        let back = read_table(&rejected_csv(&table, &first));
        if first.counts.rejected == 0 {
            prop_assert!(back.is_err());
        } else {
            let back = back.unwrap();
            prop_assert_eq!(back.rows.len(), first.counts.rejected);
            let competing = |r: &RowVerdict| matches!(&r.outcome, Outcome::Rejected { reasons } if reasons[0].problem.contains("same identifier"));
            if !first.rows.iter().any(competing) {
                let again = plan(&back, &mapping, &known());
                prop_assert_eq!(again.counts.rejected, first.counts.rejected);
                let problems = |plan: &Plan| plan.reason_groups().into_iter().map(|g| (g.column, g.fix, g.lines.len())).collect::<Vec<_>>();
                prop_assert_eq!(problems(&again), problems(&first));
            }
        }
    }
}

#[test]
fn a_system_under_review_is_not_changed_behind_the_committees_back() {
    let first = of("Name,Purpose,Business unit,Id\nA,Old,Post Office,1\nB,Same,Post Office,2\n");
    let mut known = carried_out(&first, &known());
    known.under_review = known.imported.keys().cloned().collect();
    let again = of_known("Name,Purpose,Business unit,Id\nA,New,Post Office,1\nB,Same,Post Office,2\n", &known);
    assert_eq!(outcomes(&again), ["rejected", "unchanged"]);
    assert!(reasons(&again.rows[0])[0].problem.contains("under review"));
    assert_eq!(again.counts.rejected, 1);
}

#[test]
fn a_retired_system_changes_only_by_a_row_that_says_it_is_in_use() {
    let first = of("Name,Purpose,Business unit,Id\nA,Old,Post Office,1\nB,Same,Post Office,2\n");
    let mut known = carried_out(&first, &known());
    known.retired = known.imported.keys().cloned().collect();
    let again = of_known("Name,Purpose,Business unit,Id\nA,New,Post Office,1\nB,Same,Post Office,2\n", &known);
    assert_eq!(outcomes(&again), ["rejected", "unchanged"]);
    assert!(reasons(&again.rows[0])[0].problem.contains("retired"));
    let text = "Name,Purpose,Business unit,Stage,Id\nA,New,Post Office,Production,1\nB,New,Post Office,Retired,2\n";
    assert_eq!(outcomes(&of_known(text, &known)), ["update", "rejected"]);
}
