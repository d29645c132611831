//! One committed event on its way to everyone who follows it, encoded at most once per dialect.

use std::sync::{Arc, OnceLock};

use rollcall_core::{
    audience::Audience,
    desk::Stats,
    event::Committed,
    position::{Epoch, Offset, Position},
    room::Room,
};

use crate::message::Message;

/// A form in which some dialect sends an event. One place each; to add one, add a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The native `event` message.
    Native,
    /// The native `stats` message after an event of the desk.
    NativeStats,
    /// The gym's `member_checked_in` and `member_checked_out`.
    GymChecked,
    /// The gym's `check_in_update` or `member_update`.
    GymUpdate,
    /// The gym's `activity_notification`.
    GymActivity,
    /// The gym's `notification`.
    GymNotification,
    /// The church's event packet.
    Church,
}

const FORMS: usize = 7;

/// Several events that a dialect sends together, encoded once for all who were held up alike.
#[derive(Debug)]
struct Run {
    offsets: Box<[Offset]>,
    stats: Option<Stats>,
    messages: Arc<[Message]>,
}

/// An event with everything that its delivery needs, shared by all shards and members.
#[derive(Debug)]
pub struct Broadcast {
    /// The event and its place in the log.
    pub committed: Arc<Committed>,
    /// Which log.
    pub epoch: Epoch,
    /// The room it belongs to.
    pub room: Room,
    /// Who may hear it.
    pub audience: Audience,
    stats: OnceLock<Stats>,
    run: OnceLock<Run>,
    encoded: [OnceLock<Option<Message>>; FORMS],
}

impl Broadcast {
    /// Prepares an event for delivery.
    #[must_use]
    pub fn new(epoch: Epoch, committed: Arc<Committed>) -> Self {
        let (room, audience) = (committed.event.room(), committed.event.audience());
        let encoded = std::array::from_fn(|_| OnceLock::new());
        let (stats, run) = (OnceLock::new(), OnceLock::new());
        Self { committed, epoch, room, audience, stats, run, encoded }
    }

    /// Where a reader is once it has the event.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { epoch: self.epoch, offset: self.committed.offset }
    }

    /// Says what the desk's statistics are right after the event. The first word counts; every
    /// shard comes to the same.
    pub fn set_stats(&self, stats: Stats) {
        self.stats.get_or_init(|| stats);
    }

    /// The desk's statistics right after the event, if a shard with the tenant has admitted it.
    #[must_use]
    pub fn stats(&self) -> Option<Stats> {
        self.stats.get().copied()
    }

    /// The event in one form; `encode` runs once for everybody. `None`: this form says nothing
    /// of such an event.
    pub fn message(
        &self,
        form: Form,
        encode: impl FnOnce() -> Option<Message>,
    ) -> Option<&Message> {
        self.encoded[form as usize].get_or_init(encode).as_ref()
    }

    /// Everything to be sent for a run of events that ends with this one. `encode` runs once for
    /// all who have the same events and statistics to send; who has others encodes anew.
    pub fn run(
        &self,
        events: &[Arc<Self>],
        stats: Option<Stats>,
        encode: impl Fn() -> Vec<Message>,
    ) -> Arc<[Message]> {
        let offsets = || events.iter().map(|event| event.committed.offset);
        let run = self.run.get_or_init(|| Run {
            offsets: offsets().collect(),
            stats,
            messages: encode().into(),
        });
        if run.stats == stats && run.offsets.iter().copied().eq(offsets()) {
            run.messages.clone()
        } else {
            encode().into()
        }
    }
}
