//! Going on after a gap: what was missed comes once, in order (G9.11).

use rollcall_core::{
    position::{Epoch, Offset, Position},
    room::Room,
};

use super::{Follow, Gym, StatsDue, frames, request::Since};
use crate::{
    broadcast::Broadcast,
    conversation::{Effect, From, Look, Moment, Outbox},
};

/// Which events the client was given.
#[derive(Default)]
pub(super) struct Seen {
    epoch: Option<Epoch>,
    /// Everything after this, up to `to`, was given; `None` until the first event.
    from: Option<Offset>,
    to: Offset,
    /// Given already and not to be given again: after the first, up to the second.
    skip: (Offset, Offset),
}

impl Seen {
    /// Live from a position on.
    pub(super) fn begin(&mut self, position: Option<Position>) {
        let offset = position.map(|position| position.offset);
        let epoch = position.map(|position| position.epoch);
        let to = offset.unwrap_or_default();
        *self = Self { epoch, from: offset, to, skip: (to, to) };
    }

    /// Notes an event that comes; says whether the client did not have it before.
    pub(super) fn is_new(&mut self, event: &Broadcast) -> bool {
        let offset = event.committed.offset;
        self.from.get_or_insert(Offset(offset.0.saturating_sub(1)));
        self.to = self.to.max(offset);
        !(self.skip.0 < offset && offset <= self.skip.1)
    }

    /// The position that a client names, if it can be one of this log.
    fn position(&self, since: &Since) -> Option<Position> {
        match since {
            Since::Seq(seq) => Some(Position { epoch: self.epoch?, offset: Offset(*seq) }),
            Since::EventId(text) => text.parse().ok(),
        }
    }

    /// From here on the events after a position come once more.
    fn replay(&mut self, after: Position) {
        let from = self.from.unwrap_or(self.to);
        self.skip = (from, self.to);
        self.from = Some(from.min(after.offset));
    }
}

impl Gym {
    /// Leaves the rooms and follows them again from the client's position.
    pub(super) fn resume(&mut self, since: Option<Since>, at: &Moment, out: &mut Outbox) {
        let Some(after) = since.and_then(|since| self.seen.position(&since)) else {
            self.deferred.owe_stats(StatsDue::Initial, at.now);
            return;
        };
        self.seen.replay(after);
        out.push(Effect::Unfollow(Room::Desk));
        out.push(Effect::Unfollow(Room::People));
        let snapshot: Look = Box::new(|_, position| Ok(Ok(frames::resumed(position, true))));
        self.follow(Follow::Resume, From::After(after, snapshot), out);
    }
}
