//! One Engine.IO session: the states polling, probing, websocket, closed.
//!
//! The owner gives every input to the session and does what the [`Action`]s say, in their order.
//! What the session sends waits in it until [`Session::flush`], which the owner calls at the end
//! of a turn; so a whole turn is one answer to the hanging GET, or one run of frames.

mod closing;
mod incoming;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use super::heartbeat::{Beat, Heartbeat};
use super::packet::open_packet;
use super::queue::Queue;
use super::{Malformed, Packet, Payload, Refusal, SessionId, Settings};

/// What the owner of a session has to do. `'a` is the life of the input's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Give this text to the layer above.
    Text(&'a str),
    /// Give these bytes to the layer above.
    Binary(Cow<'a, [u8]>),
    /// Answer the hanging GET with this body.
    AnswerPoll(Payload),
    /// Write this packet to the WebSocket as one message.
    Frame(Packet),
    /// Close the WebSocket once the frames before this are written.
    CloseWebSocket,
    /// A ping stands in the stream here.
    Pinged,
    /// The last ping was answered: what was sent before [`Action::Pinged`] has arrived.
    Ponged,
    /// The WebSocket has taken over from polling.
    Upgraded,
    /// The session is over. Nothing follows, and every later request is refused.
    Closed(CloseReason),
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The client said so (packet `1`).
    ClientClosed,
    /// The WebSocket closed, or the hanging GET was dropped.
    TransportClosed,
    /// A ping stayed unanswered.
    PingTimeout,
    /// The client misspoke.
    Malformed(Malformed),
    /// A second GET came while one was hanging.
    DuplicatePoll,
    /// More waited than [`Settings`] allow.
    Backlog,
    /// The owner closed it.
    ServerClosed,
}

/// What becomes of a WebSocket that was opened with a session's id.
///
/// The reference server completes such a handshake in every case, and clients rely on it.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attach {
    /// It probes: link it to the session.
    Probing,
    /// It came too late or is one too many: close it, the session does not know it.
    CloseSocket,
}

/// A WebSocket on its way to replace polling.
#[derive(Clone, Copy, Debug)]
struct Probe {
    until_ms: u64,
    /// `2probe` was answered; from here on no GET is left hanging.
    confirmed: bool,
}

#[derive(Clone, Copy, Debug)]
enum Transport {
    Polling { held: bool, probe: Option<Probe> },
    WebSocket,
    Closed,
}

/// One Engine.IO session, without its sockets: see the module for how to drive it.
#[derive(Debug)]
pub struct Session {
    settings: Arc<Settings>,
    transport: Transport,
    heartbeat: Heartbeat,
    queue: Queue,
}

impl Session {
    /// A session whose first request is a GET; the GET is answered at once.
    pub fn open_polling(
        id: &SessionId,
        settings: Arc<Settings>,
        now_ms: u64,
        out: &mut Vec<Action<'_>>,
    ) -> Self {
        out.push(Action::AnswerPoll(Payload::new(vec![open_packet(id, &settings, true)])));
        Self::new(settings, Transport::Polling { held: false, probe: None }, now_ms)
    }

    /// A session directly on a WebSocket whose handshake is done.
    pub fn open_websocket(
        id: &SessionId,
        settings: Arc<Settings>,
        now_ms: u64,
        out: &mut Vec<Action<'_>>,
    ) -> Self {
        out.push(Action::Frame(open_packet(id, &settings, false)));
        Self::new(settings, Transport::WebSocket, now_ms)
    }

    fn new(settings: Arc<Settings>, transport: Transport, now_ms: u64) -> Self {
        let heartbeat = Heartbeat::start(&settings, now_ms);
        Self { settings, transport, heartbeat, queue: Queue::default() }
    }

    /// A GET arrived. `Ok`: it hangs now and the next [`Action::AnswerPoll`] is its answer, by
    /// [`Session::flush`] at the latest when something is there to be sent.
    ///
    /// # Errors
    /// The answer to this GET. A second one beside a hanging one ends the session.
    pub fn get(&mut self, now_ms: u64, out: &mut Vec<Action<'_>>) -> Result<(), Refusal> {
        self.tick(now_ms, out);
        match &mut self.transport {
            Transport::Closed => Err(Refusal::SessionUnknown),
            Transport::WebSocket => Err(Refusal::BadRequest),
            Transport::Polling { held: true, .. } => {
                self.end(CloseReason::DuplicatePoll, out);
                Err(Refusal::BadRequest)
            }
            Transport::Polling { held, .. } => {
                *held = true;
                Ok(())
            }
        }
    }

    /// The client dropped the hanging GET, which is the end of a polling client.
    pub fn get_dropped(&mut self, out: &mut Vec<Action<'_>>) {
        if let Transport::Polling { held: held @ true, .. } = &mut self.transport {
            *held = false;
            self.end(CloseReason::TransportClosed, out);
        }
    }

    /// A WebSocket was opened with this session's id, and its handshake is done.
    pub fn attach_websocket(&mut self, now_ms: u64) -> Attach {
        match &mut self.transport {
            Transport::Polling { probe: probe @ None, .. } => {
                let until_ms = now_ms.saturating_add(self.settings.upgrade_timeout_ms);
                *probe = Some(Probe { until_ms, confirmed: false });
                Attach::Probing
            }
            _ => Attach::CloseSocket,
        }
    }

    /// The linked WebSocket closed or broke. A probing one leaves the session to its polling.
    pub fn websocket_closed(&mut self, out: &mut Vec<Action<'_>>) {
        match &mut self.transport {
            Transport::Polling { probe, .. } => *probe = None,
            Transport::WebSocket => {
                self.transport = Transport::Closed;
                self.end(CloseReason::TransportClosed, out);
            }
            Transport::Closed => {}
        }
    }

    /// Queues a packet that exists nowhere else, such as a reply. One too many ends the session.
    pub fn send(&mut self, packet: Packet, out: &mut Vec<Action<'_>>) {
        if self.is_closed() {
            return;
        }
        if self.queue.is_full(&self.settings) {
            return self.end(CloseReason::Backlog, out);
        }
        self.queue.push(packet);
    }

    /// Takes a packet that the owner can offer again, such as the next of a log: only if it can
    /// leave with the next [`Session::flush`]. `false` leaves it with the owner.
    #[must_use]
    pub fn offer(&mut self, packet: &Packet) -> bool {
        let takes = self.can_take();
        if takes {
            self.queue.push(packet.clone());
        }
        takes
    }

    /// Whether [`Session::offer`] would take a packet now.
    #[must_use]
    pub fn can_take(&self) -> bool {
        match self.transport {
            Transport::Polling { held, .. } => held && self.queue.fits_answer(&self.settings),
            Transport::WebSocket => true,
            Transport::Closed => false,
        }
    }

    /// Whether nothing waits here: what is written to the WebSocket now keeps its order.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether packets leave by WebSocket. Then, after a flush, the owner may as well write shared
    /// frames to it directly: nothing waits that they could overtake.
    #[must_use]
    pub fn is_websocket(&self) -> bool {
        matches!(self.transport, Transport::WebSocket)
    }

    /// Whether the session is over.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.transport, Transport::Closed)
    }

    /// Sends what waits, as far as the transport takes it. To be called after every turn with
    /// an input; it is also what ends a hanging GET during an upgrade.
    pub fn flush(&mut self, out: &mut Vec<Action<'_>>) {
        match &mut self.transport {
            Transport::Polling { held: held @ true, probe } => {
                if !self.queue.is_empty() {
                    *held = false;
                    let answer = self.queue.take_answer(self.settings.payload_bytes_max);
                    out.push(Action::AnswerPoll(answer));
                } else if probe.is_some_and(|probe| probe.confirmed) {
                    *held = false;
                    out.push(Action::AnswerPoll(Payload::new(vec![Packet::NOOP])));
                }
            }
            Transport::WebSocket => {
                out.extend(std::iter::from_fn(|| self.queue.pop()).map(Action::Frame));
            }
            Transport::Polling { .. } | Transport::Closed => {}
        }
    }

    /// The clock moved. To be called at [`Session::next_deadline_ms`].
    pub fn tick(&mut self, now_ms: u64, out: &mut Vec<Action<'_>>) {
        if self.is_closed() {
            return;
        }
        if let Transport::Polling { probe: probe @ Some(_), .. } = &mut self.transport
            && probe.is_some_and(|probe| now_ms >= probe.until_ms)
        {
            *probe = None;
            out.push(Action::CloseWebSocket);
        }
        match self.heartbeat.tick(&self.settings, now_ms) {
            Beat::Wait => {}
            Beat::Dead => self.end(CloseReason::PingTimeout, out),
            Beat::Ping => {
                // Not subject to the queue's limit: at most one ping is ever out.
                self.queue.push(Packet::PING);
                out.push(Action::Pinged);
            }
        }
    }

    /// When [`Session::tick`] has something to do; `None` once closed.
    #[must_use]
    pub fn next_deadline_ms(&self) -> Option<u64> {
        let beat = self.heartbeat.deadline_ms();
        match self.transport {
            Transport::Polling { probe: Some(probe), .. } => Some(beat.min(probe.until_ms)),
            Transport::Polling { probe: None, .. } | Transport::WebSocket => Some(beat),
            Transport::Closed => None,
        }
    }
}
