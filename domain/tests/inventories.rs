//! Real inventories, dirt included: each row ends in the register or in the report, and importing again changes nothing.
//!
//! The whole files are read where they exist: in the folder that `COUNTERSIGN_SHARED_DATA` names, by default
//! `shared/data` beside the repository.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::import::{
    Counts, Field, Guess, ImportError, Known, Mapping, Outcome, Person, Plan, Table, guess, plan, read, read_table,
    rejected_csv, report_csv,
};
use domain::system::Stage;

const OWNER: &str = "inventory@example.org";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/inventories").join(name)
}

fn shared(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("COUNTERSIGN_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let file = folder.join("inventories").join(name);
    if !file.exists() {
        println!("skipped: {} does not exist", file.display());
    }
    file.exists().then_some(file)
}

struct Imported {
    encoding: &'static str,
    table: Table,
    guess: Guess,
    plan: Plan,
}

impl Imported {
    fn column(&self, field: Field) -> Option<&str> {
        self.guess.mapping.columns.get(&field).map(String::as_str)
    }

    fn counts(&self) -> [usize; 5] {
        let Counts { create, update, unchanged, duplicate, rejected, .. } = self.plan.counts;
        [create, update, unchanged, duplicate, rejected]
    }

    fn stages(&self) -> BTreeMap<Stage, usize> {
        let mut stages = BTreeMap::new();
        for draft in self.plan.rows.iter().filter_map(|r| r.draft.as_ref()) {
            if !draft.from_default.contains(&Field::Stage) {
                *stages.entry(draft.stage).or_insert(0) += 1;
            }
        }
        stages
    }
}

/// Imports a file with the guessed mapping and a default owner, and checks what must hold for any file.
fn import(path: &Path) -> Imported {
    let bytes = std::fs::read(path).unwrap();
    let (decoded, table) = read(&bytes).unwrap();
    assert_eq!(decoded.replaced, 0);
    let guess = guess(&table);
    let mut mapping = guess.mapping.clone();
    mapping.defaults.insert(Field::Owner, OWNER.into());
    let known = Known { people: vec![Person { email: OWNER.into(), name: "Inventory".into() }], ..Known::default() };
    let first = plan(&table, &mapping, &known);
    assert_eq!(first.rows.len(), table.rows.len());
    assert_eq!(
        first.counts.create
            + first.counts.update
            + first.counts.unchanged
            + first.counts.duplicate
            + first.counts.rejected,
        table.rows.len()
    );
    reports_add_up(&table, &first);
    imports_once(&table, &mapping, &known, &first);
    Imported { encoding: decoded.encoding, table, guess, plan: first }
}

fn reports_add_up(table: &Table, plan: &Plan) {
    assert_eq!(read_table(&report_csv(plan)).unwrap().rows.len(), table.rows.len());
    let rejected = rejected_csv(table, plan);
    let back = read_table(&rejected).map_or(0, |t| t.rows.len());
    assert_eq!(back, plan.counts.rejected);
    let in_register = plan.rows.iter().filter(|r| r.draft.is_some()).count();
    assert_eq!(in_register + plan.counts.duplicate + back, table.rows.len());
}

fn imports_once(table: &Table, mapping: &Mapping, known: &Known, first: &Plan) {
    let mut known = known.clone();
    known.units = first.new_units.clone();
    for draft in first.rows.iter().filter_map(|r| r.draft.as_ref()) {
        let before = known.imported.insert(draft.source_key.clone(), draft.content_hash.clone());
        assert_eq!(before, None, "two rows of the file share a key: {}", draft.name);
    }
    let again = plan(table, mapping, &known).counts;
    assert_eq!((again.create, again.update), (0, 0));
    assert_eq!(
        (again.unchanged, again.duplicate, again.rejected),
        (first.counts.create, first.counts.duplicate, first.counts.rejected)
    );
}

fn us_2024_columns(import: &Imported) {
    assert_eq!(import.encoding, "windows-1252");
    assert_eq!(import.table.headers.len(), 62);
    assert!(import.table.column("If Other, please explain. (2)").is_some());
    assert!(import.table.headers.iter().any(|h| h.name == "Describe the AI system’s outputs."));
    assert_eq!(import.column(Field::Name), Some("Use Case Name"));
    assert_eq!(import.column(Field::Purpose), Some("What is the intended purpose and expected benefits of the AI?"));
    assert_eq!(import.column(Field::BusinessUnit), Some("Agency"));
    assert_eq!(import.column(Field::SubUnit), Some("Bureau"));
    assert_eq!(import.column(Field::Stage), Some("Stage of Development"));
    assert!(import.column(Field::Sourcing).is_some_and(|c| c.contains("in-house")));
    assert!(import.column(Field::Autonomy).is_some_and(|c| c.contains("without direct human involvement")));
    assert!(import.column(Field::DataCategories).is_some_and(|c| c.contains("(PII)")));
    assert_eq!(import.column(Field::Owner), None);
    assert_eq!(import.column(Field::ExternalId), None);
    assert_eq!(import.column(Field::AffectedGroups), None);
}

#[test]
fn us_2023() {
    let import = import(&fixture("us_2023_consolidated_ai_inventory_raw.csv"));
    assert_eq!(import.encoding, "UTF-8");
    assert_eq!(import.column(Field::Name), Some("Title"));
    assert_eq!(import.column(Field::Purpose), Some("Summary"));
    assert_eq!(import.column(Field::BusinessUnit), Some("Department"));
    assert_eq!(import.column(Field::SubUnit), Some("Agency"));
    assert_eq!(import.column(Field::Stage), Some("Development_Stage"));
    assert_eq!(import.column(Field::Kind), Some("Techniques"));
    assert_eq!(import.column(Field::ExternalId), Some("Use_Case_ID"));
    assert_eq!(import.counts(), [710, 0, 0, 0, 0]);
    // 710 rows, 321 of them without a stage; each of the 26 spellings is understood.
    assert_eq!(import.stages().values().sum::<usize>(), 389);
    let shortened = import.plan.rows.iter().flat_map(|r| &r.draft).filter(|d| d.purpose.starts_with("Full name: "));
    assert_eq!(shortened.count(), 6);
}

#[test]
fn us_2024_first_rows() {
    let import = import(&fixture("us_2024_first_300_rows.csv"));
    us_2024_columns(&import);
    assert_eq!(import.counts()[0], 300);
}

#[test]
fn us_2024_whole() {
    let Some(path) = shared("us_2024_consolidated_ai_inventory_raw_v2.csv") else { return };
    let import = import(&path);
    us_2024_columns(&import);
    assert_eq!(import.counts(), [2130, 0, 0, 3, 0]);
    assert!(import.stages()[&Stage::Retired] >= 140);
}

#[test]
fn us_2024_workbook_is_refused_by_name() {
    let Some(path) = shared("us_2024_consolidated_ai_inventory_raw_v2.xls") else { return };
    assert_eq!(read(&std::fs::read(path).unwrap()).unwrap_err(), ImportError::Workbook);
}

#[test]
fn uk_records() {
    let import = import(&fixture("uk_atrs_records.csv"));
    assert_eq!(import.column(Field::Name), Some("tool_name"));
    assert_eq!(import.column(Field::BusinessUnit), Some("publishing_body"));
    assert_eq!(import.column(Field::ExternalId), Some("url"));
    // Six records do not say who publishes them; a default business unit would let them in.
    assert_eq!(import.counts(), [130, 0, 0, 0, 6]);
    let groups = import.plan.reason_groups();
    assert_eq!((groups.len(), groups[0].lines.len()), (1, 6));
    assert!(import.plan.rows.iter().all(|r| matches!(r.outcome, Outcome::Create | Outcome::Rejected { .. })));
}
