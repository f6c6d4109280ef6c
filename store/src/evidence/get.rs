//! One piece of evidence, and what can be linked to it.

use super::findings::{Reading, kept};
use super::{Label, find, list::Standing};
use crate::relation::{self, Located};
use crate::{Result, Store};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::ids::{EvidenceId, EvidenceRef, MitigationRef, RiskRef, SystemRef};
use domain::policy::Action;
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// Something of the system that evidence can speak about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// Number of its reference.
    pub number: i64,
    /// What it is called.
    pub title: String,
}

/// Everything about a piece of evidence.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Its id.
    pub id: EvidenceId,
    /// Its reference.
    pub reference: EvidenceRef,
    /// The system that it belongs to.
    pub system: Located,
    /// What is said about it.
    pub label: Label,
    /// Risks that it speaks about.
    pub risks: Vec<Link>,
    /// Mitigations that it speaks about.
    pub mitigations: Vec<Link>,
    /// Whether it counts today.
    pub standing: Standing,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// As we determined it.
    pub media_type: String,
    /// What it says, if it is a result file; none while it has not been read.
    pub reading: Option<Reading>,
    /// Who brought it.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: DateTime<Utc>,
    /// Who changed its label last.
    pub changed_by: String,
    /// Who withdrew it, when and why.
    pub withdrawn: Option<Withdrawn>,
    /// Version of its label.
    pub version: i32,
    /// Whether this person may change it now.
    pub may_change: bool,
}

/// A withdrawal.
#[derive(Debug, Clone)]
pub struct Withdrawn {
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub why: String,
}

/// Reads one.
///
/// # Errors
/// [`crate::Error::NotFound`] when it does not exist or the person may not see it.
pub async fn get(store: &Store, actor: &Actor, reference: EvidenceRef) -> Result<Detail> {
    let mut conn = store.pool().acquire().await?;
    let found = find(&mut conn, actor, reference, false).await?;
    let row = read(&mut conn, found.id).await?;
    let (risks, mitigations): (Vec<Link>, Vec<Link>) =
        (serde_json::from_value(row.risks)?, serde_json::from_value(row.mitigations)?);
    let withdrawn = match (row.withdrawn_by, row.withdrawn_at, row.withdrawn_why) {
        (Some(by), Some(at), Some(why)) => Some(Withdrawn { by, at, why }),
        _ => None,
    };
    let allowed = found.system.allow_change(actor, Action::EvidenceWrite).is_ok();
    Ok(Detail {
        id: EvidenceId(found.id),
        reference,
        label: Label {
            title: row.title,
            kind: row.kind.parse()?,
            speaks_of: row.speaks_of,
            valid_until: row.valid_until,
            note: row.note,
            risks: risks.iter().map(|l| RiskRef(l.number)).collect(),
            mitigations: mitigations.iter().map(|l| MitigationRef(l.number)).collect(),
        },
        risks,
        mitigations,
        standing: Standing::of(row.valid_until, withdrawn.is_some(), store.today()),
        file_name: row.file_name,
        sha256: domain::canonical::hex(&row.sha256),
        size: row.size.unsigned_abs(),
        media_type: row.media_type,
        reading: kept(row.body, row.unread)?,
        uploaded_by: row.uploaded_by,
        uploaded_at: row.uploaded_at,
        changed_by: row.changed_by,
        may_change: allowed && withdrawn.is_none(),
        withdrawn,
        version: row.version,
        system: found.system,
    })
}

struct Raw {
    title: String,
    kind: String,
    speaks_of: chrono::NaiveDate,
    valid_until: Option<chrono::NaiveDate>,
    note: Option<String>,
    file_name: String,
    sha256: Vec<u8>,
    size: i64,
    media_type: String,
    body: Option<serde_json::Value>,
    unread: Option<String>,
    uploaded_by: String,
    uploaded_at: DateTime<Utc>,
    changed_by: String,
    withdrawn_by: Option<String>,
    withdrawn_at: Option<DateTime<Utc>>,
    withdrawn_why: Option<String>,
    version: i32,
    risks: serde_json::Value,
    mitigations: serde_json::Value,
}

async fn read(conn: &mut PgConnection, id: Uuid) -> Result<Raw> {
    Ok(sqlx::query_as!(
        Raw,
        r#"select e.title, e.kind, e.speaks_of, e.valid_until, e.note, e.file_name, e.sha256, f.size, f.media_type,
             x.body as "body?", x.unread as "unread?",
             u.name as uploaded_by, e.uploaded_at, c.name as changed_by, w.name as "withdrawn_by?", e.withdrawn_at,
             e.withdrawn_why, e.version,
             (select coalesce(jsonb_agg(jsonb_build_object('number', r.number, 'title', r.title) order by r.number), '[]')
              from evidence_risk l join risk r on r.id = l.risk_id where l.evidence_id = e.id) as "risks!",
             (select coalesce(jsonb_agg(jsonb_build_object('number', m.number, 'title', m.title) order by m.number), '[]')
              from evidence_mitigation l join mitigation m on m.id = l.mitigation_id where l.evidence_id = e.id)
               as "mitigations!"
           from evidence e
           join evidence_file f on f.sha256 = e.sha256
           join person u on u.id = e.uploaded_by
           join person c on c.id = e.changed_by
           left join person w on w.id = e.withdrawn_by
           join evidence_reading x on x.evidence_id = e.id
           where e.id = $1"#,
        id
    )
    .fetch_one(conn)
    .await?)
}

/// What a form needs: the system, and what its evidence can speak about.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The system.
    pub system: Located,
    /// Its risks that are not closed.
    pub risks: Vec<Link>,
    /// Its mitigations that were not dropped.
    pub mitigations: Vec<Link>,
}

/// Asks whether the person may add evidence, and reads what it can be linked to.
///
/// # Errors
/// [`crate::Error::NotFound`], or a refusal in words.
pub async fn choices(store: &Store, actor: &Actor, system: SystemRef) -> Result<Choices> {
    let mut conn = store.pool().acquire().await?;
    let system = relation::locate(&mut conn, actor, system, false).await?;
    super::reads(actor, &system)?;
    system.allow_change(actor, Action::EvidenceWrite)?;
    let row = sqlx::query!(
        r#"select
             (select coalesce(jsonb_agg(jsonb_build_object('number', number, 'title', title) order by number), '[]')
              from risk where system_id = $1 and status <> 'closed') as "risks!",
             (select coalesce(jsonb_agg(jsonb_build_object('number', number, 'title', title) order by number), '[]')
              from mitigation where system_id = $1 and status <> 'dropped') as "mitigations!""#,
        system.id.0
    )
    .fetch_one(&mut *conn)
    .await?;
    Ok(Choices {
        system,
        risks: serde_json::from_value(row.risks)?,
        mitigations: serde_json::from_value(row.mitigations)?,
    })
}
