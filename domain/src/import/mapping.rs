//! Which column means what. A mapping is kept and found again by the file's headers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::table::Header;
use super::{digest, report};

/// What a column of an inventory can be read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Name,
    Purpose,
    BusinessUnit,
    /// A part of the business unit (bureau, office): it tells systems of one name apart.
    SubUnit,
    /// An e-mail address or a name of someone whom the register knows.
    Owner,
    Stage,
    Kind,
    Sourcing,
    Vendor,
    IntendedUsers,
    AffectedGroups,
    DataCategories,
    Autonomy,
    Oversight,
    Location,
    /// The row's identifier in its source; with it, a newer version of the file finds its systems even when renamed.
    ExternalId,
}

impl Field {
    /// In the order in which the mapping page lists them.
    pub const ALL: [Self; 16] = [
        Self::Name,
        Self::Purpose,
        Self::BusinessUnit,
        Self::SubUnit,
        Self::Owner,
        Self::Stage,
        Self::Kind,
        Self::Sourcing,
        Self::Vendor,
        Self::IntendedUsers,
        Self::AffectedGroups,
        Self::DataCategories,
        Self::Autonomy,
        Self::Oversight,
        Self::Location,
        Self::ExternalId,
    ];

    /// The name used in forms, mapping files and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Purpose => "purpose",
            Self::BusinessUnit => "business_unit",
            Self::SubUnit => "sub_unit",
            Self::Owner => "owner",
            Self::Stage => "stage",
            Self::Kind => "kind",
            Self::Sourcing => "sourcing",
            Self::Vendor => "vendor",
            Self::IntendedUsers => "intended_users",
            Self::AffectedGroups => "affected_groups",
            Self::DataCategories => "data_categories",
            Self::Autonomy => "autonomy",
            Self::Oversight => "oversight",
            Self::Location => "location",
            Self::ExternalId => "external_id",
        }
    }

    /// The inverse of [`Field::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Purpose => "Purpose",
            Self::BusinessUnit => "Business unit",
            Self::SubUnit => "Part of the business unit",
            Self::Owner => "Owner",
            Self::Stage => "Lifecycle stage",
            Self::Kind => "Kind",
            Self::Sourcing => "Built or bought",
            Self::Vendor => "Vendor",
            Self::IntendedUsers => "Intended users",
            Self::AffectedGroups => "Affected groups",
            Self::DataCategories => "Data categories",
            Self::Autonomy => "Autonomy",
            Self::Oversight => "Human oversight",
            Self::Location => "Where it runs",
            Self::ExternalId => "Identifier in the source",
        }
    }

    /// The five that a system cannot be registered without.
    pub fn required(self) -> bool {
        matches!(self, Self::Name | Self::Purpose | Self::BusinessUnit | Self::Owner | Self::Stage)
    }
}

/// How the columns of a file become systems. Serialised, it is the file that `--map` takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The inventory's name, the same for all its versions. Rows of two inventories never meet, even where both count
    /// from 1.
    pub source: String,
    /// For each field the key of its column ([`Header::key`]).
    pub columns: BTreeMap<Field, String>,
    /// What a row gets whose cell is blank or not understood. The owner's is an e-mail address.
    pub defaults: BTreeMap<Field, String>,
    /// For a field, what a cell's text stands for; an empty text means blank. Looked up without regard to case and
    /// white space, before anything else.
    pub values: BTreeMap<Field, BTreeMap<String, String>>,
    /// Refuse rows whose business unit the register does not have, instead of creating the unit.
    pub known_units_only: bool,
}

/// Recognises a file's headers: the same for any order of the columns, and for our file of rejected rows. Hexadecimal
/// SHA-256.
pub fn header_signature(headers: &[Header]) -> String {
    let own = report::OwnColumns::of(headers);
    let keys = headers.iter().enumerate().filter(|(i, _)| !own.contains(*i));
    let mut keys: Vec<String> = keys.map(|(_, h)| h.key.to_lowercase()).collect();
    keys.sort_unstable();
    digest(keys.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::read_table;

    fn signature(header: &str) -> String {
        header_signature(&read_table(&format!("{header}\n1,2,3,4,5\n")).unwrap().headers)
    }

    #[test]
    fn the_signature_knows_the_columns_not_their_order() {
        assert_eq!(signature("a,B, c"), signature("c,b,A"));
        assert_eq!(signature("a,b"), signature("a,b,Line,Problem,Fix,Source key"));
        assert_eq!(signature("Line"), signature("Line,Extra cell 1,Line,Problem,Fix,Source key"));
        assert_ne!(signature("a,b"), signature("a,b,Line"));
        assert_ne!(signature("a,b"), signature("a,bc"));
        assert_ne!(signature("a,b,b"), signature("a,b"));
        assert_eq!(signature("a").len(), 64);
    }

    #[test]
    fn a_mapping_survives_its_file_and_a_misspelt_key_does_not_pass() {
        let mapping = Mapping {
            source: "Federal inventory".into(),
            columns: [(Field::Name, "Title".to_owned())].into(),
            defaults: [(Field::Stage, "production".to_owned())].into(),
            values: [(Field::Stage, [("live".to_owned(), "production".to_owned())].into())].into(),
            known_units_only: true,
        };
        let json = serde_json::to_string(&mapping).unwrap();
        assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
        assert!(serde_json::from_str::<Mapping>(r#"{"colums":{}}"#).is_err());
        assert!(serde_json::from_str::<Mapping>(r#"{"columns":{"nmae":"x"}}"#).is_err());
    }

    #[test]
    fn field_names_are_read_back() {
        for field in Field::ALL {
            assert_eq!(Field::parse(field.as_str()), Some(field));
            assert_eq!(serde_json::to_value(field).unwrap(), field.as_str());
        }
    }
}
