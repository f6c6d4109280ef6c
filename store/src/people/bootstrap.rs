//! The first administrator: there is no default account, only a one-time link while the register has nobody.

use super::invite::{self, Link, Purpose};
use crate::audit::Entry;
use crate::tx::Who;
use crate::{Result, Store};

/// A link by which the first administrator joins; none once there is anybody. Older such links end, and whichever is
/// taken up first is the only one.
pub async fn link(store: &Store) -> Result<Option<Link>> {
    let mut tx = store.begin().await?;
    sqlx::query!("select pg_advisory_xact_lock(4712)").execute(tx.conn()).await?;
    let somebody = sqlx::query_scalar!(r#"select exists (select from person) as "somebody!""#);
    if somebody.fetch_one(tx.conn()).await? {
        return Ok(None);
    }
    let link = invite::issue(&mut tx, store, None, Purpose::Bootstrap).await?;
    let entry = Entry::new("person.first_link", "person", None, "first administrator");
    tx.commit(Who::Program("first start"), entry).await?;
    Ok(Some(link))
}
