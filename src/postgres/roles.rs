//! The roles and the database of the private cluster. On a database of the operator's they are the operator's to make.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::place::Place;
use super::{Error, OWNER};

/// A connection as the owner, to the database that every cluster has.
pub async fn connect(place: &Place) -> Result<PgConnection, sqlx::Error> {
    PgConnectOptions::from_str(&place.url(OWNER, "postgres"))?.connect().await
}

/// Makes the application's role and the database where they are absent.
pub async fn ensure(place: &Place) -> Result<(), Error> {
    let mut owner = connect(place).await?;
    let role: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = 'countersign_app')")
        .fetch_one(&mut owner)
        .await?;
    let statement = if role { "alter role countersign_app login" } else { "create role countersign_app login" };
    sqlx::query(statement).execute(&mut owner).await?;
    let database: bool = sqlx::query_scalar("select exists (select from pg_database where datname = 'countersign')")
        .fetch_one(&mut owner)
        .await?;
    if !database {
        sqlx::query("create database countersign owner countersign").execute(&mut owner).await?;
    }
    owner.close().await?;
    Ok(())
}
