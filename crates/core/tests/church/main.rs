//! The church contract's semantics (section 7), rule by rule, on the decisions alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it found by panicking")]

mod lists;
mod marks;
mod world;
