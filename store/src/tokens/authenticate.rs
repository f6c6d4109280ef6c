//! From a secret's hash to the person that it acts as.

use crate::{Result, Store};
use chrono::Duration;
use domain::actor::{Actor, Role, Via};
use domain::token::Scope;
use std::net::IpAddr;

/// Use is noted at most this often, so that reading seldom writes.
const NOTE_USE_AFTER: Duration = Duration::seconds(60);

/// A token in force.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// The person, with today's roles and the token that the audit trail will name.
    pub actor: Actor,
    /// What it opens.
    pub scopes: Vec<Scope>,
}

/// The token with this hash, if it is in force: neither revoked nor expired, of an active person, answered for by an
/// active one. One statement: it also notes the use.
pub async fn authenticate(store: &Store, hash: &[u8; 32], address: Option<IpAddr>) -> Result<Option<Bearer>> {
    let now = store.now();
    let row = sqlx::query!(
        r#"with used as (
             update api_token set last_used_at = $2, last_used_from = $4
             where secret_sha256 = $1 and revoked_at is null and expires_at > $2
               and (last_used_at is null or last_used_at < $3)
           )
           select t.id, t.name as token, t.scopes, p.id as person_id, p.name, p.email, p.roles, o.name as owner
           from api_token t join person p on p.id = t.person_id join person o on o.id = t.owner_id
           where t.secret_sha256 = $1 and t.revoked_at is null and t.expires_at > $2
             and p.deactivated_at is null and o.deactivated_at is null"#,
        &hash[..],
        now,
        now - NOTE_USE_AFTER,
        address.map(|a| a.to_string())
    )
    .fetch_optional(store.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let roles = row.roles.iter().map(|role| Ok(role.parse::<Role>()?)).collect::<Result<Vec<_>>>()?;
    let token = Some(Via { id: row.id, token: row.token, owner: row.owner });
    Ok(Some(Bearer {
        actor: Actor { id: row.person_id.into(), name: row.name, email: row.email, roles, address, token },
        // A scope that this program no longer knows opens nothing.
        scopes: row.scopes.iter().filter_map(|scope| scope.parse().ok()).collect(),
    }))
}
