//! How a session ends: what the hanging GET and the WebSocket still get.

use super::{Action, CloseReason, Packet, Payload, Session, Transport};

impl Session {
    /// Ends the session from this side: what waits still goes out if a transport is there to take
    /// it, then a WebSocket is closed and a hanging GET gets packet `1`.
    pub fn close(&mut self, out: &mut Vec<Action<'_>>) {
        if self.is_closed() {
            return;
        }
        match &mut self.transport {
            Transport::Polling { held: held @ true, .. } => {
                *held = false;
                self.queue.push(Packet::CLOSE);
                out.push(Action::AnswerPoll(self.queue.take_answer(usize::MAX)));
            }
            _ => self.flush(out),
        }
        self.end(CloseReason::ServerClosed, out);
    }

    /// Ends the session at once; what waits is dropped.
    pub(super) fn end(&mut self, reason: CloseReason, out: &mut Vec<Action<'_>>) {
        let transport = std::mem::replace(&mut self.transport, Transport::Closed);
        match transport {
            Transport::Polling { held, probe } => {
                if held {
                    // A client that closed needs no telling, only an end to its request.
                    let asked = reason == CloseReason::ClientClosed;
                    let last = if asked { Packet::NOOP } else { Packet::CLOSE };
                    out.push(Action::AnswerPoll(Payload::new(vec![last])));
                }
                if probe.is_some() {
                    out.push(Action::CloseWebSocket);
                }
            }
            Transport::WebSocket => out.push(Action::CloseWebSocket),
            Transport::Closed => {}
        }
        self.queue = super::Queue::default();
        out.push(Action::Closed(reason));
    }
}
