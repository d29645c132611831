//! RFC 6455, the server's side of it: one small decoder per connection, frames that are shared, no
//! extensions.
//!
//! permessage-deflate is declined on purpose: a compressor costs tens of KiB per connection and
//! would make every member's bytes different, so that nothing could be encoded once and shared.

pub mod close;
mod decode;
mod encode;
mod frame;
pub mod handshake;
mod malformed;
mod mask;
mod partial;

pub use decode::{Decoder, Incoming, Reader};
pub use encode::{HEADER_BYTES_MAX, close, ping, pong, write_header};
pub use frame::{CONTROL_BYTES_MAX, Opcode};
pub use malformed::Malformed;
