//! The church dialect (contract `church`): Socket.IO packets over Engine.IO.

mod connect;
mod encode;
mod events;
mod rate;
pub mod read;
mod records;
mod refresh;
mod relays;
mod rooms;
mod say;
mod seal;
mod session;
pub mod shape;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
pub use records::{RecordReply, unread};
use rollcall_core::{
    decide::Answer,
    id::GatheringId,
    live::PresenceMember,
    rejection::{Fault, Refusal, Rejection},
    room::Room,
    time::{Date, Timestamp},
};
pub use seal::{Seal, Sealed};
use serde_json::{Map, Value};
use session::Session;

use crate::{
    broadcast::{Broadcast, Form},
    conversation::{
        Conversation, Followed, Identity, Moment, Note, Opening, Outbox, SignInRefusal, Ticket,
    },
    message::Message,
    socketio::{self, Client, Step},
};

/// The close code of a connection that misspoke; only a WebSocket shows it.
const MISSPOKE: u16 = 1002;

/// The close code of a connection that should come back (2.10).
const COME_BACK: u16 = 1012;

/// How long a transport may be open without a CONNECT (2.8).
const CONNECT_TIMEOUT_MS: u64 = 8_000;

/// How long a ping may stay unanswered (2.4), in milliseconds.
pub const PING_TIMEOUT_MS: u64 = 60_000;

/// What all conversations of one listener share.
#[derive(Debug)]
pub struct Endpoint {
    /// Writes private ids.
    pub seal: Seal,
    /// Whether clients without a token are believed (3.7).
    pub trust: bool,
    socketio: Arc<socketio::Settings>,
}

impl Endpoint {
    /// An endpoint under that seal.
    #[must_use]
    pub fn new(seal: Seal, trust: bool) -> Self {
        let settings =
            socketio::Settings { connect_timeout_ms: CONNECT_TIMEOUT_MS, ..Default::default() };
        Self { seal, trust, socketio: Arc::new(settings) }
    }
}

/// Milliseconds of a clock that the Socket.IO layer understands.
fn clock_ms(now: Timestamp) -> u64 {
    u64::try_from(now.millis()).unwrap_or_default()
}

/// One client's side.
pub struct Church {
    endpoint: Arc<Endpoint>,
    client: Client,
    /// From the cookie or header of the handshake, until CONNECT.
    token: Option<Box<str>>,
    /// The public id of a new session.
    sid: Arc<str>,
    phase: Phase,
}

enum Phase {
    Waiting,
    Connecting(Box<connect::Connecting>),
    Connected(Box<Session>),
    Over,
}

impl Church {
    /// A conversation on a transport opened at `now`. `nonce` is fresh chance: it names the
    /// session, so it must be unguessable.
    #[must_use]
    pub fn new(endpoint: Arc<Endpoint>, opening: Opening, nonce: [u8; 15], now: Timestamp) -> Self {
        Self {
            client: Client::new(endpoint.socketio.clone(), clock_ms(now)),
            token: opening.token.filter(|token| !token.is_empty()).map(Into::into),
            sid: URL_SAFE_NO_PAD.encode(nonce).into(),
            phase: Phase::Waiting,
            endpoint,
        }
    }

    fn end(&mut self, reason: &str, out: &mut Outbox) {
        self.close(COME_BACK, reason, out);
    }

    fn close(&mut self, code: u16, reason: &str, out: &mut Outbox) {
        if !matches!(self.phase, Phase::Over | Phase::Connected(_)) {
            self.phase = Phase::Over;
        }
        out.close(code, reason);
    }

    fn session(&mut self) -> Option<&mut Session> {
        match &mut self.phase {
            Phase::Connected(session) => Some(session),
            _ => None,
        }
    }
}

impl Conversation for Church {
    fn opened(&mut self, _at: &Moment, _out: &mut Outbox) {}

    fn text(&mut self, text: &str, at: &Moment, out: &mut Outbox) {
        if matches!(self.phase, Phase::Over) {
            return;
        }
        match self.client.text(text) {
            Ok(Step::Connect { auth, .. }) => {
                let auth = auth.and_then(|auth| serde_json::from_str(auth.get()).ok());
                self.connect(auth.unwrap_or_default(), at, out);
            }
            Ok(Step::InvalidNamespace(namespace)) => out.send(say::no_namespace(namespace)),
            Ok(Step::Event(event)) if !is_binary(text) => {
                let payload = event.args.first();
                let payload: Option<Value> =
                    payload.and_then(|raw| serde_json::from_str(raw.get()).ok());
                let name = event.name.unwrap_or_default();
                self.said(&name, &payload.unwrap_or(Value::Null), at, out);
            }
            // A client that leaves the only namespace is done; it may return with its pid (2.22).
            Ok(Step::Disconnected(_)) => self.end("left", out),
            Ok(Step::Nothing) if !is_binary(text) => {}
            Ok(Step::Ack(_)) => {}
            Ok(_) | Err(_) => self.close(MISSPOKE, "malformed packet", out),
        }
    }

    fn binary(&mut self, _bytes: &[u8], _at: &Moment, out: &mut Outbox) {
        self.close(MISSPOKE, "malformed packet", out);
    }

    fn ready(&self) -> bool {
        match &self.phase {
            Phase::Connecting(_) => false,
            Phase::Connected(session) => session.pending.is_none(),
            Phase::Waiting | Phase::Over => true,
        }
    }

    fn signed_in(
        &mut self,
        who: Result<Arc<Identity>, SignInRefusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        self.judged(who, at, out);
    }

    fn claimed(&mut self, kept: Option<Arc<str>>, _at: &Moment, out: &mut Outbox) {
        self.named(kept, out);
    }

    fn answered(
        &mut self,
        ticket: Ticket,
        verdict: &Result<Answer, Refusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        if let Some(session) = self.session() {
            session.answered(ticket, verdict, at, out);
        }
    }

    fn events_before_answer(&self) -> bool {
        true
    }

    fn looked(
        &mut self,
        ticket: Ticket,
        found: Result<Result<Message, Rejection>, Fault>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        match &mut self.phase {
            Phase::Connected(session) => session.looked(ticket, found, at, out),
            _ => self.recoverable(found.ok(), at, out),
        }
    }

    fn followed(&mut self, ticket: Ticket, followed: Followed, at: &Moment, out: &mut Outbox) {
        self.followed_from(ticket, followed, at, out);
    }

    fn recalled(&mut self, sheets: Vec<(GatheringId, Date)>, at: &Moment, out: &mut Outbox) {
        if let Some(session) = self.session() {
            session.recalled(sheets, at, out);
        }
    }

    fn attended(
        &mut self,
        room: &Room,
        members: &Arc<[PresenceMember]>,
        connections: usize,
        at: &Moment,
        out: &mut Outbox,
    ) {
        if let Some(session) = self.session() {
            session.attended(room, members, connections, at, out);
        }
    }

    fn event(&mut self, event: &Arc<Broadcast>, _at: &Moment, out: &mut Outbox) {
        let Some(session) = self.session() else { return };
        if session.wants(&event.room)
            && let Some(message) =
                event.message(Form::Church, || encode::encode(event, &session.who.tenant))
        {
            out.send_at(message.clone(), event.position());
        }
    }

    fn note(&mut self, note: &Note, at: &Moment, out: &mut Outbox) {
        let quiet = matches!(note, Note::TakenOver | Note::Draining);
        if let Some(session) = self.session() {
            session.quiet |= quiet;
        }
        match (note, self.session()) {
            (Note::Relayed(relay), Some(session)) if session.is_reached(relay) => {
                out.send(relay.message.clone());
            }
            (Note::Presence { room, present }, Some(session)) => {
                session.room_changed(room, present, at, out);
            }
            (Note::Identity(who), Some(session)) => session.who = who.clone(),
            (Note::SignedOut(_), _) => self.end("signed out", out),
            (Note::Lost(_), _) => self.end("too far behind", out),
            (Note::TakenOver, _) => self.end("taken over", out),
            (Note::Draining, _) => self.end("restart", out),
            (Note::Relayed(_) | Note::Presence { .. } | Note::Identity(_) | Note::Stats(_), _) => {}
        }
    }

    fn wake_at(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Waiting => {
                let by_ms = self.client.connect_by_ms()?;
                Some(Timestamp::from_millis(i64::try_from(by_ms).unwrap_or(i64::MAX)))
            }
            Phase::Connected(session) => session.wakes_at(),
            Phase::Connecting(_) | Phase::Over => None,
        }
    }

    fn woken(&mut self, at: &Moment, out: &mut Outbox) {
        if self.wake_at().is_none_or(|due| due > at.now) {
            return;
        }
        let Some(session) = self.session() else {
            return self.close(MISSPOKE, "no CONNECT in time", out);
        };
        session.give_owed(out);
    }

    fn closed(&mut self, _at: &Moment, out: &mut Outbox) {
        if let Some(session) = self.session() {
            session.gone(out);
        }
        self.phase = Phase::Over;
    }
}

/// Whether a packet is of the kind that announces attachments, though it be none (2.9).
fn is_binary(packet: &str) -> bool {
    packet.starts_with(['5', '6'])
}

/// An object of a packet; what is none has no keys.
fn object(payload: &Value) -> Map<String, Value> {
    payload.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn church_12_6_an_idle_client_costs_little() {
        assert!(size_of::<Church>() <= 320, "{}", size_of::<Church>());
        assert!(size_of::<Session>() <= 512, "{}", size_of::<Session>());
    }
}
