//! AI systems: the register's list, and a system's own pages.

pub mod frame;
