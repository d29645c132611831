//! One client's namespaces: CONNECT before anything else, once, and in time.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::decoder::{Assembled, Decoded, Decoder};
use super::packet::{Ack, Event, MAIN_NAMESPACE, Malformed, Packet};

/// What an endpoint serves and allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The namespaces there are; any other is refused as invalid.
    pub namespaces: Vec<Box<str>>,
    /// How long a client may be in no namespace before its first, in milliseconds.
    pub connect_timeout_ms: u64,
    /// The largest packet taken, attachments included, in bytes.
    pub packet_bytes_max: usize,
}

impl Default for Settings {
    /// The main namespace alone, within the published defaults of the protocol.
    fn default() -> Self {
        Self {
            namespaces: vec![MAIN_NAMESPACE.into()],
            connect_timeout_ms: 45_000,
            packet_bytes_max: 1_000_000,
        }
    }
}

/// What a client did that ends its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// It sent no packet.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It spoke in a namespace it is not connected to.
    #[error("packet for a namespace that is not connected")]
    NotConnected,
    /// It asked for a namespace that it has, or has asked for.
    #[error("namespace connected twice")]
    AlreadyConnected,
    /// It sent what only a server sends.
    #[error("packet in the wrong direction")]
    WrongDirection,
}

/// What a message means to the layer above. `'a` is the life of the message.
#[derive(Debug)]
pub enum Step<'a> {
    /// Nothing to do: attachments have to come first, or nobody can listen to it.
    Nothing,
    /// The client asks for a namespace that exists: grant it ([`Client::connected`]) or refuse it
    /// ([`Client::refused`]), and write the packet that says so.
    Connect {
        /// Which one.
        namespace: &'a str,
        /// A JSON object with its credentials.
        auth: Option<&'a RawValue>,
    },
    /// Send CONNECT_ERROR with [`super::invalid_namespace`].
    InvalidNamespace(&'a str),
    /// An event in a connected namespace.
    Event(Event<'a>),
    /// An acknowledgement. Whether one with this id is awaited is for the layer above to know; the
    /// reference server passes over one that is not.
    Ack(Ack<'a>),
    /// An event or acknowledgement with its attachments.
    Assembled(Assembled),
    /// The client left this namespace. The connection stays.
    Disconnected(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Out,
    Asked,
    In,
}

/// The Socket.IO side of one connection, over whatever Engine.IO transport.
#[derive(Debug)]
pub struct Client {
    settings: Arc<Settings>,
    decoder: Decoder,
    /// One for each of `settings.namespaces`.
    phases: Box<[Phase]>,
    connect_by_ms: Option<u64>,
}

impl Client {
    /// A client that has just opened its transport.
    #[must_use]
    pub fn new(settings: Arc<Settings>, now_ms: u64) -> Self {
        Self {
            decoder: Decoder::new(settings.packet_bytes_max),
            phases: vec![Phase::Out; settings.namespaces.len()].into(),
            connect_by_ms: Some(now_ms.saturating_add(settings.connect_timeout_ms)),
            settings,
        }
    }

    /// Reads a text message.
    ///
    /// # Errors
    /// The transport should be closed.
    pub fn text<'a>(&mut self, text: &'a str) -> Result<Step<'a>, Violation> {
        match self.decoder.text(text)? {
            Decoded::Whole(packet) => self.packet(packet),
            Decoded::NeedsAttachments(_) => Ok(Step::Nothing),
        }
    }

    /// Reads a binary message.
    ///
    /// # Errors
    /// The transport should be closed.
    pub fn binary(&mut self, bytes: &[u8]) -> Result<Step<'static>, Violation> {
        let Decoded::Whole(assembled) = self.decoder.binary(bytes)? else {
            return Ok(Step::Nothing);
        };
        let packet = assembled.packet()?;
        self.require(packet.namespace(), Phase::In)?;
        if matches!(&packet, Packet::Event(event) if event.name.is_none()) {
            return Ok(Step::Nothing);
        }
        Ok(Step::Assembled(assembled))
    }

    fn packet<'a>(&mut self, packet: Packet<'a>) -> Result<Step<'a>, Violation> {
        if let Packet::Connect { namespace, payload } = packet {
            return self.connect(namespace, payload);
        }
        let at = self.require(packet.namespace(), Phase::In)?;
        match packet {
            Packet::Event(event) if event.name.is_none() => Ok(Step::Nothing),
            Packet::Event(event) => Ok(Step::Event(event)),
            Packet::Ack(ack) => Ok(Step::Ack(ack)),
            Packet::Disconnect { namespace } => {
                self.phases[at] = Phase::Out;
                Ok(Step::Disconnected(namespace))
            }
            Packet::Connect { .. } | Packet::ConnectError { .. } => Err(Violation::WrongDirection),
        }
    }

    fn connect<'a>(
        &mut self,
        namespace: &'a str,
        auth: Option<&'a RawValue>,
    ) -> Result<Step<'a>, Violation> {
        let Some(at) = self.place(namespace) else {
            return Ok(Step::InvalidNamespace(namespace));
        };
        if self.phases[at] != Phase::Out {
            return Err(Violation::AlreadyConnected);
        }
        self.phases[at] = Phase::Asked;
        self.connect_by_ms = None;
        Ok(Step::Connect { namespace, auth })
    }

    fn place(&self, namespace: &str) -> Option<usize> {
        self.settings.namespaces.iter().position(|known| **known == *namespace)
    }

    fn require(&self, namespace: &str, phase: Phase) -> Result<usize, Violation> {
        let at = self.place(namespace).filter(|&at| self.phases[at] == phase);
        at.ok_or(Violation::NotConnected)
    }

    /// The namespace the client asked for is granted. `false` if it did not ask.
    pub fn connected(&mut self, namespace: &str) -> bool {
        let asked = self.require(namespace, Phase::Asked);
        if let Ok(at) = asked {
            self.phases[at] = Phase::In;
        }
        asked.is_ok()
    }

    /// The namespace the client asked for is refused. It may ask again, within the time a client
    /// has that is in no namespace at all.
    pub fn refused(&mut self, namespace: &str, now_ms: u64) {
        if let Ok(at) = self.require(namespace, Phase::Asked) {
            self.phases[at] = Phase::Out;
        }
        if self.phases.iter().all(|&phase| phase == Phase::Out) {
            self.connect_by_ms = Some(now_ms.saturating_add(self.settings.connect_timeout_ms));
        }
    }

    /// The server takes the client out of a namespace (and sends DISCONNECT itself). `false` if it
    /// was not in.
    pub fn disconnect(&mut self, namespace: &str) -> bool {
        let connected = self.require(namespace, Phase::In);
        if let Ok(at) = connected {
            self.phases[at] = Phase::Out;
        }
        connected.is_ok()
    }

    /// Whether the client is in this namespace.
    #[must_use]
    pub fn is_connected(&self, namespace: &str) -> bool {
        self.require(namespace, Phase::In).is_ok()
    }

    /// When the transport is to be closed because no CONNECT came; `None` once one has.
    #[must_use]
    pub fn connect_by_ms(&self) -> Option<u64> {
        self.connect_by_ms
    }
}

#[cfg(test)]
mod tests;
