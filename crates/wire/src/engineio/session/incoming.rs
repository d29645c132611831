//! What a client sends: POST bodies, WebSocket messages, and the probe's two words.

use std::borrow::Cow;

use super::{Action, CloseReason, Malformed, Packet, Payload, Refusal, Session, Transport};
use crate::engineio::packet::{Incoming, decode};
use crate::engineio::payload::split;

impl Session {
    /// A POST arrived with its whole body. `Ok`: answer it with `ok`.
    ///
    /// # Errors
    /// The answer to this POST. A malformed body ends the session, but what stood before the fault
    /// has been delivered.
    pub fn post<'a>(
        &mut self,
        body: &'a [u8],
        now_ms: u64,
        out: &mut Vec<Action<'a>>,
    ) -> Result<(), Refusal> {
        match self.transport {
            Transport::Closed => return Err(Refusal::SessionUnknown),
            Transport::WebSocket => return Err(Refusal::BadRequest),
            Transport::Polling { .. } if body.len() > self.settings.payload_bytes_max => {
                return Err(Refusal::PayloadTooLarge);
            }
            Transport::Polling { .. } => {}
        }
        self.payload(body, now_ms, out).map_err(|why| {
            self.end(CloseReason::Malformed(why), out);
            Refusal::BadRequest
        })
    }

    fn payload<'a>(
        &mut self,
        body: &'a [u8],
        now_ms: u64,
        out: &mut Vec<Action<'a>>,
    ) -> Result<(), Malformed> {
        for packet in split(body)? {
            self.packet(packet?, now_ms, out)?;
            if self.is_closed() {
                break;
            }
        }
        Ok(())
    }

    /// A text message arrived on the linked WebSocket.
    pub fn websocket_text<'a>(&mut self, text: &'a str, now_ms: u64, out: &mut Vec<Action<'a>>) {
        match self.transport {
            Transport::Polling { probe: Some(_), .. } => self.probe_text(text, out),
            Transport::WebSocket => {
                let packet = self.bounded(text.len()).and_then(|()| decode(text));
                if let Err(why) = packet.and_then(|packet| self.packet(packet, now_ms, out)) {
                    self.end(CloseReason::Malformed(why), out);
                }
            }
            Transport::Polling { probe: None, .. } | Transport::Closed => {}
        }
    }

    /// A binary message arrived on the linked WebSocket.
    pub fn websocket_binary<'a>(&mut self, bytes: &'a [u8], out: &mut Vec<Action<'a>>) {
        match &mut self.transport {
            Transport::Polling { probe: probe @ Some(_), .. } => {
                *probe = None;
                out.push(Action::CloseWebSocket);
            }
            Transport::WebSocket => match self.bounded(bytes.len()) {
                Ok(()) => out.push(Action::Binary(Cow::Borrowed(bytes))),
                Err(why) => self.end(CloseReason::Malformed(why), out),
            },
            Transport::Polling { probe: None, .. } | Transport::Closed => {}
        }
    }

    fn bounded(&self, message_bytes: usize) -> Result<(), Malformed> {
        if message_bytes > self.settings.payload_bytes_max {
            return Err(Malformed::TooLarge);
        }
        Ok(())
    }

    /// The probe knows two words, each at its time; any other costs it the attempt and leaves the
    /// session to its polling.
    fn probe_text(&mut self, text: &str, out: &mut Vec<Action<'_>>) {
        let Transport::Polling { held, probe } = &mut self.transport else { return };
        match (text, probe.as_mut()) {
            ("2probe", Some(begun)) if !begun.confirmed => {
                begun.confirmed = true;
                out.push(Action::Frame(Packet::PROBED));
            }
            ("5", Some(begun)) if begun.confirmed => {
                if *held {
                    out.push(Action::AnswerPoll(Payload::new(vec![Packet::NOOP])));
                }
                self.transport = Transport::WebSocket;
                out.push(Action::Upgraded);
            }
            _ => {
                *probe = None;
                out.push(Action::CloseWebSocket);
            }
        }
    }

    fn packet<'a>(
        &mut self,
        packet: Incoming<'a>,
        now_ms: u64,
        out: &mut Vec<Action<'a>>,
    ) -> Result<(), Malformed> {
        match packet {
            Incoming::Message(text) => out.push(Action::Text(text)),
            Incoming::Binary(bytes) => out.push(Action::Binary(Cow::Owned(bytes))),
            Incoming::Pong => {
                if self.heartbeat.pong(&self.settings, now_ms) {
                    out.push(Action::Ponged);
                }
            }
            Incoming::Close => self.end(CloseReason::ClientClosed, out),
            Incoming::Open | Incoming::Ping(_) => return Err(Malformed::WrongDirection),
            Incoming::Upgrade | Incoming::Noop => {}
        }
        Ok(())
    }
}
