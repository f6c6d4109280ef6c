//! The risks and mitigations that a piece of evidence speaks about.

use super::Label;
use crate::Result;
use domain::error::Refusal;
use sqlx::PgConnection;
use uuid::Uuid;

/// All of them must belong to the system.
pub(super) async fn check(conn: &mut PgConnection, system: Uuid, label: &Label) -> Result<()> {
    let (risks, mitigations) = numbers(label);
    let row = sqlx::query!(
        r#"select (select count(*) from risk where system_id = $1 and number = any($2)) as "risks!",
             (select count(*) from mitigation where system_id = $1 and number = any($3)) as "mitigations!""#,
        system,
        &risks,
        &mitigations
    )
    .fetch_one(conn)
    .await?;
    let mut errors = domain::error::FieldErrors::default();
    if usize::try_from(row.risks) != Ok(risks.len()) {
        errors.add("risks", "Choose risks of this system");
    }
    if usize::try_from(row.mitigations) != Ok(mitigations.len()) {
        errors.add("mitigations", "Choose mitigations of this system");
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors).into()) }
}

/// Makes the links what the label says; untouched ones stay.
pub(super) async fn set(conn: &mut PgConnection, id: Uuid, label: &Label) -> Result<()> {
    let (risks, mitigations) = numbers(label);
    sqlx::query!(
        "delete from evidence_risk where evidence_id = $1
           and risk_id not in (select id from risk where number = any($2))",
        id,
        &risks
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into evidence_risk (evidence_id, risk_id) select $1, id from risk where number = any($2)
         on conflict do nothing",
        id,
        &risks
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from evidence_mitigation where evidence_id = $1
           and mitigation_id not in (select id from mitigation where number = any($2))",
        id,
        &mitigations
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into evidence_mitigation (evidence_id, mitigation_id)
         select $1, id from mitigation where number = any($2) on conflict do nothing",
        id,
        &mitigations
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Numbers without doubles.
fn numbers(label: &Label) -> (Vec<i64>, Vec<i64>) {
    let sorted = |mut numbers: Vec<i64>| {
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    (sorted(label.risks.iter().map(|r| r.0).collect()), sorted(label.mitigations.iter().map(|m| m.0).collect()))
}
