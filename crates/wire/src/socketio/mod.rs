//! Socket.IO protocol 5: packets inside Engine.IO messages, without a socket.
//!
//! [`decode`] reads one packet, [`Decoder`] also gathers binary attachments, [`Client`] keeps the
//! namespaces of one connection, [`PacketWriter`] and its neighbours write. No text here carries
//! the Engine.IO prefix `4`: whoever encodes puts it first, whoever decodes has it taken off.

mod client;
mod decode;
mod decoder;
mod drive;
mod encode;
mod packet;

pub use client::{Client, Settings, Step, Violation};
pub use decode::decode;
pub use decoder::{Assembled, Decoded, Decoder};
pub use drive::drive;
pub use encode::{PacketWriter, connect, connect_error, disconnect, invalid_namespace};
pub use packet::{
    ARGS_MAX, ATTACHMENTS_MAX, Ack, Event, JSON_DEPTH_MAX, MAIN_NAMESPACE, Malformed, Packet,
    placeholder,
};
