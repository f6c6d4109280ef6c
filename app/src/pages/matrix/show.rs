//! GET /admin/matrix: the matrix in force as a heat map without risks, and all versions.

use crate::{
    components::*,
    server::{Cx, PageResult},
};
use domain::risk::matrix::Matrix;
use leptos::prelude::*;
use store::matrix::{Version, versions};

pub async fn show(cx: Cx) -> PageResult {
    let versions = versions(&cx.store, &cx.actor).await?;
    let current = versions.first().map(|v| (v.version, v.matrix.clone()));
    let rows = changes(versions);
    cx.page("Risk matrix", || {
        let now = current.map(|(version, matrix)| {
            view! {
                <Section title=format!("Version {version}, in force")>
                    {preview(&matrix)}
                    <p>{appetite(&matrix)}</p>
                </Section>
            }
        });
        view! {
            <PageHeader title="Risk matrix" crumbs=vec![Crumb::new("Administration", "/admin")]
                action="Change the matrix" action_href="/admin/matrix/edit"
                lead="A version is never changed, only followed: what was rated on an older one keeps its meaning."/>
            {now}
            <Section title="Versions">
                <Table caption="Versions of the risk matrix" columns=vec![
                    Column::number("Version"), Column::text("Since"), Column::text("By"), Column::text("What changed"),
                ]>{rows.collect_view()}</Table>
            </Section>
        }
    })
}

fn changes(versions: Vec<Version>) -> impl Iterator<Item = impl IntoView> {
    let older: Vec<Option<Matrix>> = versions.iter().skip(1).map(|v| Some(v.matrix.clone())).chain([None]).collect();
    versions.into_iter().zip(older).map(|(version, before)| {
        let what = before.map_or_else(|| "The first one".to_string(), |before| difference(&before, &version.matrix));
        view! {
            <tr>
                <td class="num">{version.version}</td>
                <td><Instant at=version.at/></td>
                <td>{version.by.unwrap_or_else(|| "Countersign".into())}</td>
                <td>{what}</td>
            </tr>
        }
    })
}

/// What differs, in words.
pub(super) fn difference(before: &Matrix, after: &Matrix) -> String {
    let mut parts = Vec::new();
    let mut size = |what: &str, before: usize, after: usize| {
        if before != after {
            parts.push(format!("{what}: {before} \u{2192} {after}"));
        }
    };
    size("steps of likelihood", before.likelihood.len(), after.likelihood.len());
    size("steps of impact", before.impact.len(), after.impact.len());
    size("levels", before.levels.len(), after.levels.len());
    // What came or went is said already: labels and cells are compared where both have them.
    let differ = |a: &[String], b: &[String]| a.iter().zip(b).any(|(a, b)| a != b);
    if differ(&before.likelihood, &after.likelihood) || differ(&before.impact, &after.impact) {
        parts.push("labels of a scale".to_string());
    }
    if before.levels.iter().zip(&after.levels).any(|(a, b)| a != b) {
        parts.push("labels or colours of levels".to_string());
    }
    let rows = before.cells.iter().zip(&after.cells);
    let cells = rows.flat_map(|(a, b)| a.iter().zip(b)).filter(|(a, b)| a != b).count();
    if cells > 0 {
        parts.push(crate::format::count(cells as i64, "cell", "cells"));
    }
    if before.appetite != after.appetite {
        parts.push(format!("appetite: {} \u{2192} {}", before.label(before.appetite), after.label(after.appetite)));
    }
    if parts.is_empty() { "Nothing".to_string() } else { parts.join("; ") }
}

/// What lies within appetite.
pub(super) fn appetite(matrix: &Matrix) -> String {
    format!("Within appetite: {} and lower. Anything above needs the chair.", matrix.label(matrix.appetite))
}

/// The matrix itself: a heat map whose cells say their level, without numbers of risks.
pub(super) fn preview(matrix: &Matrix) -> impl IntoView + use<> {
    let heads = matrix.impact.iter().map(|label| view! { <th scope="col">{label.clone()}</th> }).collect_view();
    let rows = matrix.likelihood.iter().zip(&matrix.cells).rev().map(|(label, row)| {
        let cells = row.iter().map(|level| {
            let beyond = matrix.above_appetite(*level).then_some("above appetite");
            view! {
                <td data-level=matrix.tone(*level).as_str()>
                    <span class="heatmap-none"><span class="heatmap-level">{matrix.label(*level).to_string()}</span>
                        {beyond.map(|text| view! { <span class="heatmap-level">{text}</span> })}</span>
                </td>
            }
        });
        view! { <tr><th scope="row">{label.clone()}</th>{cells.collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <figure class="heatmap">
            <div class="heatmap-frame">
                <table>
                    <caption>"Levels by likelihood and impact"</caption>
                    <thead><tr><th scope="col" class="heatmap-corner"><span>"Impact \u{2192}"</span><span>"\u{2193} Likelihood"</span></th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </figure>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_words() {
        let before = Matrix::default();
        let mut after = before.clone();
        assert_eq!(difference(&before, &after), "Nothing");
        after.appetite = 2;
        after.cells[0][4] = 2;
        after.impact[0] = "None".into();
        assert_eq!(difference(&before, &after), "labels of a scale; 1 cell; appetite: Medium \u{2192} High");
        let mut after = before.clone();
        after.impact.pop();
        after.cells.iter_mut().for_each(|row| row.truncate(4));
        assert_eq!(difference(&before, &after), "steps of impact: 5 \u{2192} 4");
    }
}
