//! POST /risks/bulk and its kin: what a change would do to each ticked record. Nothing is written.

use super::{List, change, incomplete, page};
use crate::components::*;
use crate::server::{AppError, Cx, FormState, PageResult, RawForm, cx::own_path};
use axum::http::StatusCode;
use leptos::prelude::*;
use store::bulk::{self, Change, Item, Preview, Verdict};

pub(super) async fn show(cx: Cx, form: RawForm, list: List) -> PageResult {
    let mut form = form.reader();
    let back = form.opt_prose("back").unwrap_or_default();
    let picked: Vec<String> = form.picks("pick");
    let numbers: Option<Vec<i64>> = picked.iter().map(|reference| list.number(reference)).collect();
    if numbers.is_none() {
        form.error("", "Tick rows of this list");
    }
    let change = change::read(list, &mut form);
    let (numbers, change) = match form.finish((numbers, change)) {
        Ok(read) => read,
        Err(form) => return incomplete(&cx, list, &form),
    };
    match bulk::preview(&cx.store, &cx.actor, &numbers, &change).await {
        Ok(preview) => view(&cx, StatusCode::OK, list, &change, preview, &cx.form().fill("back", back)),
        Err(error) => incomplete(&cx, list, &form.refused(&AppError::from(error).fields()?)),
    }
}

/// The page; also shown again when the reason is missing.
pub(super) fn view(
    cx: &Cx,
    status: StatusCode,
    list: List,
    change: &Change,
    preview: Preview,
    form: &FormState,
) -> PageResult {
    let back = own_path(&form.value("back"), list.path()).to_owned();
    let count = |verdict: fn(&Verdict) -> bool| preview.items.iter().filter(|i| verdict(&i.verdict)).count();
    let changes = count(|v| *v == Verdict::Changes);
    let refused = count(|v| matches!(v, Verdict::Refused(_)));
    let title = format!("Preview: {} of {}", preview.what.to_lowercase(), list.count(preview.items.len()));
    let lead = match changes {
        0 => "Nothing would change.".to_owned(),
        n => format!("{} would change. Nothing has changed yet.", list.count(n)),
    };
    let items: Vec<String> = preview
        .items
        .iter()
        .filter(|i| i.verdict == Verdict::Changes)
        .map(|i| format!("{}@{}", i.reference, i.version))
        .collect();
    let (name, value) = change::hidden(change);
    let consequence = change::consequence(change);
    page(cx, status, &title.clone(), form, move || {
        let left_out = (refused > 0).then(|| {
            let text = format!(
                "{} can\u{2019}t be changed and would be left out; the reasons stand beside them.",
                list.count(refused)
            );
            view! { <Callout tone=Tone::Warning><p>{text}</p></Callout> }
        });
        let list_again = back.clone();
        let confirm = (changes > 0).then(|| {
            let back = list_again.clone();
            let hidden = items.into_iter().map(|item| view! { <Hidden name="pick" value=item/> }).collect_view();
            let (action, submit) = (format!("{}/bulk/save", list.path()), format!("Change {}", list.count(changes)));
            view! {
                <Section title="Confirm">
                    <Form action=action submit=submit cancel=back.clone()>
                        {hidden}
                        <Hidden name="back" value=back.clone()/>
                        <Hidden name=name value=value/>
                        {consequence.map(|text| view! { <p>{text}</p> })}
                        <TextArea name="reason" label="Why" rows=2 hint="Stands in the audit event of each record."/>
                    </Form>
                </Section>
            }
        });
        let way_back =
            (changes == 0).then(|| view! { <p><a class="button" href=back.clone()>"Back to the list"</a></p> });
        view! {
            <PageHeader title=title crumbs=vec![Crumb::new(list.title(), back.clone())] lead=lead/>
            {left_out}
            {table(list, preview)}
            {confirm}
            {way_back}
        }
    })
}

fn table(list: List, preview: Preview) -> impl IntoView {
    let columns = vec![
        Column::text("Ref"),
        Column::text(if list == List::Systems { "System" } else { "Title" }),
        Column::text(format!("{} now", preview.what)),
        Column::text("Becomes"),
        Column::text("Verdict"),
    ];
    let after = preview.after;
    let rows = preview.items.into_iter().map(|item| row(list, item, &after)).collect_view();
    view! { <Table caption="What would become of each" columns=columns>{rows}</Table> }
}

fn row(list: List, item: Item, after: &str) -> impl IntoView + use<> {
    let (badge, tone, why, becomes) = match item.verdict {
        Verdict::Changes => ("Will change", Tone::Success, None, after.to_owned()),
        Verdict::Same => ("Says so already", Tone::Neutral, None, "\u{2013}".to_owned()),
        Verdict::Refused(why) => ("Left out", Tone::Warning, Some(why), "\u{2013}".to_owned()),
    };
    view! {
        <tr>
            <td class="ref">{item.reference.clone()}</td>
            <td><a href=format!("{}/{}", list.path(), item.reference)>{item.title}</a></td>
            <td>{item.before}</td>
            <td>{becomes}</td>
            <td><Badge label=badge tone=tone/>{why.map(|why| view! { <span class="cell-sub">{why}</span> })}</td>
        </tr>
    }
}
