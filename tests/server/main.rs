//! The whole server on a real Postgres, met as browsers meet it: who may do what on every route, what each page costs,
//! whether the portfolio's numbers are true, what becomes of bad input; and the real program, killed, frozen and crowded.

#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

#[path = "../../store/tests/common/mod.rs"]
mod common;
#[path = "../../store/tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests of the store use the rest")]
mod scene;

#[path = "../common/program.rs"]
mod program;

mod api;
mod browser;
mod drill;
mod faults;
mod input;
mod kills;
mod portfolio;
mod pressure;
mod routes;
mod statements;
mod way;
mod world;
mod writers;

// `scene` finds them beside it.
use common::{Register, register};
