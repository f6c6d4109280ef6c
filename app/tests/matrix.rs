//! The risk matrix in another size, without script: what was typed stays, nothing is saved before it is looked at, and
//! ratings are made on the new one.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod common;

use axum::http::StatusCode;
use common::*;
use domain::actor::Role;
use sqlx::PgPool;

const EDIT: &str = "/admin/matrix/edit";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_administrator_gives_the_matrix_another_size(pool: PgPool) {
    let site = Pages::open(&pool).await;
    let ada = site.person("Ada", Role::Admin).await;
    let page = site.get(&ada, EDIT).await;
    // A size counts whichever button is pressed: looking at it or even saving gives the form that size first.
    let chosen = [
        ("likelihood-steps", "4"),
        ("impact-steps", "6"),
        ("level-count", "5"),
        ("likelihood-1", "Almost never"),
        ("step", "save"),
    ];
    let resized = site.submit(&ada, &page, EDIT, &chosen).await;
    assert_eq!(resized.status, StatusCode::OK);
    assert!(resized.html.contains("The form has the new size") && resized.html.contains("Almost never"));
    let fields: Vec<String> = form(&resized.html, EDIT).into_iter().map(|(name, _)| name).collect();
    let count = |start: &str| fields.iter().filter(|f| f.starts_with(start)).count();
    assert_eq!((count("cell-"), count("level-"), count("tone-")), (24, 6, 5));
    assert!(!fields.contains(&"likelihood-5".to_owned()) && fields.contains(&"impact-6".to_owned()));

    // What is new has to be named.
    let unnamed = site.submit(&ada, &resized, EDIT, &[("step", "preview")]).await;
    assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unnamed.html.contains("href=\"#f-impact-6\"") && unnamed.html.contains("href=\"#f-tone-5\""));
    let named =
        [("impact-6", "Ruinous"), ("level-5", "Grave"), ("tone-5", "grave"), ("cell-4-6", "4"), ("step", "preview")];
    let preview = site.submit(&ada, &unnamed, EDIT, &named).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.html);
    for words in
        ["What it means", "steps of likelihood: 5 \u{2192} 4", "steps of impact: 5 \u{2192} 6", "levels: 4 \u{2192} 5"]
    {
        assert!(preview.html.contains(words), "{words}");
    }
    let saved = site.submit(&ada, &preview, EDIT, &[("step", "save")]).await;
    assert_eq!((saved.status, saved.to.as_str()), (StatusCode::SEE_OTHER, "/admin/matrix?notice=saved"));
    let now = store::matrix::in_force(&site.store).await.unwrap();
    assert_eq!(
        (now.version, now.matrix.likelihood.len(), now.matrix.impact.len(), now.matrix.levels.len()),
        (2, 4, 6, 5)
    );
    assert_eq!(now.matrix.cells[3], [0, 1, 2, 2, 3, 4]);
    assert_eq!(now.matrix.likelihood[0], "Almost never");
    // The next form begins there; a size that no matrix has is no size.
    let page = site.get(&ada, EDIT).await;
    let wrong = site.submit(&ada, &page, EDIT, &[("impact-steps", "9"), ("step", "preview")]).await;
    assert!(wrong.status == StatusCode::OK && !wrong.html.contains("The form has the new size"));
}
