//! What inventories call their columns, folded to lower-case words: our own export, the US federal inventories of 2023
//! and 2024, the UK's transparency records, the Dutch register, and what spreadsheets in companies use.

use super::mapping::Field;

/// A field's names. In each list the better name comes first.
pub(super) struct Synonyms {
    /// Headers that are exactly this.
    pub exact: &'static [&'static str],
    /// Headers that contain this; for questions as headers.
    pub within: &'static [&'static str],
}

pub(super) fn of(field: Field) -> Synonyms {
    let (exact, within): (&[&str], &[&str]) = match field {
        Field::Name => (
            &[
                "name",
                "ai system",
                "system",
                "use case name",
                "ai system name",
                "tool name",
                "title",
                "use case",
                "use case title",
                "model name",
                "algorithm name",
                "application name",
                "system name",
                "application",
                "tool",
                "algorithm",
                "naam",
                "titel",
                "algoritme",
            ],
            &["use case name", "name of the system", "system name", "tool name", "ai system"],
        ),
        Field::Purpose => (
            &[
                "purpose",
                "intended purpose",
                "intended use",
                "summary",
                "description",
                "use case description",
                "purpose and benefits",
                "system description",
                "goal",
                "objective",
                "doel",
                "omschrijving",
                "beschrijving",
                "beschrijving op hoofdlijnen",
            ],
            &["intended purpose", "intended use", "purpose", "description", "summary"],
        ),
        Field::BusinessUnit => (
            &[
                "business unit",
                "department",
                "organisation",
                "organization",
                "publishing body",
                "organisatie",
                "agency",
                "division",
                "unit",
                "team",
                "directorate",
                "function",
                "afdeling",
                "department name",
                "agency name",
            ],
            &["business unit", "department", "organisation", "organization", "responsible team"],
        ),
        Field::SubUnit => (
            &[
                "part of the business unit",
                "bureau",
                "sub unit",
                "subunit",
                "component",
                "agency",
                "office",
                "division",
                "team",
            ],
            &["bureau", "sub unit"],
        ),
        Field::Owner => (
            &[
                "owner",
                "owner email",
                "owner e mail",
                "system owner",
                "business owner",
                "product owner",
                "project owner",
                "responsible person",
                "accountable person",
                "contact",
                "contact email",
                "point of contact",
                "email",
                "e mail",
                "contactgegevens",
                "eigenaar",
            ],
            &["system owner", "business owner", "owner", "point of contact", "responsible person"],
        ),
        Field::Stage => (
            &[
                "lifecycle stage",
                "stage",
                "stage of development",
                "development stage",
                "status",
                "phase",
                "life cycle stage",
                "deployment status",
                "development status",
                "lifecycle",
            ],
            &["stage of development", "lifecycle stage", "development stage", "stage", "phase"],
        ),
        Field::Kind => (
            &[
                "kind",
                "ai type",
                "type of ai",
                "system type",
                "techniques",
                "technique",
                "ai techniques",
                "ai technique",
                "model type",
                "type",
                "ai classification",
                "technology",
            ],
            &["type of ai", "ai technique"],
        ),
        Field::Sourcing => (
            &[
                "built or bought",
                "sourcing",
                "build or buy",
                "make or buy",
                "development method",
                "developed by",
                "source",
            ],
            &["built or bought", "build or buy", "in house", "developed internally"],
        ),
        Field::Vendor => (
            &[
                "vendor",
                "supplier",
                "vendor name",
                "vendor s name",
                "provider",
                "supplier name",
                "manufacturer",
                "leverancier",
            ],
            &["name of the vendor", "vendor name", "vendor", "supplier"],
        ),
        Field::IntendedUsers => (
            &["intended users", "users", "user group", "user groups", "end users", "target users", "gebruikers"],
            &["intended users", "end users", "user group"],
        ),
        Field::AffectedGroups => (
            &[
                "affected groups",
                "affected persons",
                "affected people",
                "data subjects",
                "impacted groups",
                "doelgroep",
            ],
            &["affected groups", "affected persons", "impacted groups"],
        ),
        Field::DataCategories => (
            &[
                "data categories",
                "data types",
                "data",
                "data used",
                "personal data",
                "pii",
                "datasets",
                "data classification",
            ],
            &["data categories", "involve personally identifiable information", "personal data", "categories of data"],
        ),
        Field::Autonomy => (
            &["autonomy", "autonomy level", "level of autonomy", "degree of automation", "automation"],
            &["without direct human involvement", "level of autonomy", "degree of automation"],
        ),
        Field::Oversight => (
            &["human oversight", "oversight", "human in the loop", "human review", "menselijke tussenkomst"],
            &["human oversight", "human in the loop", "human review"],
        ),
        Field::Location => (
            &[
                "where it runs",
                "location",
                "hosting",
                "deployment environment",
                "runs on",
                "environment",
                "platform",
                "infrastructure",
            ],
            &["where it runs", "hosting location", "hosted"],
        ),
        Field::ExternalId => (
            &[
                "identifier in the source",
                "use case id",
                "id",
                "identifier",
                "system id",
                "ai use case id",
                "reference",
                "reference number",
                "ref",
                "inventory id",
                "record id",
                "key",
                "number",
                "no",
                "url",
                "link",
            ],
            &["use case id", "system id", "identifier"],
        ),
    };
    Synonyms { exact, within }
}

/// How well a folded header names the field: 0 (not at all) to 100.
pub(super) fn score(field: Field, header: &str) -> u32 {
    let position = |list: &[&str], hit: &dyn Fn(&str) -> bool| {
        list.iter().position(|s| hit(s)).and_then(|p| u32::try_from(p).ok())
    };
    let synonyms = of(field);
    if let Some(place) = position(synonyms.exact, &|s| s == header) {
        return 100 - place.min(25);
    }
    let padded = format!(" {header} ");
    let few_words = header.split(' ').count() <= 4;
    // One word within a long question says little: "agency" stands in a dozen of them.
    let within = |s: &str| (few_words || s.contains(' ')) && padded.contains(&format!(" {s} "));
    position(synonyms.within, &within).map_or(0, |place| 60 - place.min(25))
}
