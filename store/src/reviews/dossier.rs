//! Reads all that a committee would decide on, as the dossier that `domain` freezes: nine statements, whatever its size.

use crate::{Error, Result};
use domain::canonical::hex;
use domain::framework::derive::Derived;
use domain::framework::nist;
use domain::ids::{EvidenceRef, MitigationRef, PersonId, RiskRef, SystemId, SystemRef};
use domain::review::dossier::{
    CriterionPart, Dossier, EvidencePart, FORMAT, MatrixPart, MitigationPart, Named, ProfilePart, RatingPart, RiskPart,
    SystemPart, TriagePart,
};
use domain::risk::RatingKind;
use domain::system::Context;
use domain::triage::Outcome;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// The dossier of a system as it stands now; none before its triage.
///
/// # Errors
/// [`Error::NotFound`]; a stored value that this program does not understand.
pub async fn load(conn: &mut PgConnection, system: SystemId) -> Result<Option<Dossier>> {
    let Some((part, triage)) = system_part(conn, system).await? else { return Ok(None) };
    let matrix = crate::matrix::current(conn).await?;
    let (risks, mitigations, evidence) = parts(conn, system).await?;
    Ok(Some(Dossier {
        format: FORMAT,
        system: part,
        triage,
        profile: profile(conn, system).await?,
        matrix: MatrixPart { version: matrix.version, matrix: matrix.matrix },
        risks,
        mitigations,
        criteria: criteria(conn, system).await?,
        evidence,
    }))
}

/// Risks, mitigations and evidence of a system as they stand now; the caller has located it.
pub(crate) async fn parts(
    conn: &mut PgConnection,
    system: SystemId,
) -> Result<(Vec<RiskPart>, Vec<MitigationPart>, Vec<EvidencePart>)> {
    Ok((risks(conn, system).await?, mitigations(conn, system).await?, evidence(conn, system).await?))
}

fn named(id: Option<Uuid>, name: Option<String>) -> Option<Named> {
    Some(Named { id: PersonId(id?), name: name? })
}

/// The system with its models, contributors, triage and override, in one statement.
async fn system_part(conn: &mut PgConnection, system: SystemId) -> Result<Option<(SystemPart, TriagePart)>> {
    let row = sqlx::query!(
        r#"select s.number, s.name, s.purpose, u.name as unit, s.owner_id, p.name as owner, s.stage, s.kind, s.sourcing,
             s.vendor, s.intended_users, s.affected_groups, s.data_categories, s.autonomy, s.oversight, s.runs_where,
             s.tier,
             (select coalesce(jsonb_agg(jsonb_build_object('id', c.person_id, 'name', q.name) order by q.name, q.id), '[]')
                from system_contributor c join person q on q.id = c.person_id where c.system_id = s.id) as "contributors!",
             (select coalesce(jsonb_agg(jsonb_build_object('provider', m.provider, 'name', m.name, 'version', m.version)
                order by m.provider, m.name, m.version), '[]') from system_model m where m.system_id = s.id) as "models!",
             t.answers as "answers?", t.tier as "derived?", t.because as "because?", t.rules_version as "rules_version?",
             o.tier as "overridden?", o.reason as "reason?"
           from system s
           join business_unit u on u.id = s.business_unit_id
           join person p on p.id = s.owner_id
           left join lateral (select answers, tier, because, rules_version from triage_result where system_id = s.id
                              order by answered_at desc, id desc limit 1) t on true
           left join lateral (select tier, reason from tier_override where system_id = s.id
                              order by set_at desc, id desc limit 1) o on true
           where s.id = $1"#,
        system.0
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)?;
    let (Some(tier), Some(answers), Some(derived), Some(because), Some(rules_version)) =
        (row.tier, row.answers, row.derived, row.because, row.rules_version)
    else {
        return Ok(None);
    };
    let because = because.iter().map(|q| q.parse()).collect::<Result<_, _>>()?;
    let derived = Outcome { tier: derived.parse()?, because, rules_version };
    let triage = TriagePart {
        tier: tier.parse()?,
        derived: derived.tier,
        answers: serde_json::from_value(answers)?,
        because: derived.because,
        rules_version,
        override_reason: row.overridden.and(row.reason),
    };
    let mut data_categories =
        row.data_categories.iter().map(|c| c.parse()).collect::<Result<Vec<domain::system::DataCategory>, _>>()?;
    data_categories.sort_unstable();
    let context = Context {
        kind: row.kind.map(|k| k.parse()).transpose()?,
        sourcing: row.sourcing.map(|s| s.parse()).transpose()?,
        vendor: row.vendor,
        intended_users: row.intended_users,
        affected_groups: row.affected_groups,
        data_categories,
        autonomy: row.autonomy.map(|a| a.parse()).transpose()?,
        oversight: row.oversight,
        runs_where: row.runs_where,
        models: serde_json::from_value(row.models)?,
    };
    let part = SystemPart {
        reference: SystemRef(row.number),
        name: row.name,
        purpose: row.purpose,
        unit: row.unit,
        owner: Named { id: PersonId(row.owner_id), name: row.owner },
        contributors: serde_json::from_value(row.contributors)?,
        stage: row.stage.parse()?,
        context,
    };
    Ok(Some((part, triage)))
}

/// The newest rating of each kind, by risk.
async fn ratings(conn: &mut PgConnection, system: SystemId) -> Result<HashMap<(Uuid, RatingKind), RatingPart>> {
    let rows = sqlx::query!(
        r#"select distinct on (g.risk_id, g.kind) g.risk_id, g.kind, g.likelihood, g.impact, g.level, g.matrix_version,
             g.rationale, g.rated_by, p.name as rater, g.rated_at,
             coalesce(v.body #>> array['levels', g.level::text, 'label'], '?') as "level_label!"
           from rating g
           join risk k on k.id = g.risk_id
           join person p on p.id = g.rated_by
           join matrix_version v on v.version = g.matrix_version
           where k.system_id = $1
           order by g.risk_id, g.kind, g.rated_at desc, g.id desc"#,
        system.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            let rating = RatingPart {
                likelihood: r.likelihood,
                impact: r.impact,
                level: r.level,
                level_label: r.level_label,
                matrix_version: r.matrix_version,
                rationale: r.rationale,
                by: Named { id: PersonId(r.rated_by), name: r.rater },
                at: r.rated_at,
            };
            Ok(((r.risk_id, r.kind.parse()?), rating))
        })
        .collect()
}

async fn risks(conn: &mut PgConnection, system: SystemId) -> Result<Vec<RiskPart>> {
    let mut ratings = ratings(conn, system).await?;
    let rows = sqlx::query!(
        r#"select k.id, k.number, k.title, k.cause, k.event, k.consequence, k.characteristic, k.treatment, k.owner_id,
             p.name as "owner?", k.status, k.residual_above
           from risk k left join person p on p.id = k.owner_id
           where k.system_id = $1 order by k.number"#,
        system.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(RiskPart {
                reference: RiskRef(r.number),
                title: r.title,
                cause: r.cause,
                event: r.event,
                consequence: r.consequence,
                characteristic: r.characteristic.parse()?,
                treatment: r.treatment.map(|t| t.parse()).transpose()?,
                owner: named(r.owner_id, r.owner),
                status: r.status.parse()?,
                inherent: ratings.remove(&(r.id, RatingKind::Inherent)),
                residual: ratings.remove(&(r.id, RatingKind::Residual)),
                target: ratings.remove(&(r.id, RatingKind::Target)),
                above_appetite: r.residual_above,
            })
        })
        .collect()
}

async fn mitigations(conn: &mut PgConnection, system: SystemId) -> Result<Vec<MitigationPart>> {
    let rows = sqlx::query!(
        r#"select m.number, m.title, m.kind, m.description, m.assignee_id, p.name as "assignee?", m.due_on, m.status,
             m.decision_id is not null as "condition!",
             array(select k.number from mitigation_risk l join risk k on k.id = l.risk_id
                   where l.mitigation_id = m.id order by k.number) as "risks!"
           from mitigation m left join person p on p.id = m.assignee_id
           where m.system_id = $1 and m.status <> 'dropped' order by m.number"#,
        system.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(MitigationPart {
                reference: MitigationRef(r.number),
                title: r.title,
                kind: r.kind.parse()?,
                description: r.description,
                assignee: named(r.assignee_id, r.assignee),
                due_on: r.due_on,
                status: r.status.parse()?,
                risks: r.risks.into_iter().map(RiskRef).collect(),
                condition: r.condition,
            })
        })
        .collect()
}

/// Criteria in force. Thresholds as the shortest text that reads as the same number.
async fn criteria(conn: &mut PgConnection, system: SystemId) -> Result<Vec<CriterionPart>> {
    let rows = crate::measure::criteria::of(&mut *conn, system).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let vocabulary = crate::measure::vocabulary::load(conn).await?;
    let part = |row: crate::measure::criteria::Row| {
        let (says, c) = (row.criterion.said(&vocabulary), row.criterion);
        CriterionPart {
            reference: row.reference,
            metric: c.metric,
            unit: c.unit,
            scope: c.scope,
            slice: c.slice,
            comparison: c.comparison,
            warn: c.warn.map(|n| n.to_string()),
            fail: c.fail.to_string(),
            characteristic: c.characteristic,
            max_age_days: c.max_age_days,
            min_samples: c.min_samples,
            says,
            note: c.note,
            risks: row.risks,
        }
    };
    Ok(rows.into_iter().map(part).collect())
}

/// The system's answers to the AI RMF, in the framework's order.
async fn profile(conn: &mut PgConnection, system: SystemId) -> Result<Vec<ProfilePart>> {
    let mut rows = crate::profile::rows(conn, Some(system.0), None).await?;
    rows.sort_by_key(|row| nist().position(&row.control));
    let part = |row: crate::profile::Row| {
        let links = &row.links;
        let risks = links.risks.iter().map(ToString::to_string);
        let mitigations = links.mitigations.iter().map(ToString::to_string);
        let evidence = links.evidence.iter().map(ToString::to_string);
        ProfilePart {
            title: nist().get(&row.control).map(|s| s.title.clone()).unwrap_or_default(),
            links: risks.chain(mitigations).chain(evidence).collect(),
            control: row.control,
            state: row.answer.draft.state,
            target: row.answer.draft.target,
            text: row.answer.draft.text,
            reason: row.answer.draft.reason,
            answered_by: Named { id: row.answer.answered_by, name: row.answered_by },
            verified_by: row.verified.map(|(who, _)| who),
        }
    };
    Ok(rows.into_iter().map(part).collect())
}

/// Puts in what the owner would vouch for, as the submission would write it.
pub(super) fn vouch(dossier: &mut Dossier, found: &[Derived]) {
    let owner = dossier.system.owner.clone();
    let (typed, others): (Vec<_>, Vec<_>) = std::mem::take(&mut dossier.profile)
        .into_iter()
        .partition(|part| found.iter().any(|found| found.subcategory == part.control));
    let typed = |control: &str| typed.iter().find(|part| part.control == control);
    dossier.profile = others;
    dossier.profile.extend(found.iter().map(|found| ProfilePart {
        control: found.subcategory.to_owned(),
        title: nist().get(found.subcategory).map(|asked| asked.title.clone()).unwrap_or_default(),
        state: found.state,
        target: typed(found.subcategory).and_then(|part| part.target),
        text: Some(found.sentence.clone()),
        reason: None,
        answered_by: owner.clone(),
        verified_by: None,
        links: typed(found.subcategory).map(|part| part.links.clone()).unwrap_or_default(),
    }));
    dossier.profile.sort_by_key(|part| nist().position(&part.control));
}

async fn evidence(conn: &mut PgConnection, system: SystemId) -> Result<Vec<EvidencePart>> {
    let rows = sqlx::query!(
        r#"select e.number, e.title, e.kind, e.file_name, e.sha256, f.size, e.speaks_of, e.valid_until, e.note,
             array(select k.number from evidence_risk l join risk k on k.id = l.risk_id
                   where l.evidence_id = e.id order by k.number) as "risks!",
             array(select m.number from evidence_mitigation l join mitigation m on m.id = l.mitigation_id
                   where l.evidence_id = e.id order by m.number) as "mitigations!"
           from evidence e join evidence_file f on f.sha256 = e.sha256
           where e.system_id = $1 and e.withdrawn_at is null order by e.number"#,
        system.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(EvidencePart {
                reference: EvidenceRef(r.number),
                title: r.title,
                kind: r.kind.parse()?,
                file_name: r.file_name,
                sha256: hex(&r.sha256),
                size: r.size,
                speaks_of: r.speaks_of,
                valid_until: r.valid_until,
                note: r.note,
                risks: r.risks.into_iter().map(RiskRef).collect(),
                mitigations: r.mitigations.into_iter().map(MitigationRef).collect(),
            })
        })
        .collect()
}
