//! Who plays: the organisation's people and units, and the descriptions of its systems.

use std::collections::HashMap;

use domain::actor::{Actor, Role};
use domain::ids::{PersonId, UnitId};
use domain::risk::Treatment;
use domain::system::{Autonomy, DataCategory, Kind, Model, Sourcing, Stage};
use domain::triage::Question;
use serde::Deserialize;
use store::Store;
use store::people::{accept, bootstrap, invite};

use super::{PASSWORD, failed};
use crate::Failure;

/// `data/demo/organisation.json`.
#[derive(Deserialize)]
pub struct Organisation {
    pub units: Vec<String>,
    pub people: Vec<Person>,
    pub systems: Vec<System>,
}

#[derive(Deserialize)]
pub struct Person {
    pub key: String,
    pub name: String,
    pub roles: Vec<Role>,
}

#[derive(Deserialize)]
pub struct System {
    pub name: String,
    pub unit: String,
    pub owner: String,
    pub contributors: Vec<String>,
    pub stage: Stage,
    pub kind: Kind,
    pub sourcing: Sourcing,
    pub vendor: Option<String>,
    pub autonomy: Autonomy,
    pub data: Vec<DataCategory>,
    pub yes: Vec<Question>,
    pub story: super::plot::Story,
    pub days_ago: i64,
    pub purpose: String,
    pub users: Option<String>,
    pub affected: Option<String>,
    pub oversight: Option<String>,
    #[serde(rename = "where")]
    pub runs_where: Option<String>,
    pub models: Vec<Model>,
    pub risks: Vec<Risk>,
}

#[derive(Deserialize)]
pub struct Risk {
    pub key: String,
    pub inherent: [i16; 2],
    pub residual: [i16; 2],
    pub treatment: Treatment,
}

/// The people signed up, by key.
pub struct Cast {
    pub actors: HashMap<String, Actor>,
    pub units: HashMap<String, UnitId>,
}

impl Cast {
    pub fn actor(&self, key: &str) -> Result<&Actor, Failure> {
        self.actors.get(key).ok_or_else(|| Failure::new(format!("the demonstration has no {key}")))
    }

    pub fn id(&self, key: &str) -> Result<PersonId, Failure> {
        Ok(self.actor(key)?.id)
    }
}

/// The story as it is written.
pub fn organisation() -> Result<Organisation, Failure> {
    serde_json::from_str(include_str!("../../data/demo/organisation.json"))
        .map_err(|e| Failure::new(format!("data/demo/organisation.json: {e}")))
}

/// The sign-in address of a person of the demonstration.
pub fn email(key: &str) -> String {
    format!("{key}@halden.example")
}

/// Signs everybody up, the administrator by the first link, the others by invitation. None when people are there already.
pub async fn assemble(store: &Store, story: &Organisation) -> Result<Option<Cast>, Failure> {
    let Some(first) = bootstrap::link(store).await.map_err(|e| failed("the first link", &e))? else { return Ok(None) };
    let mut actors = HashMap::new();
    let Some(chief) = story.people.iter().find(|p| p.roles.contains(&Role::Admin)) else {
        return Err(Failure::new("the demonstration has no administrator"));
    };
    let admin = join(store, &first.secret, chief).await?;
    for person in story.people.iter().filter(|p| p.key != chief.key) {
        let new =
            invite::Newcomer { email: email(&person.key), name: person.name.clone(), roles: person.roles.clone() };
        let link = invite::invite(store, &admin, &new).await.map_err(|e| failed(&person.name, &e))?;
        actors.insert(person.key.clone(), join(store, &link.secret, person).await?);
    }
    let mut units = HashMap::new();
    for name in &story.units {
        units.insert(name.clone(), store::units::add(store, &admin, name).await.map_err(|e| failed(name, &e))?);
    }
    actors.insert(chief.key.clone(), admin);
    Ok(Some(Cast { actors, units }))
}

async fn join(store: &Store, secret: &str, person: &Person) -> Result<Actor, Failure> {
    let answer = accept::Answer { email: email(&person.key), name: person.name.clone(), password: PASSWORD.to_owned() };
    accept::accept(store, secret, &answer, None).await.map_err(|e| failed(&person.name, &e))
}
