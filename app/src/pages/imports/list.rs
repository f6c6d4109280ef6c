//! GET /admin/import: upload a file, go on with one that waits, see the imports so far.

use crate::choices;
use crate::components::*;
use crate::format;
use crate::islands::Upload;
use crate::server::{Cx, FormState, PageResult};
use domain::import::lists::Kind;
use leptos::prelude::*;
use store::imports::{runs, runs::Run, stage, stage::Waiting};

pub async fn show(cx: Cx) -> PageResult {
    page(&cx, cx.form().fill("kind", Kind::Systems)).await
}

pub(super) async fn page(cx: &Cx, form: FormState) -> PageResult {
    let waiting = stage::list(&cx.store, &cx.actor).await?;
    let runs = runs::list(&cx.store, &cx.actor).await?;
    let limit = stage::UPLOAD_BYTES / 1024 / 1024;
    let hint = format!("CSV, XLSX or XLS, up to {limit} MiB. Nothing changes until you have seen a preview.");
    cx.form_page("Import", &form, || {
        view! {
            <PageHeader title="Import" crumbs=vec![Crumb::new("Administration", "/admin")]
                lead="Bring a list of AI systems, risks or mitigations into the register. A newer version of the same list updates what it says."/>
            <Upload>
                <Form action="/admin/import" submit="Upload and continue" multipart=true>
                    <Radios name="kind" label="What the file holds" choices=choices!(Kind) inline=true/>
                    <FileField name="file" label="File" hint=hint accept=".csv,.tsv,.txt,.xlsx,.xlsm,.xls,text/csv"/>
                </Form>
            </Upload>
            {(!waiting.is_empty()).then(|| waiting_files(waiting))}
            <Section title="Imports so far">{past(runs)}</Section>
        }
    })
}

fn waiting_files(waiting: Vec<Waiting>) -> impl IntoView {
    let rows = waiting.into_iter().map(|w| {
        let next = if w.mapped { "/preview" } else { "" };
        let href = format!("/admin/import/{}{next}", w.id);
        let discard = format!("/admin/import/{}/discard", w.id);
        let name = w.file_name.clone();
        view! {
            <tr>
                <td><a href=href>{w.file_name}</a></td>
                <td><Instant at=w.uploaded_at/></td>
                <td>{if w.mapped { "Ready to preview" } else { "Columns to be matched" }}</td>
                <td>
                    <form method="post" action=discard>
                        <button class="button button-small" type="submit">"Discard"<span class="sr-only">" "{name}</span></button>
                    </form>
                </td>
            </tr>
        }
    });
    view! {
        <Section title="Waiting for you" lead="An uploaded file is kept for a day.">
            <Table caption="Uploaded files that were not imported yet" columns=vec![
                Column::text("File"), Column::text("Uploaded"), Column::text("Next"), Column::hidden("Discard"),
            ]>{rows.collect_view()}</Table>
        </Section>
    }
}

fn past(runs: Vec<Run>) -> AnyView {
    if runs.is_empty() {
        return view! {
            <EmptyState title="No imports yet" text="Each import stays here with what became of every row."/>
        }
        .into_any();
    }
    let rows = runs.into_iter().map(|run| {
        view! {
            <tr>
                <td><a href=format!("/admin/import/runs/{}", run.id)>{run.file_name.clone()}</a>
                    <span class="cell-sub">{kind(&run.kind)}" \u{b7} "<Instant at=run.imported_at/>{format!(" \u{b7} {}", run.imported_by)}</span></td>
                {number(run.rows())}{number(run.created)}{number(run.updated)}{number(run.unchanged)}
                {number(run.duplicate)}{number(run.rejected)}
            </tr>
        }
    });
    view! {
        <Table caption="Imports, the newest first" columns=vec![
            Column::text("File"), Column::number("Rows"), Column::number("Created"), Column::number("Updated"),
            Column::number("Unchanged"), Column::number("Duplicates"), Column::number("Rejected"),
        ]>{rows.collect_view()}</Table>
    }
    .into_any()
}

fn kind(word: &str) -> &'static str {
    word.parse::<Kind>().map_or("", Kind::label)
}

fn number(n: i32) -> impl IntoView {
    view! { <td class="num">{format::number(n.into())}</td> }
}
