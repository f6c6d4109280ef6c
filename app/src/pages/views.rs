//! Saved views of lists: shown above the list, saved from the filters that are set, deleted by whoever saved them. A
//! view's address is nothing but its filters, so that it can be sent to anybody.

use crate::components::*;
use crate::server::{AppError, Cx, FormState, Notice, PageResult, PageUrl, RawForm, cx::own_path};
use axum::extract::Path;
use axum::http::StatusCode;
use leptos::prelude::*;
use store::views::{self, List, View};

/// The views of a list, and the way to save the present one.
pub fn bar(list: List, url: &PageUrl, views: Vec<View>, may_share: bool) -> AnyView {
    let here = url.clone().first_page();
    let query = query(&here);
    let current = views.iter().find(|v| v.query == query).cloned();
    let chips = views.into_iter().map(|view| chip(&here, view, &query)).collect::<Vec<_>>();
    let save = (!query.is_empty() && current.as_ref().is_none_or(|v| !v.own))
        .then(|| save_form(list, &here.to_string(), may_share));
    let delete = current.filter(|v| v.own).map(|view| {
        let action = format!("/views/{}/delete", view.id);
        view! {
            <form method="post" action=action>
                <button class="button-link" type="submit">"Delete this view"</button>
            </form>
        }
    });
    if chips.is_empty() && save.is_none() {
        return ().into_any();
    }
    let any = !chips.is_empty();
    view! {
        <section class="views" aria-label="Saved views">
            {any.then(|| view! { <span class="muted">"Saved views:"</span><ul class="chips">{chips}</ul> })}
            {delete}
            {save}
        </section>
    }
    .into_any()
}

fn chip(here: &PageUrl, view: View, query: &str) -> AnyView {
    let href = format!("{}?{}", here.path(), view.query);
    let current = (view.query == query).then_some("page");
    let by = match (view.own, view.shared) {
        (true, false) => None,
        (true, true) => Some(" (shared)".to_owned()),
        (false, _) => Some(format!(" ({})", view.by)),
    };
    view! {
        <li><a class="chip" href=href aria-current=current>{view.name}{by.map(|by| view! { <span class="muted">{by}</span> })}</a></li>
    }
    .into_any()
}

fn save_form(list: List, back: &str, may_share: bool) -> AnyView {
    let back = back.to_owned();
    let share = may_share.then(|| {
        view! { <label class="tick-line"><input type="checkbox" name="shared" value="yes"/>" Show it to everybody"</label> }
    });
    view! {
        <details class="menu">
            <summary class="button button-small">"Save this view"</summary>
            <div class="menu-panel">
                <form class="view-form" method="post" action="/views">
                    <input type="hidden" name="list" value=list.as_str()/>
                    <input type="hidden" name="back" value=back/>
                    <label for="view-name">"Name"</label>
                    <input type="text" id="view-name" name="name" maxlength=views::NAME_MAX.to_string() required autocomplete="off"/>
                    {share}
                    <button class="button button-primary" type="submit">"Save"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// What a view keeps of an address: its query, without place in the list and notices.
fn query(url: &PageUrl) -> String {
    url.to_string().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
}

fn path(list: List) -> &'static str {
    match list {
        List::Systems => "/systems",
        List::Risks => "/risks",
        List::Mitigations => "/mitigations",
        List::Evidence => "/evidence",
    }
}

/// POST /views
pub async fn save(cx: Cx, form: RawForm) -> PageResult {
    let mut form = form.reader();
    let list = form.pick::<List>("list", "This form is incomplete. Open the list again");
    let back = form.opt_prose("back").unwrap_or_default();
    let name = form.text("name", "Enter a name for the view");
    let shared = form.ticked("shared");
    let (list, name) = match form.finish((list, name)) {
        Ok(read) => read,
        Err(state) => return again(&cx, state),
    };
    // The address comes back through a form: only this list's own filters are kept.
    let own = own_path(&back, path(list)).to_owned();
    let (at, rest) = own.split_once('?').unwrap_or((own.as_str(), ""));
    let here = PageUrl::parse(if at == path(list) { at } else { path(list) }, rest).first_page();
    match views::save(&cx.store, &cx.actor, list, &name, &query(&here), shared).await {
        Ok(_) => cx.redirect_with(here.to_string(), Notice::ViewSaved),
        Err(error) => again(&cx, form.refused(&AppError::from(error).fields()?)),
    }
}

/// The form alone, with what is wrong.
fn again(cx: &Cx, form: FormState) -> PageResult {
    let list = form.value("list").parse::<List>().unwrap_or(List::Risks);
    let back = own_path(&form.value("back"), path(list)).to_owned();
    let share = views::may_share(&cx.actor);
    let shown = form.clone();
    let page = move || {
        view! {
            <div class="narrow">
                <PageHeader title="Save this view" crumbs=vec![Crumb::new(list.label(), back.clone())]/>
                <Form action="/views" submit="Save" cancel=back.clone()>
                    <Hidden name="list" value=list.as_str()/>
                    <Hidden name="back" value=back.clone()/>
                    <TextField name="name" label="Name"/>
                    {share.then(|| view! { <CheckboxField name="shared" label="Show it to everybody"/> })}
                </Form>
            </div>
        }
    };
    Ok(crate::server::page::render(
        &cx.state,
        &cx.frame,
        StatusCode::UNPROCESSABLE_ENTITY,
        "Save this view",
        Some(&shown),
        page,
    ))
}

/// POST /views/{view}/delete
pub async fn delete(cx: Cx, Path(view): Path<String>) -> PageResult {
    let id = view.parse().map_err(|_| AppError::NotFound)?;
    let list = views::delete(&cx.store, &cx.actor, id).await?;
    cx.redirect_with(path(list), Notice::ViewDeleted)
}
