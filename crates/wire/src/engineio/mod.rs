//! Engine.IO protocol 4: packets over long polling and WebSocket, without a socket.
//!
//! [`route`] judges a request's query, [`Session`] is the state machine of one
//! Engine.IO session, [`split`] and [`Payload`] are the polling bodies. Time is an
//! argument everywhere, in milliseconds of any clock that never runs backwards.

mod drive;
mod heartbeat;
mod id;
mod packet;
mod payload;
mod queue;
mod request;
mod session;
mod settings;

pub use drive::drive;
pub use id::{SESSION_ID_CHARS, SessionId};
pub use packet::{Incoming, MESSAGE_PREFIX, Malformed, Packet, decode, open_packet};
pub use payload::{PAYLOAD_PACKETS_MAX, Payload, SEPARATOR, split};
pub use request::{Method, Query, Refusal, Request, TransportName, route};
pub use session::{Action, Attach, CloseReason, Session};
pub use settings::Settings;
