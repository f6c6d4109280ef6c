//! The 5×5 heat map: a real table whose cells count risks and lead to them; arrows show how mitigations moved them, a
//! line shows the appetite. Colour is never alone: each cell says its level.

use domain::risk::matrix::{Matrix, Point, Tone};
use leptos::prelude::*;

/// Width and height of a cell in the drawing: about the ratio that they have on a wide screen, so that arrows keep
/// their shape. The table's cells are all of one size.
const WIDTH: i32 = 190;
const HEIGHT: i32 = 100;
/// How far from the middle of a cell an arrow begins and ends, to leave room for its number.
const ROOM: f64 = 38.0;

/// One cell.
#[derive(Clone, Debug)]
pub struct HeatmapCell {
    /// How the level looks.
    pub tone: Tone,
    /// The level's label.
    pub label: String,
    /// Risks in it.
    pub count: i64,
    /// Where they are listed.
    pub href: Option<String>,
    /// Whether the cell lies above the appetite.
    pub above: bool,
}

/// Risks that moved from one cell (inherent) to another (residual); likelihood and impact from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeatmapArrow {
    pub from: (usize, usize),
    pub to: (usize, usize),
    pub count: i64,
}

/// All that the map shows. `cells[likelihood - 1][impact - 1]`.
#[derive(Clone, Debug, Default)]
pub struct HeatmapData {
    /// "Residual risks of all systems".
    pub caption: String,
    /// Labels from the least likely to the most likely.
    pub likelihood: Vec<String>,
    /// Labels from the least to the greatest impact.
    pub impact: Vec<String>,
    pub cells: Vec<Vec<HeatmapCell>>,
    pub arrows: Vec<HeatmapArrow>,
}

impl HeatmapData {
    /// The map of a matrix. `cell` gives the number of risks at a point and where they are listed.
    pub fn new(
        matrix: &Matrix,
        caption: impl Into<String>,
        cell: impl Fn(Point) -> (i64, String),
        arrows: Vec<HeatmapArrow>,
    ) -> Self {
        let at = |likelihood: usize, impact: usize, level: u8| {
            let point = Point { likelihood: likelihood as i16 + 1, impact: impact as i16 + 1 };
            let (count, href) = cell(point);
            let label = matrix.label(level).to_string();
            HeatmapCell {
                tone: matrix.tone(level),
                label,
                count,
                href: Some(href),
                above: matrix.above_appetite(level),
            }
        };
        let row = |(l, row): (usize, &Vec<u8>)| row.iter().enumerate().map(|(i, level)| at(l, i, *level)).collect();
        Self {
            caption: caption.into(),
            likelihood: matrix.likelihood.clone(),
            impact: matrix.impact.clone(),
            cells: matrix.cells.iter().enumerate().map(row).collect(),
            arrows,
        }
    }
}

/// The map.
#[component]
pub fn Heatmap(data: HeatmapData) -> impl IntoView {
    let HeatmapData { caption, likelihood, impact, cells, arrows } = data;
    let (rows, columns) = (likelihood.len() as i32, impact.len() as i32);
    let drawing = drawing(&cells, &arrows, rows, columns);
    let text = arrows_text(&arrows, &likelihood, &impact);
    let heads = impact.iter().map(|label| view! { <th scope="col">{label.clone()}</th> }).collect_view();
    let body = likelihood
        .into_iter()
        .zip(cells)
        .rev()
        .map(|(label, row)| {
            let row = row.into_iter().map(cell).collect_view();
            view! { <tr><th scope="row">{label}</th>{row}</tr> }
        })
        .collect_view();
    view! {
        <figure class="heatmap">
            <div class="heatmap-frame">
                <table>
                    <caption>{caption}</caption>
                    <thead><tr><th scope="col" class="heatmap-corner"><span>"Impact \u{2192}"</span><span>"\u{2193} Likelihood"</span></th>{heads}</tr></thead>
                    <tbody>{body}</tbody>
                </table>
                {drawing}
            </div>
            <figcaption class="heatmap-key">
                <span><span class="heatmap-key-line" aria-hidden="true"></span>"Appetite: cells beyond the line need the chair"</span>
                {(!text.is_empty()).then(|| view! {
                    <details><summary>"Arrows in words: from inherent to residual"</summary>
                        <ul>{text.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                    </details>
                })}
            </figcaption>
        </figure>
    }
}

fn cell(cell: HeatmapCell) -> impl IntoView {
    let risks = if cell.count == 1 { " risk, " } else { " risks, " };
    let beyond = if cell.above { ", above appetite" } else { "" };
    let inner = view! {
        <b class="num">{crate::format::number(cell.count)}</b>
        <span class="sr-only">{risks}</span>
        <span class="heatmap-level">{cell.label}</span>
        <span class="sr-only">{beyond}</span>
    };
    let inner = match cell.href.filter(|_| cell.count > 0) {
        Some(href) => view! { <a href=href>{inner}</a> }.into_any(),
        None => view! { <span class="heatmap-none">{inner}</span> }.into_any(),
    };
    view! { <td data-level=cell.tone.as_str()>{inner}</td> }
}

/// Appetite line and arrows over the cells.
fn drawing(cells: &[Vec<HeatmapCell>], arrows: &[HeatmapArrow], rows: i32, columns: i32) -> impl IntoView + use<> {
    let lines = arrows.iter().filter(|arrow| arrow.from != arrow.to).map(|arrow| {
        let ((x1, y1), (x2, y2)) = ends(centre(arrow.from, rows), centre(arrow.to, rows));
            let width = (2 + arrow.count.min(12) / 4).to_string();
        view! {
            <line x1=x1.to_string() y1=y1.to_string() x2=x2.to_string() y2=y2.to_string() stroke-width=width marker-end="url(#heatmap-tip)"></line>
        }
    }).collect_view();
    let view_box = format!("0 0 {} {}", columns * WIDTH, rows * HEIGHT);
    view! {
        <svg class="heatmap-drawing" viewBox=view_box preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <defs>
                <marker id="heatmap-tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="14" markerHeight="14" markerUnits="userSpaceOnUse" orient="auto">
                    <path d="M0 0 8 4 0 8Z"></path>
                </marker>
            </defs>
            <path class="heatmap-appetite" d=appetite(cells, rows)></path>
            <g class="heatmap-arrows">{lines}</g>
        </svg>
    }
}

/// The middle of a cell; the most likely row is on top.
fn centre((likelihood, impact): (usize, usize), rows: i32) -> (i32, i32) {
    let x = (impact as i32 - 1) * WIDTH + WIDTH / 2;
    let y = (rows - likelihood as i32) * HEIGHT + HEIGHT / 2;
    (x, y)
}

/// Where an arrow begins and ends between the middles of two cells.
fn ends(from: (i32, i32), to: (i32, i32)) -> ((i32, i32), (i32, i32)) {
    let (dx, dy) = (f64::from(to.0 - from.0), f64::from(to.1 - from.1));
    let length = dx.hypot(dy).max(1.0);
    let (x, y) = ((dx / length * ROOM).round() as i32, (dy / length * ROOM).round() as i32);
    ((from.0 + x, from.1 + y), (to.0 - x, to.1 - y))
}

/// The border between cells within and above the appetite, as one path of short strokes.
fn appetite(cells: &[Vec<HeatmapCell>], rows: i32) -> String {
    let above = |l: usize, i: usize| cells.get(l).and_then(|row| row.get(i)).map(|cell| cell.above);
    let mut path = String::new();
    for (l, row) in cells.iter().enumerate() {
        for (i, cell) in row.iter().enumerate() {
            let (x, y) = (i as i32 * WIDTH, (rows - 1 - l as i32) * HEIGHT);
            if above(l, i + 1).is_some_and(|right| right != cell.above) {
                path.push_str(&format!("M{} {y}v{HEIGHT}", x + WIDTH));
            }
            if above(l + 1, i).is_some_and(|over| over != cell.above) {
                path.push_str(&format!("M{x} {y}h{WIDTH}"));
            }
        }
    }
    path
}

fn arrows_text(arrows: &[HeatmapArrow], likelihood: &[String], impact: &[String]) -> Vec<String> {
    let name = |(l, i): (usize, usize)| {
        let part = |labels: &[String], n: usize| labels.get(n.wrapping_sub(1)).cloned().unwrap_or_default();
        format!("{} \u{d7} {}", part(likelihood, l), part(impact, i))
    };
    let moved = arrows.iter().filter(|arrow| arrow.from != arrow.to);
    moved
        .map(|a| {
            format!("{}: {} \u{2192} {}", crate::format::count(a.count, "risk", "risks"), name(a.from), name(a.to))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_appetite_line_runs_between_cells_that_differ() {
        let cell = |above| HeatmapCell { tone: Tone::Calm, label: String::new(), count: 0, href: None, above };
        let cells = vec![vec![cell(false), cell(false)], vec![cell(false), cell(true)]];
        // The upper right cell: a stroke at its left, one below it.
        assert_eq!(appetite(&cells, 2), "M190 100h190M190 0v100");
        assert_eq!(centre((2, 1), 2), (95, 50));
    }
}
