//! The clock of a serious incident: Art. 73 for high-risk systems, Art. 55(1)(c) for models with systemic risk.

use super::law::law;
use chrono::{DateTime, Days, Utc};
use serde::Serialize;

crate::words! {
    /// Kinds of serious incident with a deadline of their own (Art. 73(2) to (4), 3(49)).
    IncidentKind {
        Death = "death", "The death of a person";
        CriticalInfrastructure = "critical_infrastructure", "A serious and irreversible disruption of critical infrastructure";
        WidespreadInfringement = "widespread_infringement", "A widespread infringement";
        Other = "other", "Serious harm to health, property or the environment, or an infringement of fundamental rights";
    }
}

/// By when a serious incident is reported to the market surveillance authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// The kind that decides.
    pub kind: IncidentKind,
    /// Days from awareness, at most.
    pub days: u32,
    /// The last moment. Counted in full days from the moment of awareness: never later than a count to the end of the day.
    pub latest: DateTime<Utc>,
    /// Where it is set.
    pub article: &'static str,
    /// What starts the duty earlier: the days are an outer limit.
    pub starts: &'static str,
    /// What else holds for the report.
    pub notes: [&'static str; 4],
}

/// What holds for every report under Art. 73.
const NOTES: [&str; 4] = [
    "The clock runs from the day on which the provider, or the deployer where it applies, becomes aware (Art. 73(2)).",
    "A first report may be incomplete if a complete one follows (Art. 73(5)).",
    "Do not alter the system in a way that hides the cause before the authority is told (Art. 73(6)).",
    "For medical devices, and where other Union law asks for equivalent reports, only infringements of fundamental rights are reported here (Art. 73(9), 73(10)).",
];

/// The deadline of an incident of these kinds, the shortest of theirs. None without a kind, or when the day lies
/// beyond what a date can hold.
#[must_use]
pub fn deadline(kinds: &[IncidentKind], aware: DateTime<Utc>) -> Option<Deadline> {
    let rules = law().incidents.iter().filter(|rule| kinds.contains(&rule.kind));
    let rule = rules.min_by_key(|rule| rule.days)?;
    let latest = aware.checked_add_days(Days::new(rule.days.into()))?;
    Some(Deadline {
        kind: rule.kind,
        days: rule.days,
        latest,
        article: &rule.article,
        starts: &rule.starts,
        notes: NOTES,
    })
}

/// The duty to report serious incidents of a model with systemic risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ModelIncident {
    /// Where it is set.
    pub article: &'static str,
    /// To whom.
    pub to: &'static str,
    /// By when.
    pub when: &'static str,
}

/// Art. 55(1)(c): the Act names no number of days. Those of a code of practice bind who signed it; they are not in our
/// sources, so they are not here.
pub const MODEL_INCIDENT: ModelIncident = ModelIncident {
    article: "Art. 55(1)(c)",
    to: "the AI Office and, where fitting, national authorities",
    when: "without undue delay; look at the periods of the code of practice if we signed it",
};

#[cfg(test)]
mod tests {
    use super::*;
    use IncidentKind::{CriticalInfrastructure, Death, Other, WidespreadInfringement};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn each_kind_has_its_days() {
        let aware = at("2028-02-20T09:30:00Z");
        let cases = [
            (Other, 15, "2028-03-06T09:30:00Z", "Art. 73(2)"),
            (Death, 10, "2028-03-01T09:30:00Z", "Art. 73(4)"),
            (CriticalInfrastructure, 2, "2028-02-22T09:30:00Z", "Art. 73(3), 3(49)(b)"),
            (WidespreadInfringement, 2, "2028-02-22T09:30:00Z", "Art. 73(3), 3(61)"),
        ];
        for (kind, days, latest, article) in cases {
            let deadline = deadline(&[kind], aware).unwrap();
            assert_eq!((deadline.kind, deadline.days, deadline.latest), (kind, days, at(latest)));
            assert_eq!(deadline.article, article);
        }
        assert_eq!(IncidentKind::ALL.len(), cases.len());
    }

    #[test]
    fn the_shortest_deadline_decides() {
        let aware = at("2028-01-01T00:00:00Z");
        assert_eq!(deadline(&[Other, Death], aware).unwrap().kind, Death);
        assert_eq!(deadline(&[Other, Death, CriticalInfrastructure], aware).unwrap().days, 2);
        assert_eq!(deadline(&[], aware), None);
        assert_eq!(deadline(&[Other], DateTime::<Utc>::MAX_UTC), None);
    }

    #[test]
    fn suspicion_starts_the_duty_after_a_death_alone() {
        let aware = at("2028-01-01T00:00:00Z");
        assert!(deadline(&[Death], aware).unwrap().starts.contains("suspected"));
        assert!(!deadline(&[Other], aware).unwrap().starts.contains("suspected"));
        assert!(MODEL_INCIDENT.when.starts_with("without undue delay"));
    }
}
