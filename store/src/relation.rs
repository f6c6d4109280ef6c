//! How a person stands to a system: asked before every use case on one.

use crate::{Error, Result, Store};
use domain::actor::Actor;
use domain::ids::{CriterionRef, DecisionRef, EvidenceRef, MitigationRef, ReviewRef, RiskRef, SystemId, SystemRef};
use domain::policy::{self, Action, Relation};
use sqlx::PgConnection;

/// A system found for somebody who may see it.
#[derive(Debug, Clone)]
pub struct Located {
    /// The system.
    pub id: SystemId,
    /// Its reference.
    pub reference: SystemRef,
    /// Its name.
    pub name: String,
    /// Version of its own fields.
    pub version: i32,
    /// How the person stands to it.
    pub relation: Relation,
    /// Whether the committee has its dossier now.
    pub under_review: bool,
    /// Whether it is retired.
    pub retired: bool,
}

impl Located {
    /// Whether the person sees the system's content, and not only the mitigation that they have to do.
    #[must_use]
    pub fn sees_content(&self, actor: &Actor) -> bool {
        policy::sees(actor, Relation { assignee: false, ..self.relation })
    }

    /// Asks the policy.
    ///
    /// # Errors
    /// A refusal in words.
    pub fn allow(&self, actor: &Actor, action: Action) -> Result<()> {
        Ok(policy::allow(actor, action, self.relation)?)
    }

    /// Asks the policy for a change of content, which must wait while the committee has the dossier or the system is
    /// retired.
    ///
    /// # Errors
    /// A refusal in words.
    pub fn allow_change(&self, actor: &Actor, action: Action) -> Result<()> {
        self.allow(actor, action)?;
        Ok(policy::content_moves(action, self.under_review, self.retired)?)
    }

    /// Asks the policy for what goes on under review (progress, the committee's tier), but not once it is retired.
    ///
    /// # Errors
    /// A refusal in words.
    pub fn allow_in_use(&self, actor: &Actor, action: Action) -> Result<()> {
        self.allow(actor, action)?;
        Ok(policy::content_moves(action, false, self.retired)?)
    }
}

/// Finds a system by reference, locking it when it will be changed.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or the person may not see it.
pub async fn locate(conn: &mut PgConnection, actor: &Actor, reference: SystemRef, lock: bool) -> Result<Located> {
    let id = sqlx::query_scalar!("select id from system where number = $1", reference.0)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Error::NotFound)?;
    locate_id(conn, actor, SystemId(id), lock).await
}

/// Finds a system by id.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or the person may not see it.
pub async fn locate_id(conn: &mut PgConnection, actor: &Actor, id: SystemId, lock: bool) -> Result<Located> {
    if lock {
        sqlx::query!("select id from system where id = $1 for update", id.0).fetch_optional(&mut *conn).await?;
    }
    let row = sqlx::query!(
        r#"select s.number, s.name, s.version, s.stage = 'retired' as "retired!", s.owner_id = $2 as "owner!",
             exists (select from system_contributor c where c.system_id = s.id and c.person_id = $2) as "contributor!",
             exists (select from involvement i where i.system_id = s.id and i.person_id = $2) as "involved!",
             exists (select from mitigation m where m.system_id = s.id and m.assignee_id = $2) as "assignee!",
             exists (select from recusal u where u.review_id = s.open_review_id and u.person_id = $2) as "recused!",
             exists (select from review r where r.id = s.open_review_id and r.state in ('submitted', 'in_review'))
               as "under_review!"
           from system s where s.id = $1"#,
        id.0,
        actor.id.0
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Error::NotFound)?;
    let relation = Relation {
        owner: row.owner,
        contributor: row.contributor,
        involved: row.involved,
        assignee: row.assignee,
        recused: row.recused,
    };
    if !policy::sees(actor, relation) {
        return Err(Error::NotFound);
    }
    Ok(Located {
        id,
        reference: SystemRef(row.number),
        name: row.name,
        version: row.version,
        relation,
        under_review: row.under_review,
        retired: row.retired,
    })
}

/// A record that an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    System(SystemRef),
    Risk(RiskRef),
    Mitigation(MitigationRef),
    Evidence(EvidenceRef),
    Criterion(CriterionRef),
    Review(ReviewRef),
    Decision(DecisionRef),
}

impl Record {
    /// Table and number.
    fn place(self) -> (&'static str, i64) {
        match self {
            Record::System(r) => ("system", r.0),
            Record::Risk(r) => ("risk", r.0),
            Record::Mitigation(r) => ("mitigation", r.0),
            Record::Evidence(r) => ("evidence", r.0),
            Record::Criterion(r) => ("criterion", r.0),
            Record::Review(r) => ("review", r.0),
            Record::Decision(r) => ("decision", r.0),
        }
    }

    /// Whether it belongs to the papers that an assignee of one mitigation does not see.
    fn is_paper(self, action: Action) -> bool {
        matches!(self, Record::Evidence(_) | Record::Criterion(_) | Record::Review(_) | Record::Decision(_))
            || matches!(action, Action::EvidenceWrite | Action::CriterionWrite | Action::ReviewSubmit)
    }
}

/// Asks whether somebody may do this to a record, before anything that they sent is read: one statement. The use case
/// asks again under its lock.
///
/// # Errors
/// [`Error::NotFound`] when it does not exist or the person may not see it; a refusal in words.
pub async fn ask(store: &Store, actor: &Actor, record: Record, action: Action) -> Result<()> {
    let (table, number) = record.place();
    let row = sqlx::query!(
        r#"select s.owner_id = $3 as "owner!",
             exists (select from system_contributor c where c.system_id = s.id and c.person_id = $3) as "contributor!",
             exists (select from involvement i where i.system_id = s.id and i.person_id = $3) as "involved!",
             exists (select from mitigation m where m.system_id = s.id and m.assignee_id = $3 and case $1
               when 'mitigation' then m.number = $2
               when 'risk' then exists (select from mitigation_risk x join risk k on k.id = x.risk_id
                                        where x.mitigation_id = m.id and k.number = $2)
               else true end) as "assignee!",
             exists (select from recusal u where u.review_id = s.open_review_id and u.person_id = $3) as "recused!"
           from system s where s.id = case $1::text
             when 'system' then (select id from system where number = $2)
             when 'risk' then (select system_id from risk where number = $2)
             when 'mitigation' then (select system_id from mitigation where number = $2)
             when 'evidence' then (select system_id from evidence where number = $2)
             when 'criterion' then (select system_id from criterion where number = $2)
             when 'review' then (select system_id from review where number = $2)
             when 'decision' then (select system_id from decision where number = $2) end"#,
        table,
        number,
        actor.id.0
    )
    .fetch_optional(store.pool())
    .await?
    .ok_or(Error::NotFound)?;
    let relation = Relation {
        owner: row.owner,
        contributor: row.contributor,
        involved: row.involved,
        assignee: row.assignee && !record.is_paper(action),
        recused: row.recused,
    };
    if !policy::sees(actor, relation) {
        return Err(Error::NotFound);
    }
    Ok(policy::allow(actor, action, relation)?)
}
