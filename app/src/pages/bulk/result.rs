//! POST /risks/bulk/save and its kin: carries the previewed change out, and says what could not be done.

use super::{List, change, incomplete, page, preview};
use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, RawForm, cx::own_path};
use axum::http::StatusCode;
use leptos::prelude::*;
use store::bulk::{self, Done};

pub(super) async fn save(cx: Cx, form: RawForm, list: List) -> PageResult {
    let mut form = form.reader();
    let back = form.opt_prose("back").unwrap_or_default();
    let _ = form.once();
    let picked: Vec<String> = form.picks("pick");
    let records: Option<Vec<(i64, i32)>> = picked.iter().map(|item| record(list, item)).collect();
    let change = change::read(list, &mut form);
    let reason = form.prose("reason", "Say why");
    let (Some(records), Some(change)) = (records, change) else {
        form.error("", "This form is incomplete. Preview the change again");
        return incomplete(&cx, list, &form.state());
    };
    let reason = match form.finish(reason) {
        Ok(reason) => reason,
        Err(state) => return again(&cx, list, &records, &change, state).await,
    };
    // On its own: who closes the page has all of it done, not a part.
    let (store, actor) = (cx.store.clone(), cx.actor.clone());
    let work = tokio::spawn(async move { bulk::apply(&store, &actor, &records, &change, &reason).await });
    let done = match work.await.map_err(AppError::internal)? {
        Ok(done) => done,
        Err(error) => return incomplete(&cx, list, &form.refused(&AppError::from(error).fields()?)),
    };
    let back = own_path(&back, list.path()).to_owned();
    match done.iter().all(|d| d.refused.is_none()) {
        true => cx.redirect_with(back, Notice::BulkChanged),
        false => report(&cx, list, done, back),
    }
}

/// "R-1@3": the risk, and the version that was previewed.
fn record(list: List, item: &str) -> Option<(i64, i32)> {
    let (reference, version) = item.split_once('@')?;
    Some((list.number(reference)?, version.parse().ok()?))
}

/// The preview once more, with what is missing.
async fn again(cx: &Cx, list: List, records: &[(i64, i32)], change: &bulk::Change, form: FormState) -> PageResult {
    let numbers: Vec<i64> = records.iter().map(|(number, _)| *number).collect();
    match bulk::preview(&cx.store, &cx.actor, &numbers, change).await {
        Ok(found) => preview::view(cx, StatusCode::UNPROCESSABLE_ENTITY, list, change, found, &form),
        Err(error) => incomplete(cx, list, &form.with_errors(&AppError::from(error).fields()?)),
    }
}

fn report(cx: &Cx, list: List, done: Vec<Done>, back: String) -> PageResult {
    let changed = done.iter().filter(|d| d.refused.is_none()).count();
    let title = format!("{} of {} changed", changed, list.count(done.len()));
    let rows: Vec<(String, String)> =
        done.into_iter().filter_map(|d| Some((list.reference(d.number), d.refused?))).collect();
    page(cx, StatusCode::OK, &title.clone(), &FormState::default(), move || {
        let rows = rows.into_iter().map(move |(reference, why)| {
            let href = format!("{}/{reference}", list.path());
            view! { <tr><td class="ref"><a href=href>{reference}</a></td><td>{why}</td></tr> }
        });
        view! {
            <PageHeader title=title crumbs=vec![Crumb::new(list.title(), back.clone())]
                lead="These were left as they are; what was changed stays changed."/>
            <Table caption="What was not changed" columns=vec![Column::text("Ref"), Column::text("Why")]>{rows.collect_view()}</Table>
            <p><a class="button" href=back>"Back to the list"</a></p>
        }
    })
}
