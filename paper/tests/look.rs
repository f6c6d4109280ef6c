//! Writes the fixture as a file when `PAPER_LOOK` names a directory, for eyes; always checks that it can be made.

mod fixture;

#[test]
fn the_report_can_be_looked_at() {
    let start = std::time::Instant::now();
    let pdf = paper::pdf(&fixture::report(), &fixture::made()).unwrap();
    let once = start.elapsed();
    let start = std::time::Instant::now();
    paper::pdf(&fixture::report(), &fixture::made()).unwrap();
    println!("{} bytes, {once:?}, then {:?}", pdf.len(), start.elapsed());
    if let Ok(directory) = std::env::var("PAPER_LOOK") {
        std::fs::write(std::path::Path::new(&directory).join("report.pdf"), &pdf).unwrap();
    }
    assert!(pdf.starts_with(b"%PDF-1."));
}
