//! Transports carry bytes: sockets in, conversations out. What the bytes mean is not their affair.

pub mod door;
pub mod engineio;
mod http;
mod live;
mod poll;
mod route;
mod sse;
mod upgrade;
mod websocket;

pub use live::Live;
pub use poll::poll;
pub use sse::events;
pub use upgrade::upgrade;
