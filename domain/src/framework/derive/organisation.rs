//! What the portal knows about the organisation: GOVERN from roles, matrix, register, decisions and audit trail.
//!
//! Most of GOVERN is about policies and people that no register sees, so that little is derived, and nearly always in
//! part only.

use super::{Derived, Findings, Source, count, in_place, partly};

/// What the portal knows about the organisation. People are those with an active account.
#[derive(Debug, Clone, Default)]
pub struct KnownOfOrganisation {
    /// Members of the committee, the chairs included.
    pub committee: usize,
    /// Chairs.
    pub chairs: usize,
    /// Auditors.
    pub auditors: usize,
    /// Executives.
    pub executives: usize,
    /// Whether the organisation set its own matrix and appetite.
    pub appetite_set: bool,
    /// Business units.
    pub units: usize,
    /// Systems that are not retired.
    pub systems: usize,
    /// Of those, with a tier.
    pub systems_with_tier: usize,
    /// Of those, with at least one risk.
    pub systems_with_risks: usize,
    /// Of those, with current evidence.
    pub systems_with_evidence: usize,
    /// Of those, with oversight described.
    pub systems_with_oversight: usize,
    /// Systems that were retired.
    pub systems_retired: usize,
    /// Decisions of the committee.
    pub decisions: usize,
    /// Service accounts.
    pub services: usize,
    /// Whether the audit trail's chain is whole.
    pub audit_chain_whole: bool,
}

/// What follows for GOVERN, in the official order.
#[must_use]
pub fn derive_organisation(known: &KnownOfOrganisation) -> Vec<Derived> {
    let mut out = Findings::default();
    rules(known, &mut out);
    roles(known, &mut out);
    culture(known, &mut out);
    out.finish()
}

fn rules(known: &KnownOfOrganisation, out: &mut Findings) {
    let systems = count(known.systems, "system", "systems");
    let tiers = known.systems > 0 && known.systems_with_tier >= known.systems;
    let scrutiny = in_place(known.appetite_set && tiers, "Matrix and appetite are set, and every system has a tier.");
    let scrutiny =
        scrutiny.or_else(|| partly(known.appetite_set, "Matrix and appetite are set; not every system has a tier."));
    out.note("GOVERN 1.3", Source::Matrix, scrutiny);
    let services = match known.services {
        0 => String::new(),
        n => format!(" {} under its own name.", count(n, "service account acts", "service accounts act, each")),
    };
    let trail = known.audit_chain_whole && known.decisions > 0;
    let decisions = count(known.decisions, "decision stands", "decisions stand");
    let trail = partly(trail, format!("{decisions} on record, and the audit trail is whole.{services}"));
    out.note("GOVERN 1.4", Source::AuditTrail, trail);
    let auditors = count(known.auditors, "auditor reads", "auditors read");
    out.note("GOVERN 1.5", Source::People, partly(known.auditors > 0, format!("{auditors} everything in the portal.")));
    let tiered = known.systems_with_tier.min(known.systems);
    let units = count(known.units, "business unit", "business units");
    let list = format!("{systems} of {units} in the register, {tiered} with a tier.");
    out.note("GOVERN 1.6", Source::Systems, partly(known.systems > 0, list));
    let retired = count(known.systems_retired, "system was retired", "systems were retired");
    out.note("GOVERN 1.7", Source::Systems, partly(known.systems_retired > 0, format!("{retired} on record.")));
}

fn roles(known: &KnownOfOrganisation, out: &mut Findings) {
    let filled: Vec<String> = [
        (known.committee, "committee member", "committee members"),
        (known.chairs, "chair", "chairs"),
        (known.auditors, "auditor", "auditors"),
        (known.executives, "executive", "executives"),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(n, one, many)| count(n, one, many))
    .collect();
    let judges = known.committee > 0 && known.chairs > 0;
    let named = format!("Roles are given: {}.", filled.join(", "));
    out.note("GOVERN 2.1", Source::People, partly(judges, named));
    let leaders = known.executives > 0 && known.decisions > 0;
    let leaders = partly(leaders, "Executives see the portfolio, and the committee's decisions are signed.");
    out.note("GOVERN 2.3", Source::Decisions, leaders);
    let overseen = count(known.systems_with_oversight, "system says", "systems say");
    let overseen = partly(known.systems_with_oversight > 0, format!("{overseen} how people oversee it."));
    out.note("GOVERN 3.2", Source::Systems, overseen);
}

fn culture(known: &KnownOfOrganisation, out: &mut Findings) {
    let of = count(known.systems, "system", "systems");
    let written = format!("{} of {of} have risks on record.", known.systems_with_risks.min(known.systems));
    out.note("GOVERN 4.2", Source::Systems, partly(known.systems_with_risks > 0 && known.systems > 0, written));
    let tested = format!("{} of {of} have current evidence.", known.systems_with_evidence.min(known.systems));
    out.note("GOVERN 4.3", Source::Systems, partly(known.systems_with_evidence > 0 && known.systems > 0, tested));
}
