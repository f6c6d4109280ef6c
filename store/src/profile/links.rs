//! What stands behind an answer: risks, mitigations and evidence.

use crate::Result;
use domain::error::Refusal;
use domain::ids::{EvidenceRef, MitigationRef, RiskRef};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// Most things that one answer rests on.
const LINKS_MAX: usize = 50;

/// References, each once, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// Risks.
    pub risks: Vec<RiskRef>,
    /// Mitigations.
    pub mitigations: Vec<MitigationRef>,
    /// Evidence.
    pub evidence: Vec<EvidenceRef>,
}

impl Links {
    /// Reads "R-3, E-9 M-2".
    ///
    /// # Errors
    /// What it could not read, in words.
    pub fn parse(typed: &str) -> std::result::Result<Self, String> {
        let mut links = Self::default();
        for word in typed.split([',', ';', ' ', '\n', '\t']).map(str::trim).filter(|word| !word.is_empty()) {
            let word = word.to_uppercase();
            if let Ok(risk) = word.parse() {
                links.risks.push(risk);
            } else if let Ok(mitigation) = word.parse() {
                links.mitigations.push(mitigation);
            } else if let Ok(evidence) = word.parse() {
                links.evidence.push(evidence);
            } else {
                return Err("Write references such as R-3, M-2 or E-9".to_owned());
            }
        }
        Ok(links.sorted())
    }

    /// Each once, in their order.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.risks.sort_unstable();
        self.risks.dedup();
        self.mitigations.sort_unstable();
        self.mitigations.dedup();
        self.evidence.sort_unstable();
        self.evidence.dedup();
        self
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.risks.len() + self.mitigations.len() + self.evidence.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let risks = self.risks.iter().map(ToString::to_string);
        let mitigations = self.mitigations.iter().map(ToString::to_string);
        let evidence = self.evidence.iter().map(ToString::to_string);
        f.write_str(&risks.chain(mitigations).chain(evidence).collect::<Vec<_>>().join(", "))
    }
}

/// The ids behind the references: of this system, or of any for the organisation, whose own register it is.
pub(super) struct Found {
    risks: Vec<Uuid>,
    mitigations: Vec<Uuid>,
    evidence: Vec<Uuid>,
}

/// All of them must belong to the system.
pub(super) async fn find(conn: &mut PgConnection, system: Option<Uuid>, links: &Links) -> Result<Found> {
    if links.len() > LINKS_MAX {
        return Err(Refusal::field("links", format!("Name at most {LINKS_MAX}")).into());
    }
    let risks: Vec<i64> = links.risks.iter().map(|r| r.0).collect();
    let mitigations: Vec<i64> = links.mitigations.iter().map(|r| r.0).collect();
    let evidence: Vec<i64> = links.evidence.iter().map(|r| r.0).collect();
    let row = sqlx::query!(
        r#"select array(select id from risk where number = any($2) and ($1::uuid is null or system_id = $1)) as "risks!",
             array(select id from mitigation where number = any($3) and ($1::uuid is null or system_id = $1))
               as "mitigations!",
             array(select id from evidence where number = any($4) and ($1::uuid is null or system_id = $1)) as "evidence!""#,
        system,
        &risks,
        &mitigations,
        &evidence
    )
    .fetch_one(conn)
    .await?;
    let found = Found { risks: row.risks, mitigations: row.mitigations, evidence: row.evidence };
    if found.risks.len() + found.mitigations.len() + found.evidence.len() == links.len() {
        return Ok(found);
    }
    let what =
        if system.is_some() { "Name what belongs to this system" } else { "One of these is not in the register" };
    Err(Refusal::field("links", what).into())
}

/// Makes the links these; those that stay are not touched.
pub(super) async fn set(conn: &mut PgConnection, answer: Uuid, found: &Found) -> Result<()> {
    sqlx::query!(
        "delete from profile_link where answer_id = $1 and not coalesce(risk_id = any($2), mitigation_id = any($3),
           evidence_id = any($4))",
        answer,
        &found.risks,
        &found.mitigations,
        &found.evidence
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into profile_link (answer_id, risk_id, mitigation_id, evidence_id)
         select $1::uuid, x, null::uuid, null::uuid from unnest($2::uuid[]) x union all
         select $1, null, x, null from unnest($3::uuid[]) x union all
         select $1, null, null, x from unnest($4::uuid[]) x
         on conflict do nothing",
        answer,
        &found.risks,
        &found.mitigations,
        &found.evidence
    )
    .execute(conn)
    .await?;
    Ok(())
}
