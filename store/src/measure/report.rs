//! The TEVV report of a system, from one snapshot.

use super::board;
use crate::relation::{Located, locate};
use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::evidence::findings::Findings;
use domain::ids::{CriterionRef, DecisionRef, EvidenceRef, RiskRef, SystemId, SystemRef};
use domain::report::tevv::{Facts, Source, tevv};
use domain::report::{Document, SignOff};
use domain::review::Choice;
use domain::review::dossier::EvidencePart;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The report of today.
///
/// # Errors
/// [`Error::NotFound`] when the system does not exist or the person may not see its content.
pub async fn report(store: &Store, actor: &Actor, reference: SystemRef) -> Result<(Located, Document)> {
    let mut tx = store.begin().await?;
    sqlx::query!("set transaction isolation level repeatable read read only").execute(tx.conn()).await?;
    let located = locate(tx.conn(), actor, reference, false).await?;
    if !located.sees_content(actor) {
        return Err(Error::NotFound);
    }
    let (purpose, about) = about(tx.conn(), located.id, store.today()).await?;
    let board = board::of(tx.conn(), located.clone(), store.today()).await?;
    let (_, _, evidence) = crate::reviews::dossier::parts(tx.conn(), located.id).await?;
    let brought = brought(tx.conn(), located.id).await?;
    let sign_offs = sign_offs(tx.conn(), located.id).await?;
    let read: BTreeMap<EvidenceRef, &Findings> = board.evidence.iter().map(|e| (e.reference, &e.findings)).collect();
    let risks: Vec<(CriterionRef, Vec<RiskRef>)> =
        board.criteria.iter().map(|row| (row.reference, row.risks.clone())).collect();
    let sources = evidence.iter().map(|part| source(part, &brought, &read)).collect();
    let document = tevv(&Facts {
        reference: reference.to_string(),
        name: &located.name,
        purpose: &purpose,
        about,
        scorecard: &board.scorecard,
        risks,
        sources,
        sign_offs,
        today: board.today,
    });
    Ok((located, document))
}

fn source<'a>(
    part: &'a EvidencePart,
    brought: &'a BTreeMap<i64, String>,
    read: &BTreeMap<EvidenceRef, &'a Findings>,
) -> Source<'a> {
    Source {
        reference: part.reference,
        title: &part.title,
        kind: part.kind.label(),
        file_name: &part.file_name,
        sha256: &part.sha256,
        speaks_of: part.speaks_of,
        valid_until: part.valid_until,
        uploaded_by: brought.get(&part.reference.0).map_or("", String::as_str),
        findings: read.get(&part.reference).copied(),
    }
}

/// Who brought which evidence.
async fn brought(conn: &mut PgConnection, system: SystemId) -> Result<BTreeMap<i64, String>> {
    let rows = sqlx::query!(
        "select e.number, p.name from evidence e join person p on p.id = e.uploaded_by where e.system_id = $1",
        system.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|r| (r.number, r.name)).collect())
}

/// Purpose, and what the title block says.
async fn about(
    conn: &mut PgConnection,
    system: SystemId,
    today: chrono::NaiveDate,
) -> Result<(String, Vec<(String, String)>)> {
    let row = sqlx::query!(
        r#"select s.purpose, s.stage, s.tier, u.name as unit, p.name as owner,
             system_status(s.stage, s.tier, t.open_state, t.outcome, t.ended, t.valid_until, t.condition_due,
               s.stale_since, $2) as "status!",
             array(select trim(m.provider || ' ' || m.name || ' ' || m.version) from system_model m
                   where m.system_id = s.id order by 1) as "models!"
           from system s
           join business_unit u on u.id = s.business_unit_id
           join person p on p.id = s.owner_id
           join system_standing t on t.system_id = s.id
           where s.id = $1"#,
        system.0,
        today
    )
    .fetch_one(conn)
    .await?;
    let (stage, status): (domain::system::Stage, domain::system::Status) = (row.stage.parse()?, row.status.parse()?);
    let tier: Option<domain::triage::Tier> = row.tier.map(|t| t.parse()).transpose()?;
    let pair = |label: &str, text: String| (label.to_owned(), text);
    let models = if row.models.is_empty() { "not stated".to_owned() } else { row.models.join(", ") };
    let about = vec![
        pair("Owner", row.owner),
        pair("Business unit", row.unit),
        pair("Stage", stage.label().to_owned()),
        pair("Tier", tier.map_or("not triaged", |t| t.label()).to_owned()),
        pair("Standing", status.label().to_owned()),
        pair("Models", models),
    ];
    Ok((row.purpose, about))
}

/// The votes that the newest decision counted, and its closing.
async fn sign_offs(conn: &mut PgConnection, system: SystemId) -> Result<Vec<SignOff>> {
    let decision = sqlx::query!(
        "select d.number, d.dossier_id, d.decided_by_name, d.decided_at, d.outcome, d.dossier_sha256
         from decision d join system s on s.decision_id = d.id where s.id = $1",
        system.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(decision) = decision else { return Ok(Vec::new()) };
    let votes = sqlx::query!(
        "select voter_name, voter_chair, choice, signed_at from vote where dossier_id = $1 order by signed_at, voter_name",
        decision.dossier_id
    )
    .fetch_all(conn)
    .await?;
    let hash = domain::canonical::hex(&decision.dossier_sha256);
    let at = |instant: chrono::DateTime<chrono::Utc>| instant.format("%Y-%m-%d %H:%M UTC").to_string();
    let mut all = Vec::new();
    for vote in votes {
        let choice: Choice = vote.choice.parse()?;
        all.push(SignOff {
            name: vote.voter_name,
            role: if vote.voter_chair { "Committee chair" } else { "Committee member" }.to_owned(),
            meaning: choice.label().to_owned(),
            at: at(vote.signed_at),
            hash: hash.clone(),
        });
    }
    let outcome: domain::review::Outcome = decision.outcome.parse()?;
    all.push(SignOff {
        name: decision.decided_by_name,
        role: "Chair, closing the review".to_owned(),
        meaning: format!("{}: {}", DecisionRef(decision.number), outcome.label()),
        at: at(decision.decided_at),
        hash,
    });
    Ok(all)
}
