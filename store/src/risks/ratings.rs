//! Ratings as they are written: the level is the matrix's, never the client's.

use crate::{Result, Tx, matrix};
use domain::actor::Actor;
use domain::error::{FieldErrors, Refusal};
use domain::ids::RiskId;
use domain::risk::RatingKind;
use domain::risk::matrix::Point;
use serde_json::json;
use uuid::Uuid;

/// A rating to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRating {
    /// Which one.
    pub kind: RatingKind,
    /// Where on the matrix in force.
    pub at: Point,
    /// Why.
    pub rationale: Option<String>,
}

/// Adds ratings of one or several risks in one statement, on the matrix in force; gives them back for the audit trail.
pub(crate) async fn insert(tx: &mut Tx, actor: &Actor, new: &[(RiskId, &NewRating)]) -> Result<Vec<serde_json::Value>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let current = matrix::current(tx.conn()).await?;
    let mut levels = Vec::with_capacity(new.len());
    let mut errors = FieldErrors::default();
    for (_, rating) in new {
        match current.matrix.level(rating.at) {
            Some(level) => levels.push(i16::from(level)),
            None => errors.add("likelihood", "Choose likelihood and impact from the matrix"),
        }
    }
    errors.into_result().map_err(Refusal::from)?;
    let ids: Vec<Uuid> = new.iter().map(|_| tx.new_id()).collect();
    let risks: Vec<Uuid> = new.iter().map(|(risk, _)| risk.0).collect();
    let kinds: Vec<String> = new.iter().map(|(_, r)| r.kind.to_string()).collect();
    let likelihoods: Vec<i16> = new.iter().map(|(_, r)| r.at.likelihood).collect();
    let impacts: Vec<i16> = new.iter().map(|(_, r)| r.at.impact).collect();
    let rationales: Vec<Option<String>> = new.iter().map(|(_, r)| r.rationale.clone()).collect();
    let now = tx.now();
    sqlx::query!(
        "insert into rating (id, risk_id, kind, likelihood, impact, level, rationale, matrix_version, rated_by, rated_at)
         select n.*, $8, $9, $10
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::smallint[], $6::smallint[], $7::text[]) n",
        &ids,
        &risks,
        &kinds,
        &likelihoods,
        &impacts,
        &levels,
        &rationales as &[Option<String>],
        current.version,
        actor.id.0,
        now
    )
    .execute(tx.conn())
    .await?;
    let written = new.iter().zip(levels).map(|((risk, rating), level)| {
        json!({
            "risk": risk,
            "kind": rating.kind,
            "likelihood": rating.at.likelihood,
            "impact": rating.at.impact,
            "level": level,
            "level_label": current.matrix.label(u8::try_from(level).unwrap_or_default()),
            "matrix_version": current.version,
            "rationale": rating.rationale,
        })
    });
    Ok(written.collect())
}
