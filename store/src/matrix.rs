//! The risk matrix and its versions.

use crate::audit::Entry;
use crate::tx::Who;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::policy::{self, Action, Relation};
use domain::risk::matrix::Matrix;
use sqlx::PgConnection;

/// A version of the matrix.
#[derive(Debug, Clone)]
pub struct MatrixVersion {
    /// Its number.
    pub version: i32,
    /// Its content.
    pub matrix: Matrix,
}

/// The matrix in force.
pub async fn current(conn: &mut PgConnection) -> Result<MatrixVersion> {
    let row =
        sqlx::query!("select version, body from matrix_version order by version desc limit 1").fetch_one(conn).await?;
    Ok(MatrixVersion { version: row.version, matrix: serde_json::from_value(row.body)? })
}

/// The matrix in force, for a page that rates.
pub async fn in_force(store: &Store) -> Result<MatrixVersion> {
    let mut conn = store.pool().acquire().await?;
    current(&mut conn).await
}

/// Every version: ratings keep the meaning that they had on theirs.
pub async fn all(conn: &mut PgConnection) -> Result<std::collections::BTreeMap<i32, Matrix>> {
    let rows = sqlx::query!("select version, body from matrix_version").fetch_all(conn).await?;
    rows.into_iter().map(|r| Ok((r.version, serde_json::from_value(r.body)?))).collect()
}

/// Writes version 1 if there is none: the first start. Two programs may try at once.
pub async fn ensure_first(store: &Store) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query!("select pg_advisory_xact_lock(4711)").execute(tx.conn()).await?;
    if sqlx::query_scalar!("select version from matrix_version limit 1").fetch_optional(tx.conn()).await?.is_some() {
        return Ok(());
    }
    let matrix = Matrix::default();
    insert(&mut tx, None, 1, &matrix).await?;
    tx.commit(Who::Program("first start"), Entry::new("matrix.manage", "matrix", None, "version 1").after(&matrix))
        .await
}

/// Follows the matrix in force with a new version.
///
/// # Errors
/// A refusal by field; [`crate::Error::Stale`] when somebody else was quicker.
pub async fn replace(store: &Store, actor: &Actor, on: i32, matrix: &Matrix) -> Result<i32> {
    policy::allow(actor, Action::MatrixManage, Relation::default())?;
    matrix.check()?;
    let mut tx = store.begin().await?;
    sqlx::query!("select pg_advisory_xact_lock(4711)").execute(tx.conn()).await?;
    let before = current(tx.conn()).await?;
    crate::error::same_version(before.version, on)?;
    let version = before.version + 1;
    insert(&mut tx, Some(actor), version, matrix).await?;
    let entry = Entry::new("matrix.manage", "matrix", None, format!("version {version}"));
    tx.commit(actor, entry.before(&before.matrix).after(matrix)).await?;
    Ok(version)
}

async fn insert(tx: &mut crate::Tx, actor: Option<&Actor>, version: i32, matrix: &Matrix) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "insert into matrix_version (version, body, created_by, created_at) values ($1, $2, $3, $4)",
        version,
        serde_json::to_value(matrix)?,
        actor.map(|a| a.id.0),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
