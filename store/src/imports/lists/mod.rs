//! Importing risks and mitigations: the same preview and the same promise as for systems, all valid rows in one
//! transaction with one audit event.

mod known;
mod write_mitigations;
mod write_risks;

use super::report::{self, RowReport};
use super::{Inventory, allow, hex};
use crate::audit::Entry;
use crate::{Result, Store, Tx};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::ids::SystemId;
use domain::import::Plan;
use domain::import::lists::{self, Details, Kind, ListPlan, MitigationDraft, RiskDraft};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A plan of either kind.
pub(super) enum Planned {
    Risks(ListPlan<RiskDraft>),
    Mitigations(ListPlan<MitigationDraft>),
}

impl Planned {
    pub fn plan(&self) -> &Plan {
        match self {
            Self::Risks(list) => &list.plan,
            Self::Mitigations(list) => &list.plan,
        }
    }

    pub fn into_plan(self) -> Plan {
        match self {
            Self::Risks(list) => list.plan,
            Self::Mitigations(list) => list.plan,
        }
    }

    fn details(&self) -> &[Details] {
        match self {
            Self::Risks(list) => &list.details,
            Self::Mitigations(list) => &list.details,
        }
    }

    /// What becomes of each row.
    pub fn rows(&self) -> Vec<RowReport> {
        self.plan()
            .rows
            .iter()
            .zip(self.details())
            .map(|(verdict, details)| report::of_list(verdict, details))
            .collect()
    }
}

/// Works out what importing the rows would do now.
///
/// # Errors
/// A message for the field `file` where the table is no such list.
pub(super) async fn plan(
    conn: &mut PgConnection,
    kind: Kind,
    inventory: Inventory,
    lock: bool,
) -> Result<(Inventory, Planned)> {
    if let Some(why) = lists::missing(&inventory.table, kind) {
        return Err(Refusal::field("file", why).into());
    }
    let register = known::read(conn, kind, lock).await?;
    super::beside(move || {
        let planned = match kind {
            Kind::Mitigations => Planned::Mitigations(lists::mitigations(&inventory.table, &register)),
            Kind::Risks | Kind::Systems => Planned::Risks(lists::risks(&inventory.table, &register)),
        };
        (inventory, planned)
    })
    .await
}

/// What an import wrote.
#[derive(Default)]
struct Written {
    created: Vec<(Uuid, String)>,
    updated: Vec<(Uuid, String)>,
    systems: BTreeSet<Uuid>,
}

/// Imports the rows. `once` is the form's token.
///
/// # Errors
/// A refusal.
pub(super) async fn carry_out(
    mut tx: Tx,
    actor: &Actor,
    kind: Kind,
    inventory: Inventory,
    once: Option<crate::Once>,
) -> Result<(Uuid, Plan)> {
    super::run::one_at_a_time(&mut tx).await?;
    let (inventory, planned) = plan(tx.conn(), kind, inventory, true).await?;
    let written = match &planned {
        Planned::Risks(list) => write_risks::write(&mut tx, actor, &list.drafts).await?,
        Planned::Mitigations(list) => write_mitigations::write(&mut tx, actor, &list.drafts).await?,
    };
    let id = tx.new_id();
    let report = serde_json::to_string(&planned.rows())?;
    super::run::keep_run(&mut tx, actor, id, &inventory, planned.plan(), &report, kind).await?;
    for system in &written.systems {
        crate::reviews::staleness::refresh(&mut tx, SystemId(*system)).await?;
    }
    tx.receipt(actor, once, &format!("/admin/import/runs/{id}")).await?;
    let action = if kind == Kind::Mitigations { "mitigation.import" } else { "risk.import" };
    let names = |all: &[(Uuid, String)]| all.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
    let mut entry = Entry::new(action, "import", id, &inventory.file_name).after(json!({
        "file_sha256": hex(&inventory.sha256),
        "counts": planned.plan().counts,
        "created": names(&written.created),
        "updated": names(&written.updated),
        "report_sha256": hex(&Sha256::digest(&report)),
    }));
    let records = written.created.iter().chain(&written.updated).map(|(id, _)| *id);
    for related in records.chain(written.systems.iter().copied()) {
        entry = entry.related(related);
    }
    tx.commit(actor, entry).await?;
    Ok((id, planned.into_plan()))
}

/// Imports a list from the command line, or works out what that would do.
///
/// # Errors
/// A refusal.
pub async fn from_file(
    store: &Store,
    actor: &Actor,
    kind: Kind,
    order: super::program::Order,
) -> Result<super::program::ListDone> {
    allow(actor)?;
    let inventory = Inventory::read(&order.file_name, order.bytes, order.place).await?;
    let table = inventory.table.clone();
    let (run, plan) = if order.dry_run {
        let mut conn = store.pool().acquire().await?;
        (None, plan(&mut conn, kind, inventory, false).await?.1.into_plan())
    } else {
        let (run, plan) = carry_out(store.begin().await?, actor, kind, inventory, None).await?;
        (Some(run), plan)
    };
    Ok(super::program::ListDone { run, plan, table })
}
