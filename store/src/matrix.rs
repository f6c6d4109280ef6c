//! The risk matrix and its versions.

use crate::audit::Entry;
use crate::tx::Who;
use crate::{Result, Store};
use domain::actor::Actor;
use domain::ids::SystemId;
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
    let mut entry = Entry::new("matrix.manage", "matrix", None, format!("version {version}"));
    // An approval goes out of date, or comes back, by an appetite as by any other change of what it rests on.
    for system in on_the_other_side(tx.conn()).await? {
        if crate::reviews::staleness::refresh(&mut tx, system).await? {
            entry = entry.related(system);
        }
    }
    tx.commit(actor, entry.before(&before.matrix).after(matrix)).await?;
    Ok(version)
}

/// Systems with an approval in force whose dossier has a risk on another side of the appetite than the register has now,
/// and those that are out of date already: the new appetite may be the one that they were approved on.
async fn on_the_other_side(conn: &mut PgConnection) -> Result<Vec<SystemId>> {
    let rows = sqlx::query_scalar!(
        "select s.id from system s
         join decision d on d.id = s.decision_id and d.outcome <> 'rejected'
         join dossier b on b.id = d.dossier_id
         where not exists (select from decision_end e where e.decision_id = d.id)
           and (s.stale_since is not null or exists (
             select from jsonb_array_elements(b.body::jsonb -> 'risks') was
             join risk k on k.system_id = s.id and 'R-' || k.number = was ->> 'reference'
             where k.residual_above is distinct from (was ->> 'above_appetite')::boolean))
         order by s.id"
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(SystemId).collect())
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

/// A version in the list of versions.
#[derive(Debug, Clone)]
pub struct Version {
    /// Its number.
    pub version: i32,
    /// Who wrote it; none for the first.
    pub by: Option<String>,
    /// Since when it counts.
    pub at: chrono::DateTime<chrono::Utc>,
    /// Its content.
    pub matrix: Matrix,
}

/// All versions, newest first.
pub async fn versions(store: &Store, actor: &Actor) -> Result<Vec<Version>> {
    policy::allow(actor, Action::MatrixManage, Relation::default())?;
    let rows = sqlx::query!(
        r#"select v.version, v.body, v.created_at, p.name as "by?"
           from matrix_version v left join person p on p.id = v.created_by order by v.version desc limit 100"#
    )
    .fetch_all(store.pool())
    .await?;
    let version = |r: (i32, serde_json::Value, chrono::DateTime<chrono::Utc>, Option<String>)| {
        Ok(Version { version: r.0, matrix: serde_json::from_value(r.1)?, at: r.2, by: r.3 })
    };
    rows.into_iter().map(|r| version((r.version, r.body, r.created_at, r.by))).collect()
}

/// Open risks by the level of their residual rating, of systems that are not retired: what a new appetite would mean.
pub async fn residual_levels(store: &Store, actor: &Actor) -> Result<Vec<(u8, i64)>> {
    policy::allow(actor, Action::MatrixManage, Relation::default())?;
    let rows = sqlx::query!(
        r#"select k.residual_level as "level!", count(*) as "count!"
           from risk k join system s on s.id = k.system_id
           where k.status <> 'closed' and s.stage <> 'retired' and k.residual_level is not null
           group by k.residual_level order by k.residual_level"#
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|r| (u8::try_from(r.level).unwrap_or(u8::MAX), r.count)).collect())
}
