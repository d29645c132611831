//! Rollcall.

pub mod clock;
pub mod config;
