//! A message from one connection to others of its tenant and dialect.

use rollcall_core::{audience::Audience, room::Room};

use crate::message::Message;

/// A message from one connection to others of its tenant and dialect. It stands in no log, and
/// whoever is not connected never gets it.
#[derive(Debug)]
pub struct Relay {
    /// Whom it is for. A shard may hand it to everybody of the tenant: conversations judge again.
    pub reach: Reach,
    /// Who may hear it.
    pub audience: Audience,
    /// The message.
    pub message: Message,
}

/// Whom a [`Relay`] is for; never its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everybody of the tenant.
    Tenant,
    /// Whoever would hear an event of that room.
    Followers(Room),
    /// Whoever is present in that room.
    Attenders(Room),
}
