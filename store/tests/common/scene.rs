//! A system that is ready for the committee, and the people around it.

use super::{Register, register};
use argon2::password_hash::{PasswordHasher, SaltString};
use domain::actor::{Actor, Role};
use domain::canonical::sha256;
use domain::ids::{ReviewRef, SystemId, SystemRef};
use domain::review::Choice;
use domain::review::vote::{Ballot, Condition};
use domain::triage::{Question, Tier};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use store::audit::Entry;
use store::reviews::{get, submit, vote};
use store::tx::Who;
use uuid::Uuid;

/// Everybody's password in tests.
pub const PASSWORD: &str = "six unrelated words make a sentence";

/// People, and one system of a tier that is ready to be submitted.
pub struct Scene {
    pub reg: Register,
    pub owner: Actor,
    pub contributor: Actor,
    pub members: Vec<Actor>,
    pub chair: Actor,
    pub other_chair: Actor,
    pub system: SystemRef,
    pub id: SystemId,
}

/// The yes answers that lead to a tier.
pub fn yes(tier: Tier) -> &'static [Question] {
    use Question as Q;
    match tier {
        Tier::Minimal => &[],
        Tier::Limited => &[Q::Public],
        Tier::High => &[Q::Rights],
        Tier::Critical => &[Q::Rights, Q::Acts],
        Tier::Prohibited => &[Q::ProhibitedPractice],
    }
}

fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let salt = SaltString::from_b64("dGVzdHNhbHR0ZXN0").unwrap();
        argon2::Argon2::default().hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string()
    })
}

impl Scene {
    /// Residual risk within appetite, or above it.
    pub async fn new(pool: &PgPool, tier: Tier, above_appetite: bool) -> Self {
        let reg = register(pool);
        store::matrix::ensure_first(&reg.store).await.unwrap();
        let owner = reg.person("Olga Owner", &[Role::Owner]).await;
        let contributor = reg.person("Carl Contributor", &[Role::Owner]).await;
        let chair = reg.person("Chiara Chair", &[Role::Chair]).await;
        let other_chair = reg.person("Charles Chair", &[Role::Chair]).await;
        let mut members = Vec::new();
        for name in ["Mia Member", "Max Member", "Mo Member"] {
            members.push(reg.person(name, &[Role::Committee]).await);
        }
        let mut tx = reg.store.begin().await.unwrap();
        sqlx::query("update person set password_hash = $1").bind(password_hash()).execute(tx.conn()).await.unwrap();
        tx.commit(Who::Program("test"), Entry::new("people.manage", "person", None, "passwords")).await.unwrap();
        let unit = reg.unit("Lending").await;
        let (system, id) = ready(&reg, &owner, &contributor, unit.0, "Loan scoring", tier, above_appetite).await;
        Self { reg, owner, contributor, members, chair, other_chair, system, id }
    }

    /// Submits it.
    pub async fn submit(&self) -> ReviewRef {
        submit::submit(&self.reg.store, &self.owner, self.system, None).await.unwrap()
    }

    /// The hash of the dossier under review.
    pub async fn hash(&self, review: ReviewRef) -> [u8; 32] {
        get::get(&self.reg.store, &self.members[0], review).await.unwrap().found.sha256
    }

    /// A vote that is allowed.
    pub async fn vote(&self, review: ReviewRef, by: &Actor, choice: Choice) {
        self.try_vote(review, by, choice).await.unwrap();
    }

    /// A vote.
    pub async fn try_vote(&self, review: ReviewRef, by: &Actor, choice: Choice) -> store::Result<()> {
        let ballot = self.ballot(self.hash(review).await, choice);
        vote::vote(&self.reg.store, by, review, &ballot, PASSWORD, None).await
    }

    /// A ballot, with one condition where its choice asks for one.
    pub fn ballot(&self, dossier: [u8; 32], choice: Choice) -> Ballot {
        let condition = Condition {
            text: "Report drift every month".to_owned(),
            owner_id: self.owner.id,
            owner: String::new(),
            due_on: self.reg.store.today() + chrono::Duration::days(30),
        };
        let conditions = if choice == Choice::ApproveWithConditions { vec![condition] } else { Vec::new() };
        Ballot { dossier, choice, reason: "As the dossier says".to_owned(), conditions }
    }

    /// Changes the system's purpose as its owner would, through the store's own transaction.
    pub async fn set_purpose(&self, purpose: &str) -> store::Result<()> {
        let mut tx = self.reg.store.begin().await?;
        sqlx::query("update system set purpose = $2, version = version + 1, changed_by = $3 where id = $1")
            .bind(self.id.0)
            .bind(purpose)
            .bind(self.owner.id.0)
            .execute(tx.conn())
            .await?;
        tx.commit_content(&self.owner, self.id, Entry::new("system.edit", "system", self.id.0, self.system)).await
    }
}

/// Writes a complete system in one transaction, as the program's role.
pub async fn ready(
    reg: &Register,
    owner: &Actor,
    contributor: &Actor,
    unit: Uuid,
    name: &str,
    tier: Tier,
    above_appetite: bool,
) -> (SystemRef, SystemId) {
    let mut tx = reg.store.begin().await.unwrap();
    let (id, now) = (tx.new_id(), tx.now());
    let number: i64 = sqlx::query_scalar(
        "insert into system (id, name, purpose, business_unit_id, owner_id, stage, kind, sourcing, intended_users,
           affected_groups, data_categories, autonomy, oversight, runs_where, created_at, created_by, changed_at, changed_by)
         values ($1, $2, 'Scores applications for loans', $3, $4, 'pilot', 'predictive', 'built', 'Loan officers',
           'Applicants', '{personal,financial}', 'recommends', 'An officer confirms each case', 'Own data centre', $5, $4,
           $5, $4) returning number",
    )
    .bind(id)
    .bind(name)
    .bind(unit)
    .bind(owner.id.0)
    .bind(now)
    .fetch_one(tx.conn())
    .await
    .unwrap();
    sqlx::query("insert into system_contributor (system_id, person_id, added_at) values ($1, $2, $3)")
        .bind(id)
        .bind(contributor.id.0)
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
    sqlx::query("insert into system_model (system_id, provider, name, version) values ($1, 'In-house', 'gbm', '3')")
        .bind(id)
        .execute(tx.conn())
        .await
        .unwrap();
    let answers: BTreeMap<&str, bool> = Question::ALL.iter().map(|q| (q.as_str(), yes(tier).contains(q))).collect();
    let because: Vec<&str> = yes(tier).iter().map(|q| q.as_str()).collect();
    sqlx::query(
        "insert into triage_result (id, system_id, answers, tier, because, rules_version, answered_by, answered_at)
         values ($1, $2, $3, $4, $5, 1, $6, $7)",
    )
    .bind(tx.new_id())
    .bind(id)
    .bind(serde_json::to_value(&answers).unwrap())
    .bind(tier.as_str())
    .bind(&because)
    .bind(owner.id.0)
    .bind(now)
    .execute(tx.conn())
    .await
    .unwrap();
    for i in 0..3 {
        risk(&mut tx, id, owner, i, above_appetite && i == 0).await;
    }
    for (i, kind) in ["test", "evaluation", "validation"].iter().enumerate() {
        evidence(&mut tx, id, owner, name, i, kind).await;
    }
    profile(&mut tx, id, owner, tier).await;
    tx.commit(owner, Entry::new("system.register", "system", id, SystemRef(number))).await.unwrap();
    (SystemRef(number), SystemId(id))
}

/// What the tier asks of the AI RMF, answered.
async fn profile(tx: &mut store::Tx, system: Uuid, owner: &Actor, tier: Tier) {
    for asked in domain::framework::required(tier) {
        let (id, now) = (tx.new_id(), tx.now());
        sqlx::query(
            "insert into profile_answer (id, system_id, framework, control, state, text, answered_by, answered_at, created_at,
               changed_at, changed_by)
             values ($1, $2, 'nist-ai-rmf', $3, 'implemented', 'In place', $4, $5, $5, $5, $4)",
        )
        .bind(id)
        .bind(system)
        .bind(&asked.id)
        .bind(owner.id.0)
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
    }
}

/// A rated risk with a mitigation.
async fn risk(tx: &mut store::Tx, system: Uuid, owner: &Actor, i: i32, above: bool) {
    let (risk, mitigation, now) = (tx.new_id(), tx.new_id(), tx.now());
    sqlx::query(
        "insert into risk (id, system_id, title, cause, event, consequence, characteristic, treatment, owner_id, status,
           created_at, created_by, changed_at, changed_by)
         values ($1, $2, $3, 'Old data', 'Wrong score', 'A loan is refused', 'fair', 'mitigate', $4, 'treating', $5, $4, $5, $4)",
    )
    .bind(risk)
    .bind(system)
    .bind(format!("Unequal error {i}"))
    .bind(owner.id.0)
    .bind(now)
    .execute(tx.conn())
    .await
    .unwrap();
    // On the first matrix: 4 × 4 is high (level 2), 2 × 3 medium (level 1), which is appetite.
    for (kind, l, c, level) in
        [("inherent", 4, 4, 2), if above { ("residual", 4, 4, 2) } else { ("residual", 2, 3, 1) }]
    {
        sqlx::query(
            "insert into rating (id, risk_id, kind, likelihood, impact, level, matrix_version, rationale, rated_by, rated_at)
             values ($1, $2, $3, $4, $5, $6, 1, 'Measured', $7, $8)",
        )
        .bind(tx.new_id())
        .bind(risk)
        .bind(kind)
        .bind(l)
        .bind(c)
        .bind(level)
        .bind(owner.id.0)
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
    }
    sqlx::query(
        "insert into mitigation (id, system_id, title, kind, description, assignee_id, due_on, status, created_at,
           created_by, changed_at, changed_by)
         values ($1, $2, $3, 'preventive', 'Retrain', $4, $5, 'planned', $6, $4, $6, $4)",
    )
    .bind(mitigation)
    .bind(system)
    .bind(format!("Retrain {i}"))
    .bind(owner.id.0)
    .bind(now.date_naive() + chrono::Duration::days(60))
    .bind(now)
    .execute(tx.conn())
    .await
    .unwrap();
    sqlx::query("insert into mitigation_risk (mitigation_id, risk_id) values ($1, $2)")
        .bind(mitigation)
        .bind(risk)
        .execute(tx.conn())
        .await
        .unwrap();
}

async fn evidence(tx: &mut store::Tx, system: Uuid, owner: &Actor, name: &str, i: usize, kind: &str) {
    let (id, now) = (tx.new_id(), tx.now());
    let hash = sha256(format!("{name} {kind} {i}").as_bytes());
    sqlx::query("insert into evidence_file (sha256, size, media_type, stored_at) values ($1, 10, 'text/plain', $2)")
        .bind(hash.as_slice())
        .bind(now)
        .execute(tx.conn())
        .await
        .unwrap();
    sqlx::query(
        "insert into evidence (id, system_id, sha256, file_name, title, kind, speaks_of, uploaded_by, uploaded_at, changed_at, changed_by)
         values ($1, $2, $3, 'result.txt', $4, $5, $6, $7, $8, $8, $7)",
    )
    .bind(id)
    .bind(system)
    .bind(hash.as_slice())
    .bind(format!("Result of the {kind}"))
    .bind(kind)
    .bind(now.date_naive())
    .bind(owner.id.0)
    .bind(now)
    .execute(tx.conn())
    .await
    .unwrap();
}
