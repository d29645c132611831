//! Transports carry bytes: sockets in, conversations out. What the bytes mean is not their affair.

pub mod door;
pub mod engineio;
mod http;
mod live;
mod route;
mod websocket;

pub use live::{Live, events, poll, upgrade};
