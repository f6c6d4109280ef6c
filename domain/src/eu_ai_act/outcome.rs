//! What a screening says.

use super::key::Key;
use chrono::NaiveDate;
use serde::Serialize;

crate::words! {
    /// A part that the Act knows (Art. 3(3) to (8)).
    Role {
        Provider = "provider", "Provider";
        Deployer = "deployer", "Deployer";
        Importer = "importer", "Importer";
        Distributor = "distributor", "Distributor";
        ProductManufacturer = "product_manufacturer", "Product manufacturer";
        AuthorisedRepresentative = "authorised_representative", "Authorised representative";
        ModelProvider = "model_provider", "Provider of a general-purpose model";
    }
}

crate::words! {
    /// A class of the Act, the gravest first. A system can be in several.
    Class {
        Prohibited = "prohibited", "Prohibited practice";
        HighRiskProduct = "high_risk_product", "High-risk by product";
        HighRiskArea = "high_risk_area", "High-risk by area of use";
        SystemicModel = "systemic_model", "General-purpose model with systemic risk";
        GeneralPurposeModel = "general_purpose_model", "General-purpose model";
        Transparency = "transparency", "Transparency duties";
        Minimal = "minimal", "Minimal risk";
        OutOfScope = "out_of_scope", "Out of scope";
        NotAiSystem = "not_ai_system", "Not an AI system";
    }
}

/// The law that a result was made on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Name of the version: the day since which the law has this form.
    pub version: &'static str,
    /// The act.
    pub regulation: &'static str,
    /// What amended it.
    pub amendment: &'static str,
}

/// Why, and where the Act says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The article.
    pub article: &'static str,
    /// One sentence.
    pub text: String,
}

/// An obligation of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Stable name.
    pub key: &'static str,
    /// Where it is set.
    pub article: &'static str,
    /// Short name.
    pub title: &'static str,
    /// What to do.
    pub action: &'static str,
    /// In which of our roles we owe it.
    pub roles: Vec<Role>,
    /// First day on which it applies.
    pub applies_from: NaiveDate,
    /// Whether it applies on the day of the result; if not, it is coming.
    pub in_force: bool,
    /// What eases it for us.
    pub notes: Vec<&'static str>,
    /// The work item that it leads to.
    pub work: &'static str,
}

/// A line of the work list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkItem {
    /// What to do.
    pub title: &'static str,
    /// The obligation behind it.
    pub obligation: &'static str,
    /// When it must be done.
    pub due: NaiveDate,
}

/// The result of a screening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The law that it was made on.
    pub law: Version,
    /// The day that "in force" speaks of.
    pub on: NaiveDate,
    /// Our roles, those that the Act gives us included.
    pub roles: Vec<Role>,
    /// The gravest class.
    pub class: Class,
    /// Further classes.
    pub also: Vec<Class>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What we owe, the earliest first.
    pub obligations: Vec<Due>,
    /// What to do, the earliest first.
    pub work: Vec<WorkItem>,
    /// What to look out for.
    pub warnings: Vec<Reason>,
    /// Answers that were given and do not count, as their question is no longer asked.
    pub unused: Vec<Key>,
}

impl Outcome {
    /// Every class, the gravest first.
    pub fn classes(&self) -> impl Iterator<Item = Class> + '_ {
        std::iter::once(self.class).chain(self.also.iter().copied())
    }
}
