//! Workbooks as inventories: several sheets, headers that are not the first row, formulas, dates, and what must not be
//! read at all. Real files are read where they exist: in the folder that `COUNTERSIGN_SHARED_DATA` names, by default
//! `shared/data` beside the repository.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside the test functions themselves")]

mod common;

use common::{Register, register};
use domain::actor::{Actor, Role};
use domain::import::{ImportError, MAX_COLUMNS, MAX_ROWS, read};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use sqlx::PgPool;
use std::path::PathBuf;
use store::imports::program::{Done, Order, from_file};
use store::imports::stage;
use store::imports::workbook::{self, Place, SHEETS_MAX};

const POST_OFFICE: &[u8] = include_bytes!("fixtures/post_office.xls");

/// The same as the fixture, as XLSX: a sheet of notes, then a title, a date, an empty row, the header, three systems.
fn post_office() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write(0, 0, "Kept by the post office.").unwrap();
    let sheet = book.add_worksheet().set_name("Inventory").unwrap();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let day = |y, m, d| ExcelDateTime::from_ymd(y, m, d).unwrap();
    sheet.write(0, 0, "AI systems of the post office").unwrap();
    sheet.write(1, 0, "as of").unwrap();
    sheet.write_with_format(1, 1, day(2026, 3, 2), &date).unwrap();
    let head = ["Ref", "System name", "Purpose", "Department", "Owner e-mail", "Status", "In use since", "Cost"];
    sheet.write_row(3, 0, head).unwrap();
    for (row, (cells, (since, cost))) in (4..).zip(
        [
            ["A-1", "Letter pairing", "Pairs letters with parcels", "Post", "ada@example.org", "Live"],
            [
                "A-2",
                "Zo\u{eb}\u{2019}s sorter",
                "Sorts \u{201c}urgent\u{201d} letters",
                "Post",
                "ada@example.org",
                "Pilot",
            ],
            ["A-3", "Chat helper", "Answers questions", "", "ada@example.org", "Live"],
        ]
        .into_iter()
        .zip([(day(2024, 5, 17), 1200.5), (day(2025, 1, 9), 300.0), (day(2025, 12, 1), 0.0)]),
    ) {
        sheet.write_row(row, 0, cells).unwrap();
        sheet.write_with_format(row, 6, since, &date).unwrap();
        sheet.write(row, 7, cost).unwrap();
    }
    book.save_to_buffer().unwrap()
}

async fn admin(register: &Register) -> Actor {
    register.person("Ada", &[Role::Admin]).await
}

async fn import(register: &Register, actor: &Actor, name: &str, bytes: &[u8], place: Place) -> Done {
    let order = Order { file_name: name.into(), bytes: bytes.to_vec(), place, ..Order::default() };
    from_file(&register.store, actor, order).await.unwrap()
}

fn counts(done: &Done) -> [usize; 5] {
    let c = done.plan.counts;
    [c.create, c.update, c.unchanged, c.duplicate, c.rejected]
}

#[test]
fn both_kinds_say_the_same_cell_by_cell() {
    let (old, old_table) = workbook::read(POST_OFFICE, &Place::default()).unwrap();
    let (new, new_table) = workbook::read(&post_office(), &Place::default()).unwrap();
    assert_eq!((old.kind, new.kind), ("XLS", "XLSX"));
    for found in [&old, &new] {
        assert_eq!(found.sheets, ["Notes", "Inventory"]);
        assert_eq!((found.sheet.as_str(), found.header_row), ("Inventory", 4));
    }
    assert_eq!(old_table, new_table);
    let rows = &new_table.rows;
    assert_eq!(rows.iter().map(|r| r.line).collect::<Vec<_>>(), [5, 6, 7]);
    assert_eq!(
        rows[0].cells,
        [
            "A-1",
            "Letter pairing",
            "Pairs letters with parcels",
            "Post",
            "ada@example.org",
            "Live",
            "2024-05-17",
            "1200.5"
        ]
    );
    assert_eq!(rows[1].cells[1], "Zo\u{eb}\u{2019}s sorter");
    assert_eq!(rows[2].cells[7], "0");
}

#[test]
fn a_formula_says_what_it_last_came_to() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["Name", "Business unit"]).unwrap();
    sheet.write_formula(1, 0, Formula::new("=CONCAT(\"Letter \", \"pairing\")").set_result("Letter pairing")).unwrap();
    sheet.write_formula(1, 1, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write_boolean(2, 0, true).unwrap();
    let (_, table) = workbook::read(&book.save_to_buffer().unwrap(), &Place::default()).unwrap();
    assert_eq!(table.rows[0].cells, ["Letter pairing", "#DIV/0!"]);
    assert_eq!(table.rows[1].cells, ["TRUE", ""]);
}

#[test]
fn a_part_can_be_chosen_and_one_that_is_not_there_is_named() {
    let place = |sheet: &str, row| Place { sheet: Some(sheet.into()), header_row: row };
    let (found, table) = workbook::read(&post_office(), &place("Inventory", Some(6))).unwrap();
    assert_eq!((found.header_row, table.rows.len(), table.headers[0].name.as_str()), (6, 1, "A-2"));
    let error = workbook::read(&post_office(), &place("Elsewhere", None)).unwrap_err();
    assert!(error.to_string().contains("no sheet \u{201c}Elsewhere\u{201d}"), "{error}");
    assert_eq!(workbook::read(&post_office(), &place("Notes", None)).unwrap_err(), ImportError::NoRows);
    assert_eq!(workbook::read(&post_office(), &place("Inventory", Some(900))).unwrap_err(), ImportError::Empty);
}

#[test]
fn rows_and_columns_are_held_at_their_edges() {
    let book = |rows: usize, columns: usize| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory().unwrap();
        for column in 0..u16::try_from(columns).unwrap() {
            sheet.write(0, column, format!("Column {column}")).unwrap();
        }
        for row in 1..=u32::try_from(rows).unwrap() {
            sheet.write(row, 0, row).unwrap();
        }
        workbook::read(&book.save_to_buffer().unwrap(), &Place::default())
    };
    assert_eq!(book(MAX_ROWS, 2).unwrap().1.rows.len(), MAX_ROWS);
    assert_eq!(book(MAX_ROWS + 1, 2).unwrap_err(), ImportError::TooManyRows);
    assert_eq!(book(1, MAX_COLUMNS).unwrap().1.headers.len(), MAX_COLUMNS);
    assert_eq!(book(1, MAX_COLUMNS + 1).unwrap_err(), ImportError::TooManyColumns { line: 1 });
}

#[test]
fn the_number_of_sheets_is_held_at_its_edge() {
    let book = |sheets: usize| {
        let mut book = Workbook::new();
        for _ in 0..sheets {
            book.add_worksheet().write_row(0, 0, ["Name", "Unit"]).unwrap().write(1, 0, "A").unwrap();
        }
        workbook::read(&book.save_to_buffer().unwrap(), &Place::default())
    };
    assert_eq!(book(SHEETS_MAX).unwrap().0.sheets.len(), SHEETS_MAX);
    assert!(book(SHEETS_MAX + 1).unwrap_err().to_string().contains("101 sheets"));
}

#[test]
fn t25_cells_in_far_corners_and_texts_named_everywhere_fill_no_memory() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["Name", "Unit"]).unwrap();
    sheet.write(1_048_575, 0, "last row").unwrap();
    let (_, table) = workbook::read(&book.save_to_buffer().unwrap(), &Place::default()).unwrap();
    assert_eq!((table.rows.len(), table.rows[0].line), (1, 1_048_576));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["Name", "Unit"]).unwrap();
    let long = "x".repeat(32_000);
    for row in 1..3_000 {
        sheet.write(row, 0, &long).unwrap();
    }
    let error = workbook::read(&book.save_to_buffer().unwrap(), &Place::default()).unwrap_err();
    assert!(error.to_string().contains("MiB of text"), "{error}");
}

#[test]
fn t25_damaged_workbooks_are_refused_and_never_panic() {
    for whole in [post_office(), POST_OFFICE.to_vec()] {
        for cut in [0, 8, 100, 600, whole.len() / 2] {
            assert!(workbook::read(&whole[..cut], &Place::default()).is_err(), "cut at {cut}");
        }
        for at in (0..whole.len()).step_by(whole.len() / 97) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x5a;
            let _ = workbook::read(&damaged, &Place::default());
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_workbook_goes_in_like_a_csv_and_a_newer_one_updates(pool: PgPool) {
    let register = register(&pool);
    let actor = admin(&register).await;
    let done = import(&register, &actor, "post office.xls", POST_OFFICE, Place::default()).await;
    assert_eq!(counts(&done), [2, 0, 0, 0, 1], "{:?}", done.plan);
    assert_eq!(done.plan.rows.iter().map(|r| r.line).collect::<Vec<_>>(), [5, 6, 7]);
    // The same list saved as XLSX finds its systems.
    let again = import(&register, &actor, "post office.xlsx", &post_office(), Place::default()).await;
    assert_eq!(counts(&again), [0, 0, 2, 0, 1]);
    assert_eq!(register.count("select count(*) from system").await, 2);
    // Rejected rows come back as CSV, are mended there, and go in.
    let csv = domain::import::rejected_csv(&again.table, &again.plan)
        .replace("Answers questions,,", "Answers questions,Counter,");
    let mended = import(&register, &actor, "rejected.csv", csv.as_bytes(), Place::default()).await;
    assert_eq!(counts(&mended), [1, 0, 0, 0, 0]);
    assert_eq!(counts(&import(&register, &actor, "post office.xls", POST_OFFICE, Place::default()).await)[0], 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_part_that_was_chosen_stays_chosen(pool: PgPool) {
    let register = register(&pool);
    let actor = admin(&register).await;
    let id = stage::put(&register.store, &actor, "post office.xlsx", post_office()).await.unwrap();
    let staged = stage::load(&register.store, &actor, id).await.unwrap();
    stage::map(&register.store, &actor, id, &staged.mapping).await.unwrap();
    let place = Place { sheet: Some("Inventory".into()), header_row: Some(5) };
    stage::place(&register.store, &actor, id, place).await.unwrap();
    let staged = stage::load(&register.store, &actor, id).await.unwrap();
    assert_eq!(staged.inventory.table.headers[1].name, "Letter pairing");
    assert_ne!(staged.origin, stage::Origin::Chosen, "what was said of other columns is forgotten");
    let wrong = Place { sheet: Some("Notes".into()), header_row: Some(1) };
    assert!(stage::place(&register.store, &actor, id, wrong).await.is_err());
    let other = register.person("Eve", &[Role::Admin]).await;
    let place = Place { sheet: Some("Inventory".into()), header_row: Some(4) };
    assert!(matches!(stage::place(&register.store, &other, id, place).await, Err(store::Error::NotFound)));
}

fn shared(path: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("COUNTERSIGN_SHARED_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    std::fs::read(folder.join(path)).ok()
}

/// The federal inventory of 2024, saved as XLS and as CSV by its publishers, and a repository of risks in many sheets.
#[test]
fn real_workbooks_are_read() {
    let xls = shared("inventories/us_2024_consolidated_ai_inventory_raw_v2.xls");
    let csv = shared("inventories/us_2024_consolidated_ai_inventory_raw_v2.csv");
    if let (Some(xls), Some(csv)) = (xls, csv) {
        let (found, table) = workbook::read(&xls, &Place::default()).unwrap();
        let (_, text) = read(&csv).unwrap();
        assert_eq!((found.kind, found.header_row), ("XLS", 1));
        assert_eq!(table.rows.len(), text.rows.len());
        assert_eq!(table.headers.len(), text.headers.len());
    }
    if let Some(xlsx) = shared("catalogues/taxonomies/mit_ai_risk_repository_V3_26_03_2025.xlsx") {
        let place = Place { sheet: Some("AI Risk Database v3".into()), header_row: None };
        let (found, table) = workbook::read(&xlsx, &place).unwrap();
        assert_eq!(found.header_row, 3, "{found:?}");
        assert!(table.headers.iter().any(|h| h.name == "Risk category"), "{:?}", table.headers);
        assert!(table.rows.len() > 1_000);
    }
}
