//! What readiness is judged from: one statement, for one system or for several.

use crate::{Error, Result};
use chrono::NaiveDate;
use domain::framework::State;
use domain::framework::derive::{Derived, Known, derive};
use domain::framework::required::missing;
use domain::ids::SystemId;
use domain::readiness::Facts;
use domain::system::Context;
use domain::triage::Tier;
use sqlx::PgConnection;
use std::collections::HashMap;

/// The facts about one system. The context's models are left out: readiness does not ask for them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn facts(conn: &mut PgConnection, system: SystemId, today: NaiveDate) -> Result<Facts> {
    facts_of(conn, &[system], today).await?.remove(&system).ok_or(Error::NotFound)
}

/// The facts about several systems, in one statement.
pub async fn facts_of(
    conn: &mut PgConnection,
    systems: &[SystemId],
    today: NaiveDate,
) -> Result<HashMap<SystemId, Facts>> {
    let ids: Vec<_> = systems.iter().map(|s| s.0).collect();
    let rows = sqlx::query!(
        r#"select s.id, s.tier, s.kind, s.sourcing, s.vendor, s.intended_users, s.affected_groups, s.data_categories,
             s.autonomy, s.oversight, s.runs_where,
             k.risks as "risks!", k.unrated as "unrated!", k.untreated as "untreated!", k.unmitigated as "unmitigated!",
             (select count(*) from mitigation m where m.system_id = s.id and m.status <> 'dropped'
              and (m.assignee_id is null or m.due_on is null)) as "unassigned!",
             (select coalesce(array_agg(distinct e.kind), '{}') from evidence e where e.system_id = s.id
              and e.withdrawn_at is null and (e.valid_until is null or e.valid_until >= $2)) as "evidence!",
             array(select a.control from profile_answer a where a.system_id = s.id and a.framework = 'nist-ai-rmf'
                   and a.state <> 'not_started') as "answered!",
             (select count(*) from comment c where c.review_id = s.open_review_id and c.parent_id is null
              and c.resolved_at is null) as "comments!"
           from system s
           cross join lateral (
             select count(*) as risks,
               count(*) filter (where r.inherent_level is null or r.residual_level is null) as unrated,
               count(*) filter (where r.treatment is null) as untreated,
               count(*) filter (where r.treatment = 'mitigate' and not exists (
                 select from mitigation_risk x join mitigation m on m.id = x.mitigation_id
                 where x.risk_id = r.id and m.status <> 'dropped')) as unmitigated
             from risk r where r.system_id = s.id and r.status <> 'closed') k
           where s.id = any($1)"#,
        &ids,
        today,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let context = Context {
                kind: row.kind.map(|w| w.parse()).transpose()?,
                sourcing: row.sourcing.map(|w| w.parse()).transpose()?,
                vendor: row.vendor,
                intended_users: row.intended_users,
                affected_groups: row.affected_groups,
                data_categories: row.data_categories.iter().map(|w| w.parse()).collect::<Result<_, _>>()?,
                autonomy: row.autonomy.map(|w| w.parse()).transpose()?,
                oversight: row.oversight,
                runs_where: row.runs_where,
                models: Vec::new(),
            };
            let tier: Option<Tier> = row.tier.map(|w| w.parse()).transpose()?;
            let count = |n: i64| usize::try_from(n).unwrap_or_default();
            let mut facts = Facts {
                tier,
                context,
                risks: count(row.risks),
                risks_unrated: count(row.unrated),
                risks_untreated: count(row.untreated),
                risks_unmitigated: count(row.unmitigated),
                mitigations_unassigned: count(row.unassigned),
                evidence: row.evidence.iter().map(|w| w.parse()).collect::<Result<_, _>>()?,
                profile_open: Vec::new(),
                open_comments: count(row.comments),
            };
            facts.profile_open = open_questions(&facts, &row.answered);
            Ok((SystemId(row.id), facts))
        })
        .collect()
}

/// What these facts show to the AI RMF by themselves: less than the whole register would, never more.
pub(crate) fn shown(facts: &Facts) -> Vec<Derived> {
    derive(&Known {
        context: facts.context.clone(),
        tier: facts.tier,
        risks: facts.risks,
        risks_rated: facts.risks.saturating_sub(facts.risks_unrated),
        risks_treated: facts.risks.saturating_sub(facts.risks_untreated),
        risks_unmitigated: facts.risks_unmitigated,
        evidence: facts.evidence.iter().copied().collect(),
        ..Known::default()
    })
}

/// What the tier asks of the AI RMF and neither a person answered nor, where the tier takes that, these facts show.
fn open_questions(facts: &Facts, answered: &[String]) -> Vec<&'static str> {
    let derived = shown(facts);
    let standing = |id: &str| match derived.iter().find(|found| found.subcategory == id) {
        _ if answered.iter().any(|control| control == id) => (State::Partial, false),
        Some(found) => (found.state, true),
        None => (State::NotStarted, false),
    };
    missing(facts.tier.unwrap_or(Tier::Minimal), standing).into_iter().map(|asked| asked.id.as_str()).collect()
}
