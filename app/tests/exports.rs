//! Every list as CSV and as a workbook: the same rows, typed, with links, and nothing that a spreadsheet would run.

#![expect(clippy::unwrap_used, reason = "a test that fails should say where")]

mod common;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use common::*;
use domain::actor::{Actor, Role};
use sqlx::PgPool;
use std::io::{Cursor, Read};
use tower::ServiceExt;

const FORMULA: &str = "=cmd|'/c calc'!A1";

async fn bytes(site: &Pages, who: &Actor, path: &str) -> (String, Vec<u8>) {
    let mut request = Request::get(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Some(who.clone()));
    let response = site.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let name = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    (name, to_bytes(response.into_body(), 100_000_000).await.unwrap().to_vec())
}

fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn sheet_rows(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    book.worksheet_range(&name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// A cell as the CSV has it.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        Data::DateTime(at) => {
            let at = at.as_datetime().unwrap();
            let whole = at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            whole.strip_suffix("T00:00:00Z").map(str::to_owned).unwrap_or(whole)
        }
        other => panic!("{other:?}"),
    }
}

fn links(bytes: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name("xl/worksheets/_rels/sheet1.xml.rels").unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A system with a risk, a mitigation and a review, some of them called like a formula.
async fn fill(site: &Pages, olga: &Actor) {
    site.unit().await;
    let page = site.get(olga, "/systems/new").await;
    let typed = [("name", FORMULA), ("purpose", "Sorts claims"), ("stage", "pilot")];
    site.submit(olga, &page, "/systems/new", &typed).await;
    let path = "/systems/AIS-1/risks/write";
    let page = site.get(olga, path).await;
    let typed = [
        ("title", "+1 to every claim"),
        ("cause", "Drift"),
        ("event", "Claims are paid twice"),
        ("consequence", "Loss"),
        ("characteristic", "valid_reliable"),
        ("treatment", "mitigate"),
        ("likelihood", "4"),
        ("impact", "5"),
    ];
    assert_eq!(site.submit(olga, &page, path, &typed).await.status, StatusCode::SEE_OTHER);
    let path = "/systems/AIS-1/mitigations/new";
    let page = site.get(olga, &format!("{path}?risk=R-1")).await;
    let typed = [("title", "@check twice"), ("kind", "detective"), ("due", "2026-06-30"), ("risks", "R-1")];
    let saved = site.submit(olga, &page, path, &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_list_goes_out_in_both_forms_with_the_same_cells(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    let admin = site.person("Ada", Role::Admin).await;
    fill(&site, &olga).await;
    for (list, path, rows) in [
        ("systems", "/systems", 1),
        ("risks", "/risks", 1),
        ("mitigations", "/mitigations", 1),
        ("evidence", "/evidence", 0),
        ("audit", "/audit", 7),
        ("people", "/admin/people", 2),
        ("committee", "/committee", 0),
    ] {
        let (name, csv) = bytes(&site, &admin, &format!("{path}.csv")).await;
        assert_eq!(name, format!("attachment; filename=\"{list}-2026-03-02.csv\""));
        let (name, xlsx) = bytes(&site, &admin, &format!("{path}.xlsx")).await;
        assert_eq!(name, format!("attachment; filename=\"{list}-2026-03-02.xlsx\""));
        let mut csv = csv_rows(&csv);
        assert_eq!(csv.len(), rows + 1, "{path}: {csv:?}");
        assert!(csv.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{csv:?}");
        let addresses: Vec<String> = csv.iter_mut().map(|row| row.pop().unwrap()).collect();
        let sheet: Vec<Vec<String>> = sheet_rows(&xlsx).iter().map(|row| row.iter().map(text).collect()).collect();
        assert_eq!(sheet, csv, "{path}");
        for address in addresses.iter().skip(1).filter(|a| !a.is_empty()) {
            assert!(address.starts_with("https://register.example/"), "{address}");
            assert!(links(&xlsx).contains(address.as_str()), "{path}: no link to {address}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn cells_have_types_and_files_have_the_filters_of_their_list(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    let other = site.person("Otto", Role::Owner).await;
    fill(&site, &olga).await;
    let risk = sheet_rows(&bytes(&site, &olga, "/risks.xlsx").await.1).remove(1);
    assert_eq!(risk[0], Data::String("R-1".into()));
    assert_eq!(risk[1], Data::String("'+1 to every claim".into()));
    assert_eq!(risk[3], Data::String(format!("'{FORMULA}")));
    assert_eq!((&risk[8], &risk[9]), (&Data::Float(4.0), &Data::Float(5.0)));
    assert!(matches!(risk[17], Data::DateTime(_)), "{:?}", risk[17]);
    let mitigation = sheet_rows(&bytes(&site, &olga, "/mitigations.xlsx").await.1).remove(1);
    assert_eq!(text(&mitigation[7]), "2026-06-30");
    assert!(matches!(mitigation[7], Data::DateTime(_)));
    for (who, path, rows) in [
        (&olga, "/risks.xlsx?treatment=accept", 0),
        (&olga, "/risks.xlsx?system=AIS-1&treatment=mitigate", 1),
        (&olga, "/mitigations.xlsx?due=overdue", 0),
        (&olga, "/systems.xlsx?stage=production", 0),
        (&other, "/risks.xlsx", 0),
        (&other, "/systems.xlsx", 0),
        (&other, "/mitigations.xlsx", 0),
    ] {
        assert_eq!(sheet_rows(&bytes(&site, who, path).await.1).len(), rows + 1, "{} {path}", who.name);
    }
    assert_eq!(site.get(&olga, "/risks.xlsx?treatment=nonsense").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(&olga, "/evidence.csv?system=AIS-1").await.status, StatusCode::OK);
    assert_eq!(site.get(&other, "/evidence.csv?system=AIS-1").await.status, StatusCode::NOT_FOUND);
    for path in ["/audit.xlsx", "/admin/people.csv", "/admin/units.xlsx", "/committee.xlsx"] {
        assert_eq!(site.get(&olga, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = site.get(&olga, "/risks?treatment=mitigate&sort=-changed&after=1.1").await;
    assert!(page.html.contains("href=\"/risks.xlsx?treatment=mitigate&amp;sort=-changed\""), "{}", page.html);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_system_and_the_portfolio_go_out_as_json(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let olga = site.person("Olga", Role::Owner).await;
    let other = site.person("Otto", Role::Owner).await;
    let eve = site.person("Eve", Role::Executive).await;
    fill(&site, &olga).await;
    let system: serde_json::Value = serde_json::from_str(&site.get(&olga, "/systems/AIS-1.json").await.html).unwrap();
    assert_eq!(system["name"], FORMULA);
    assert_eq!(system["owner"]["name"], "Olga");
    assert_eq!(system["risks"][0]["inherent"]["likelihood"], 4);
    assert_eq!(system["mitigations"][0]["due_on"], "2026-06-30");
    assert_eq!(system["tier"], serde_json::Value::Null);
    assert_eq!(site.get(&other, "/systems/AIS-1.json").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get(&olga, "/systems/AIS-2.json").await.status, StatusCode::NOT_FOUND);
    let reports: serde_json::Value = serde_json::from_str(&site.get(&eve, "/reports.json").await.html).unwrap();
    assert_eq!(reports["systems"][0]["systems"], 1);
    assert_eq!(reports["above_appetite"], 1);
    assert_eq!(reports["months"].as_array().unwrap().len(), 12);
    assert_eq!(site.get(&olga, "/reports.json").await.status, StatusCode::NOT_FOUND);
    let nowhere = format!("/reports.json?unit={}", uuid::Uuid::nil());
    assert_eq!(site.get(&eve, &nowhere).await.status, StatusCode::NOT_FOUND);
}
