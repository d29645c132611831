//! Placeholder.

pub mod engineio;
