//! How Rollcall runs: transports around pure conversations, one way in, one way out.

pub mod api;
pub mod app;
mod arriving;
pub mod auth;
mod by_tenant;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connection;
pub mod control;
mod few;
mod flow;
pub mod forgotten;
pub mod glimpses;
pub mod health;
pub mod kept;
pub mod names;
pub mod presence;
pub mod shard;
pub mod sole;
pub mod submit;
pub mod telemetry;
pub mod tenants;
pub mod transport;
pub mod ui;
