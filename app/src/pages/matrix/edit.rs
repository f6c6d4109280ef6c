//! /admin/matrix/edit: the next version, looked at before it is saved.

use super::{
    form::{SIZES, Size, cell, fill, name, read, resize},
    show::{appetite, difference, preview},
};
use crate::{
    choices,
    components::*,
    server::{AppError, Cx, FormState, Notice, PageResult, RawForm},
};
use axum::http::StatusCode;
use domain::risk::matrix::{LEVELS, Matrix, STEPS, Tone as Colour};
use leptos::prelude::*;
use store::matrix::{self, MatrixVersion};

pub async fn show(cx: Cx) -> PageResult {
    let now = current(&cx).await?;
    let form = fill(FormState::default(), &now.matrix).at_version(now.version);
    let size = Size::of(&now.matrix);
    page(&cx, &now, form, size, Shown::Form).await
}

/// What stands above the form.
enum Shown {
    Form,
    /// It has another size than it was sent with.
    Resized,
    /// What the wish would mean.
    Meaning(Matrix),
}

/// POST: gives the form another size, shows what it would mean, or saves it.
pub async fn save(cx: Cx, form: RawForm) -> PageResult {
    let now = current(&cx).await?;
    let mut form = form.reader();
    let sent = Size::sent(&form.state(), &now.matrix);
    let size = Size::chosen(&mut form, sent);
    // Whichever button it was: a size that was chosen is never passed over.
    if size != sent {
        return page(&cx, &now, resize(form.state(), sent, size), size, Shown::Resized).await;
    }
    let wish = read(&mut form, size);
    let confirmed = form.opt("step").as_deref() == Some("save");
    let version = form.version();
    let (wish, version) = match form.finish((wish, version)) {
        Ok(read) => read,
        Err(form) => return page(&cx, &now, form, size, Shown::Form).await,
    };
    if let Err(errors) = wish.check() {
        return page(&cx, &now, form.refused(&first_field(errors)), size, Shown::Form).await;
    }
    if !confirmed {
        return page(&cx, &now, form.state(), size, Shown::Meaning(wish)).await;
    }
    match matrix::replace(&cx.store, &cx.actor, version, &wish).await {
        Ok(_) => cx.redirect_with("/admin/matrix", Notice::Saved),
        Err(store::Error::Stale { current }) => conflict(&cx, form.state().at_version(current), &wish).await,
        Err(error) => {
            let form = form.refused(&first_field(AppError::from(error).fields()?));
            page(&cx, &now, form, size, Shown::Form).await
        }
    }
}

async fn current(cx: &Cx) -> Result<MatrixVersion, AppError> {
    let mut conn = cx.store.pool().acquire().await.map_err(store::Error::from)?;
    Ok(matrix::current(&mut conn).await?)
}

/// The domain speaks of scales and cells as wholes; the summary leads to the first field of each.
fn first_field(errors: domain::error::FieldErrors) -> domain::error::FieldErrors {
    let place = |field: &str| match field {
        "likelihood" => name("likelihood", 0),
        "levels" => name("level", 0),
        "cells" => cell(0, 0),
        other => other.to_string(),
    };
    domain::error::FieldErrors(errors.0.into_iter().map(|(field, message)| (place(&field), message)).collect())
}

async fn conflict(cx: &Cx, form: FormState, wish: &Matrix) -> PageResult {
    let now = current(cx).await?;
    let mine = difference(&now.matrix, wish);
    let fields = vec![ConflictField::new("Matrix", format!("Version {}", now.version), format!("Differs in: {mine}"))];
    let size = Size::of(wish);
    cx.page_as(StatusCode::CONFLICT, "Change the risk matrix", || {
        provide_context(form);
        view! { <ConflictNotice who="Another administrator" fields/>{fields_of(size, false)} }
    })
}

async fn page(cx: &Cx, now: &MatrixVersion, form: FormState, size: Size, shown: Shown) -> PageResult {
    let counts = matrix::residual_levels(&cx.store, &cx.actor).await?;
    let previewed = matches!(shown, Shown::Meaning(_));
    let version = now.version;
    let above = match shown {
        Shown::Form => None,
        Shown::Resized => Some((Vec::new(), None)),
        Shown::Meaning(wish) => Some((meaning(&now.matrix, &wish, &counts), Some(wish))),
    };
    cx.form_page("Change the risk matrix", &form, || {
        view! {
            <PageHeader title="Change the risk matrix" crumbs=vec![Crumb::new("Risk matrix", "/admin/matrix")]
                lead=format!("This writes version {}. Version {version} stays as it is.", version + 1)/>
            {above.map(|(lines, wish)| explained(lines, wish))}
            {fields_of(size, previewed)}
        }
    })
}

/// What the wish would mean, or that the form has another size now.
fn explained(lines: Vec<String>, wish: Option<Matrix>) -> AnyView {
    let Some(wish) = wish else {
        return view! {
            <Callout tone=Tone::Info title="The form has the new size">
                <p>"Name what is new. New cells have the level beside them: look at each. Nothing is saved yet."</p>
            </Callout>
        }
        .into_any();
    };
    view! {
        <Section title="What this would be" id="preview">
            <Callout tone=Tone::Warning title="What it means">
                <ul>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </Callout>
            {preview(&wish)}
            <p>{appetite(&wish)}</p>
        </Section>
    }
    .into_any()
}

/// What a change means for risks that are rated already, in sentences.
fn meaning(now: &Matrix, wish: &Matrix, counts: &[(u8, i64)]) -> Vec<String> {
    let above =
        |matrix: &Matrix| counts.iter().filter(|(level, _)| matrix.above_appetite(*level)).map(|(_, n)| n).sum::<i64>();
    let risks = |n: i64| crate::format::count(n, "open risk", "open risks");
    let mut lines = vec![format!("Changed: {}.", difference(now, wish))];
    match now.same_scale(wish) {
        true if now.appetite != wish.appetite => lines.push(format!(
            "The new appetite counts at once: {} above it instead of {}. Above it, an approval needs the chair.",
            risks(above(wish)),
            above(now)
        )),
        true => lines.push("Ratings keep their levels; nothing has to be rated again.".to_string()),
        false => {
            let all = counts.iter().map(|(_, n)| n).sum::<i64>();
            lines.push(format!(
                "Ratings so far keep the level that they were given: {} until somebody rates again.",
                risks(all)
            ));
            lines
                .push("New ratings use the new cells, so levels of both versions stand beside each other.".to_string());
            lines.push("The heat map shows older ratings at the steps that they were given.".to_string());
        }
    }
    if now.same_scale(wish) && now.appetite != wish.appetite {
        lines.push(
            "An approval goes out of date where a risk that it rests on comes to lie on the other side.".to_string(),
        );
    }
    lines.push("Dossiers and decisions keep the matrix that they were made on.".to_string());
    lines
}

fn fields_of(size: Size, previewed: bool) -> impl IntoView {
    let scale = |kind: &'static str, title: &'static str, count: usize| {
        let fields =
            (0..count).map(move |at| view! { <TextField name=name(kind, at) label=format!("{title} {}", at + 1)/> });
        view! { <Card title=title><div class="stack">{fields.collect_view()}</div></Card> }
    };
    let levels: Vec<Choice> = (0..size.levels).map(|at| Choice::new(at, labelled("level", "Level", at))).collect();
    let level_fields = (0..size.levels).map(|at| {
        view! {
            <div class="two-fields">
                <TextField name=name("level", at) label=format!("Level {}", at + 1)/>
                <SelectField name=name("tone", at) label=format!("Colour of level {}", at + 1) choices=choices!(Colour)/>
            </div>
        }
    });
    let level_fields = level_fields.collect_view();
    let cells = cell_fields(size, &levels);
    let within = levels[..levels.len().saturating_sub(1)].to_vec();
    let save = previewed.then(|| {
        view! { <button class="button button-primary" type="submit" name="step" value="save">"Save as a new version"</button> }
    });
    let look = if previewed { "button" } else { "button button-primary" };
    view! {
        <form class="form form-wide" method="post" action="/admin/matrix/edit" novalidate>
            <crate::components::form::HiddenState/>
            {size_fields(size)}
            <div class="grid">
                {scale("likelihood", "Likelihood", size.likelihood)}
                {scale("impact", "Impact", size.impact)}
                <Card title="Levels"><div class="stack">{level_fields}</div></Card>
            </div>
            <Section title="Cells" lead="The level at each likelihood and impact. It must not fall as either rises.">{cells}</Section>
            <div class="w-m"><SelectField name="appetite" label="Highest level within appetite" choices=within/></div>
            <div class="actions">
                <button class=look type="submit" name="step" value="preview">"Show what it would be"</button>
                {save}
                <a class="button button-plain" href="/admin/matrix">"Cancel"</a>
            </div>
        </form>
    }
}

/// What was typed for a step or level, or its number.
fn labelled(kind: &str, title: &str, at: usize) -> String {
    let typed = FormState::current().value(&name(kind, at));
    if typed.trim().is_empty() { format!("{title} {}", at + 1) } else { typed }
}

/// How many steps and levels: another size is a round to the server, so that it works without script.
fn size_fields(size: Size) -> impl IntoView {
    let form = FormState::current();
    let labels = ["Steps of likelihood", "Steps of impact", "Levels"];
    let counts = [size.likelihood, size.impact, size.levels];
    let fields = SIZES.into_iter().zip(labels).zip(counts).map(move |((field, label), count)| {
        let limits = if field == SIZES[2] { LEVELS } else { STEPS };
        let id = crate::components::text::field_id(field);
        let chosen = form.value(field).parse().ok().filter(|n| limits.contains(n)).unwrap_or(count);
        let options = limits.map(|n| view! { <option value=n selected=n == chosen>{n}</option> }).collect_view();
        view! { <div class="field"><label for=id.clone()>{label}</label><select id=id name=field>{options}</select></div> }
    });
    view! {
        <Section title="Size" lead="Fewer steps: the highest go. More: they are added on top. What you typed stays.">
            <div class="size-fields">
                {fields.collect_view()}
                <button class="button" type="submit" name="step" value="size">"Change the size"</button>
            </div>
        </Section>
    }
}

/// A select a cell, in a table, so that it reads like the matrix.
fn cell_fields(size: Size, levels: &[Choice]) -> impl IntoView + use<> {
    let form = FormState::current();
    let columns = std::iter::once(Column::text("Likelihood"))
        .chain((0..size.impact).map(|i| Column::text(format!("Impact: {}", labelled("impact", "step", i)))))
        .collect();
    let rows = (0..size.likelihood).rev().map(|l| {
        let likelihood = labelled("likelihood", "step", l);
        let cells = (0..size.impact).map(|i| {
            let field = cell(l, i);
            let options = levels.iter().map(|level| {
                let selected = form.holds(&field, &level.value);
                view! { <option value=level.value.clone() selected=selected>{level.label.clone()}</option> }
            });
            let options = options.collect_view();
            let label = format!("Level at likelihood {likelihood}, impact {}", labelled("impact", "step", i));
            let id = crate::components::text::field_id(&field);
            view! { <td><select id=id name=field aria-label=label>{options}</select></td> }
        });
        view! { <tr><th scope="row">{likelihood.clone()}</th>{cells.collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    view! { <Table grid=true caption="Levels of the cells" columns>{rows}</Table> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_says_what_a_change_means() {
        let now = Matrix::default();
        let counts = [(0, 4), (1, 3), (2, 2), (3, 1)];
        let mut wish = now.clone();
        wish.levels[0].label = "Small".into();
        assert!(meaning(&now, &wish, &counts)[1].contains("nothing has to be rated again"));
        wish.appetite = 2;
        assert!(meaning(&now, &wish, &counts)[1].contains("1 open risk above it instead of 3"));
        wish.cells[4][0] = 2;
        assert!(meaning(&now, &wish, &counts)[1].contains("10 open risks"));
    }
}
