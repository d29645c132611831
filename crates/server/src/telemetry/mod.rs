//! What the program tells of itself: log lines and numbers.

mod log;
mod metrics;
mod returns;
mod shelf;

pub use self::{
    log::start as start_log,
    metrics::{Metrics, Peer},
    shelf::Totals,
};
