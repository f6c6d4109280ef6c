//! Who acts: a signed-in person with roles, or the program itself.

use crate::ids::PersonId;
use serde::{Deserialize, Serialize};

crate::words! {
    /// What a person comes to do. Several may be held; "must never" rules hold for the person, not the role.
    /// Owner and contributor are not roles of the organisation: they are given per system.
    Role {
        Owner = "owner", "Project owner";
        Committee = "committee", "Committee member";
        Chair = "chair", "Committee chair";
        Executive = "executive", "Executive";
        Auditor = "auditor", "Auditor";
        Admin = "admin", "Administrator";
    }
}

/// The person on whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person.
    pub id: PersonId,
    /// Display name at the time of acting.
    pub name: String,
    /// Sign-in address.
    pub email: String,
    /// Roles held now.
    pub roles: Vec<Role>,
    /// Where the request came from, for the audit trail; none for the command line.
    pub address: Option<std::net::IpAddr>,
    /// The API token that it is done with; none in the browser and on the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Via>,
}

/// A token as the audit trail names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// The token.
    pub id: uuid::Uuid,
    /// What its owner calls it.
    pub token: String,
    /// Who answers for it, by name.
    pub owner: String,
}

impl Actor {
    /// Whether the person holds a role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the person holds one of these roles.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|r| self.has(*r))
    }

    /// Whether the person may read every system, not only their own.
    pub fn reads_all(&self) -> bool {
        self.has_any(&[Role::Committee, Role::Chair, Role::Executive, Role::Auditor, Role::Admin])
    }

    /// Whether the person may vote at all (chairs are members).
    pub fn votes(&self) -> bool {
        self.has_any(&[Role::Committee, Role::Chair])
    }
}
