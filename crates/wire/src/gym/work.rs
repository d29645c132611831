//! One request after the other, each finished before the next begins (G3.1, G10.2).

use std::collections::VecDeque;

use super::{
    Gym, Stage, Via, Waiting, Work,
    frames::{self, RATE_LIMITED, Refused},
    lanes::StatsDue,
    operation::{self, Operation},
    request::{Frame, Malformed, Request},
};
use crate::conversation::{Effect, Moment, Outbox};

/// `Rate limit exceeded` is said once in so many milliseconds (G10.2).
const LIMITED_MS: i64 = 1_000;

impl Gym {
    /// A frame came in.
    pub(super) fn hear(&mut self, frame: Result<Frame, Malformed>, at: &Moment, out: &mut Outbox) {
        let anonymous = matches!(self.stage, Stage::Anonymous(_));
        match frame {
            Ok(Frame::One(request)) => self.queue.push_back(Work { request, batched: false }),
            Ok(Frame::Batch(items)) if !items.is_empty() => {
                self.queue.extend(items.into_iter().map(|request| Work { request, batched: true }));
            }
            // An object without a type, or an empty batch, is still a frame that only a
            // signed-in client may send (G2.13).
            Ok(_) | Err(Malformed::Type) if anonymous => self.turn_away(at, out),
            Ok(_) => _ = self.within_rate(at, out),
            Err(malformed) => {
                if self.within_rate(at, out) {
                    self.say(frames::error(malformed.text()), at, out);
                }
            }
        }
        self.work(at, out);
    }

    /// Works off the queue until something must be waited for.
    pub(super) fn work(&mut self, at: &Moment, out: &mut Outbox) {
        self.paced = false;
        while self.waiting.is_none()
            && let Some(work) = self.queue.pop_front()
        {
            let paced = work.batched || matches!(work.request, Request::Operate(_));
            if !paced && !self.within_rate(at, out) {
                continue;
            }
            if paced && !self.draining && !self.operations.take(at.now) {
                self.queue.push_front(work);
                self.paced = true;
                break;
            }
            self.execute(work.request, at, out);
        }
        if self.queue.is_empty() {
            // A batch's room is given back: most sockets are idle.
            self.queue = VecDeque::new();
        }
    }

    fn within_rate(&mut self, at: &Moment, out: &mut Outbox) -> bool {
        let within = self.frames.take(at.now);
        if !within && at.now.since_ms(self.limited_at) >= LIMITED_MS {
            self.limited_at = at.now;
            self.say(frames::error_to_retry(RATE_LIMITED), at, out);
        }
        within
    }

    fn execute(&mut self, request: Request, at: &Moment, out: &mut Outbox) {
        match (&self.stage, request) {
            (Stage::Over { operable: true }, Request::Operate(operation)) => {
                self.operate(*operation, at, out);
            }
            (Stage::Over { .. } | Stage::Unopened(_), _) => {}
            (_, Request::Heartbeat) => self.say(frames::heartbeat_ack(at.now), at, out),
            (_, Request::Ping) => self.say(frames::pong(at.now), at, out),
            (_, Request::Authenticate(Some(token))) => self.sign_in(Via::Message, &token, out),
            (_, Request::Authenticate(None)) => {
                self.refuse_because("No token provided", at, out);
            }
            (Stage::Anonymous(_), _) => self.turn_away(at, out),
            (Stage::Known, request) => self.serve(request, at, out),
        }
    }

    fn serve(&mut self, request: Request, at: &Moment, out: &mut Outbox) {
        match request {
            Request::Operate(operation) => self.operate(*operation, at, out),
            Request::Reconnect => self.deferred.owe_stats(StatsDue::Initial, at.now),
            Request::Resume(since) => self.resume(since, at, out),
            Request::Surplus(surplus) => {
                for (side, id) in surplus.operations {
                    let refused = Refused::rate_limited();
                    self.say(frames::operation_error(side, &refused, id.as_ref()), at, out);
                }
                if surplus.others {
                    self.say(frames::error_to_retry(RATE_LIMITED), at, out);
                }
            }
            _ => {}
        }
    }

    fn operate(&mut self, operation: Operation, at: &Moment, out: &mut Outbox) {
        let Operation { side, command, id } = operation;
        match command {
            Ok(command) => {
                let ticket = self.ticket();
                let known_by = id.as_ref().map(|id| operation::command_id(&command, id));
                self.waiting = Some(Waiting::Submit(ticket, side, id.map(Box::new)));
                out.push(Effect::Submit { ticket, command, id: known_by });
            }
            Err(refused) => {
                self.say(frames::operation_error(side, &refused, id.as_ref()), at, out);
            }
        }
    }
}
