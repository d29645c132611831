//! Placeholder.

pub mod engineio;
pub mod socketio;
