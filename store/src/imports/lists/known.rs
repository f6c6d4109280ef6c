//! What the register has, as far as an import of risks or mitigations must know it: a fixed number of statements.

use crate::Result;
use domain::import::lists::{Kind, KnownMitigation, KnownRisk, KnownSystem, Register};
use domain::risk::RiskText;
use domain::risk::matrix::Point;
use sqlx::PgConnection;

/// Reads it. With `lock`, systems stay as they are until the transaction ends.
pub(super) async fn read(conn: &mut PgConnection, kind: Kind, lock: bool) -> Result<Register> {
    if lock {
        sqlx::query!("select id from system order by id for update").fetch_all(&mut *conn).await?;
    }
    let systems = sqlx::query_as!(
        KnownSystem,
        r#"select s.number, s.name, exists (select from review r where r.id = s.open_review_id
             and r.state in ('submitted', 'in_review')) as "under_review!" from system s order by s.number"#
    )
    .fetch_all(&mut *conn)
    .await?;
    let people = super::super::known::possible_owners(conn).await?.into_iter().map(|p| p.email).collect();
    let matrix = crate::matrix::current(conn).await?.matrix;
    let risks = risks(conn).await?;
    let mitigations = if kind == Kind::Mitigations { mitigations(conn).await? } else { Vec::new() };
    Ok(Register { systems, people, risks, mitigations, matrix })
}

async fn risks(conn: &mut PgConnection) -> Result<Vec<KnownRisk>> {
    let rows = sqlx::query!(
        r#"select k.number, s.number as system, k.title, k.cause, k.event, k.consequence, k.characteristic, k.treatment,
             p.email as "owner?", k.inherent_likelihood, k.inherent_impact, k.residual_likelihood, k.residual_impact,
             k.status = 'closed' as "closed!"
           from risk k join system s on s.id = k.system_id left join person p on p.id = k.owner_id order by k.number"#
    )
    .fetch_all(conn)
    .await?;
    let point = |likelihood: Option<i16>, impact: Option<i16>| Some(Point { likelihood: likelihood?, impact: impact? });
    rows.into_iter()
        .map(|r| {
            Ok(KnownRisk {
                number: r.number,
                system: r.system,
                text: RiskText {
                    title: r.title,
                    cause: r.cause,
                    event: r.event,
                    consequence: r.consequence,
                    characteristic: r.characteristic.parse()?,
                },
                treatment: r.treatment.map(|t| t.parse()).transpose()?,
                owner: r.owner,
                inherent: point(r.inherent_likelihood, r.inherent_impact),
                residual: point(r.residual_likelihood, r.residual_impact),
                closed: r.closed,
            })
        })
        .collect()
}

async fn mitigations(conn: &mut PgConnection) -> Result<Vec<KnownMitigation>> {
    let rows = sqlx::query!(
        r#"select m.number, s.number as system, m.title, m.kind, m.description, p.email as "assignee?", m.due_on, m.status,
             m.decision_id is not null as "condition!", v.email as "verified_by?",
             array(select k.number from mitigation_risk r join risk k on k.id = r.risk_id
                   where r.mitigation_id = m.id order by 1) as "risks!"
           from mitigation m join system s on s.id = m.system_id
           left join person p on p.id = m.assignee_id left join person v on v.id = m.verified_by
           order by m.number"#
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(KnownMitigation {
                number: r.number,
                system: r.system,
                title: r.title,
                kind: r.kind.parse()?,
                description: r.description,
                assignee: r.assignee,
                due_on: r.due_on,
                status: r.status.parse()?,
                condition: r.condition,
                verified_by: r.verified_by,
                risks: r.risks,
            })
        })
        .collect()
}
