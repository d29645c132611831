//! When the deferred lane may speak (G4.8): after a short silence, never far behind.

use std::sync::Arc;

use rollcall_core::time::Timestamp;

use crate::{broadcast::Broadcast, conversation::Relay};

/// Silence of the immediate lane before the opening pair speaks after a URL token.
pub const OPENING_QUIET_MS: i64 = 300;

/// Longest time that anything is held: less than the second that G4.8 allows, because timers and
/// networks are late.
pub const HELD_MS_MAX: i64 = 900;

/// Events held at most; when full, all go out at once. A second of a very busy desk.
pub const HELD_EVENTS_MAX: usize = 512;

/// Which statistics frames are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StatsDue {
    /// None.
    #[default]
    None,
    /// A fresh `initial_stats` for this client alone.
    Initial,
    /// All three names.
    All,
}

/// What waits of the opening pair after a URL token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Opening {
    /// Nothing.
    #[default]
    Done,
    /// `auth_response`, then `connection_status`; since when.
    Pair(Timestamp),
    /// `connection_status`: an explicit sign-in has answered the rest.
    Status(Timestamp),
}

impl Opening {
    const fn since(self) -> Option<Timestamp> {
        match self {
            Self::Done => None,
            Self::Pair(since) | Self::Status(since) => Some(since),
        }
    }
}

/// What one flush tells beside the opening.
pub(super) struct News {
    pub(super) events: Vec<Arc<Broadcast>>,
    pub(super) notice: Option<Arc<Relay>>,
    pub(super) stats: StatsDue,
}

/// What one socket still has to be told, without hurry.
pub(super) struct Deferred {
    /// Silence of the immediate lane before this one speaks, and its collection time: `W`.
    quiet_ms: u32,
    events: Vec<Arc<Broadcast>>,
    notice: Option<Arc<Relay>>,
    stats: StatsDue,
    opening: Opening,
    /// When the oldest of `events`, `notice` and `stats` came.
    oldest: Option<Timestamp>,
    /// When the immediate lane last spoke.
    spoken_at: Timestamp,
}

impl Deferred {
    pub(super) fn new(quiet_ms: u32) -> Self {
        Self {
            quiet_ms,
            events: Vec::new(),
            notice: None,
            stats: StatsDue::None,
            opening: Opening::Done,
            oldest: None,
            spoken_at: Timestamp::default(),
        }
    }

    /// The immediate lane spoke.
    pub(super) fn spoke(&mut self, now: Timestamp) {
        self.spoken_at = now;
    }

    /// Holds an event; says whether the lane is full and must be flushed.
    pub(super) fn hold(&mut self, event: Arc<Broadcast>, now: Timestamp) -> bool {
        self.events.push(event);
        self.oldest.get_or_insert(now);
        self.events.len() >= HELD_EVENTS_MAX
    }

    /// Whether a notice waits; there is room for one.
    pub(super) const fn holds_notice(&self) -> bool {
        self.notice.is_some()
    }

    /// Holds a notice.
    pub(super) fn hold_notice(&mut self, notice: Arc<Relay>, now: Timestamp) {
        self.notice = Some(notice);
        self.oldest.get_or_insert(now);
    }

    /// Statistics are to be sent.
    pub(super) fn owe_stats(&mut self, due: StatsDue, now: Timestamp) {
        self.stats = self.stats.max(due);
        self.oldest.get_or_insert(now);
    }

    /// The opening pair is to be sent.
    pub(super) fn owe_opening(&mut self, now: Timestamp) {
        self.opening = Opening::Pair(now);
    }

    /// An explicit sign-in answers for itself (G4.8).
    pub(super) fn cancel_auth_response(&mut self) {
        if let Opening::Pair(since) = self.opening {
            self.opening = Opening::Status(since);
        }
    }

    fn due(&self, since: Timestamp, quiet_ms: i64, owed: bool) -> Timestamp {
        let latest = since.plus_ms(HELD_MS_MAX);
        let quiet = since.max(self.spoken_at).plus_ms(quiet_ms);
        if owed { latest } else { quiet.min(latest) }
    }

    fn opening_due(&self, owed: bool) -> Option<Timestamp> {
        self.opening.since().map(|since| self.due(since, OPENING_QUIET_MS, owed))
    }

    fn news_due(&self, owed: bool) -> Option<Timestamp> {
        self.oldest.map(|since| self.due(since, self.quiet_ms.into(), owed))
    }

    /// When something will be due; `owed`: the client still waits for an answer.
    pub(super) fn wake_at(&self, owed: bool) -> Option<Timestamp> {
        self.opening_due(owed).into_iter().chain(self.news_due(owed)).min()
    }

    /// Takes what waits of the opening pair, if it is due.
    pub(super) fn take_opening(&mut self, now: Timestamp, owed: bool) -> Opening {
        let due = self.opening_due(owed).is_some_and(|due| due <= now);
        if due { std::mem::take(&mut self.opening) } else { Opening::Done }
    }

    /// Takes events, notice and statistics, if they are due or `all` is wanted.
    pub(super) fn take_news(&mut self, now: Timestamp, owed: bool, all: bool) -> Option<News> {
        let due = self.news_due(owed)?;
        (all || due <= now).then(|| {
            self.oldest = None;
            News {
                events: std::mem::take(&mut self.events),
                notice: self.notice.take(),
                stats: std::mem::take(&mut self.stats),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn g4_8_the_deferred_lane_waits_for_silence_but_never_a_second() {
        let mut lane = Deferred::new(100);
        assert_eq!(lane.wake_at(false), None);
        lane.owe_stats(StatsDue::All, at(0));
        assert_eq!(lane.wake_at(false), Some(at(100)), "collection time");
        lane.spoke(at(50));
        assert_eq!(lane.wake_at(false), Some(at(150)), "silence");
        assert_eq!(lane.wake_at(true), Some(at(900)), "an answer is owed");
        lane.spoke(at(890));
        assert_eq!(lane.wake_at(false), Some(at(900)), "never far behind");
        assert!(lane.take_news(at(899), false, false).is_none());
        assert!(lane.take_news(at(900), true, false).is_some());
        assert_eq!(lane.wake_at(false), None);
    }

    #[test]
    fn g4_8_the_opening_pair_waits_longer_and_loses_its_first_half_to_a_sign_in() {
        let mut lane = Deferred::new(100);
        lane.spoke(at(0));
        lane.owe_opening(at(0));
        assert_eq!(lane.wake_at(false), Some(at(300)));
        lane.cancel_auth_response();
        assert_eq!(lane.take_opening(at(299), false), Opening::Done);
        assert_eq!(lane.take_opening(at(300), false), Opening::Status(at(0)));
        assert_eq!(lane.wake_at(false), None);
    }
}
