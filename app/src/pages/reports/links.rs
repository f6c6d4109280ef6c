//! Where each number of the portfolio leads: the list that holds its rows.

use domain::ids::UnitId;
use domain::risk::matrix::Point;
use domain::system::Status;
use domain::triage::Tier;

/// The business unit that the portfolio is limited to, carried into every link.
#[derive(Clone, Copy, Default)]
pub struct Links {
    pub unit: Option<UnitId>,
}

impl Links {
    fn list(self, path: &str, filters: &[(&str, String)]) -> String {
        let unit = self.unit.map(|u| ("unit", u.to_string()));
        let pairs: Vec<String> = filters.iter().cloned().chain(unit).map(|(k, v)| format!("{k}={v}")).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    /// All systems, or those of one tier and one status.
    pub fn systems(self, tier: Option<Option<Tier>>, status: Option<Status>) -> String {
        let tier = tier.map(|t| ("tier", t.map_or("none", Tier::as_str).to_owned()));
        let status = status.map(|s| ("status", s.as_str().to_owned()));
        let filters: Vec<_> = tier.into_iter().chain(status).collect();
        self.list("/systems", &filters)
    }

    /// Systems whose approval ends soon.
    pub fn expiring(self) -> String {
        self.list("/systems", &[("expiring", store::portfolio::EXPIRING_DAYS.to_string())])
    }

    /// Open risks, or those at one point of the residual matrix.
    pub fn risks(self, at: Option<Point>) -> String {
        let cell = at.map(|p| ("cell", format!("{}-{}", p.likelihood, p.impact)));
        self.list("/risks", &cell.into_iter().collect::<Vec<_>>())
    }

    /// Open risks above appetite.
    pub fn above(self) -> String {
        self.list("/risks", &[("above", "yes".to_owned())])
    }

    /// Overdue mitigations.
    pub fn overdue(self) -> String {
        self.list("/mitigations", &[("due", "overdue".to_owned())])
    }

    /// The committee's queue.
    pub fn waiting(self) -> String {
        self.list("/committee", &[])
    }
}
