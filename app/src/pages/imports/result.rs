//! GET /admin/import/runs/{run}: what became of each row; its rejected rows as a download.

use super::{crumbs, id, rejected_file, rows};
use crate::components::*;
use crate::server::{Cx, PageResult};
use axum::extract::Path;
use leptos::prelude::*;
use store::imports::runs;

pub async fn show(cx: Cx, Path(run): Path<String>) -> PageResult {
    let (run, rows) = runs::get(&cx.store, &cx.actor, id(&run)?).await?;
    let (title, url) = (format!("Import of {}", run.file_name), cx.url());
    cx.page(&title.clone(), move || {
        let path = format!("/admin/import/runs/{}", run.id);
        let sha256: String = run.file_sha256.iter().map(|b| format!("{b:02x}")).collect();
        let rejected = run.rejected > 0;
        let download = rejected.then(|| ("Download the rejected rows".to_owned(), format!("{path}/rejected.csv")));
        let more: Vec<_> = download.into_iter().collect();
        view! {
            <PageHeader title=title crumbs=crumbs() more=more/>
            {rows::figures(&rows, &path, false)}
            <KeyValues>
                <KeyValue label="Imported by"><Person name=run.imported_by/></KeyValue>
                <KeyValue label="On"><Instant at=run.imported_at/></KeyValue>
                <KeyValue label="SHA-256 of the file"><code class="hash">{sha256}</code></KeyValue>
            </KeyValues>
            {rows::table(rows, &url)}
        }
    })
}

pub async fn rejected(cx: Cx, Path(run): Path<String>) -> PageResult {
    let (file_name, csv) = runs::rejected(&cx.store, &cx.actor, id(&run)?).await?;
    rejected_file(&file_name, csv)
}
