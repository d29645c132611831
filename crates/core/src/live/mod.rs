//! What was committed, in order, for those who follow it now.

mod presence;
mod tape;

pub use presence::{Presence, PresenceMember, PresenceRoom};
pub use tape::{Admitted, Tape};

use crate::{limits, position::Position};

/// How a client that knows everything up to a position is brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// By everything after its position.
    Events,
    /// By a fresh snapshot, and by saying why.
    Snapshot(Reset),
}

/// Why a client's position could not be continued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// It names another log: the log was restored or made anew.
    OtherEpoch,
    /// It lies further back than [`limits::RECOVER_EVENTS_MAX`].
    TooOld,
    /// It lies behind the log's head: no position that we gave out.
    Ahead,
}

impl Reset {
    /// The stable word for it on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherEpoch => "other_epoch",
            Self::TooOld => "too_old",
            Self::Ahead => "ahead",
        }
    }
}

/// Judges a client's position by the log's head.
#[must_use]
pub fn recover(known: Position, head: Position) -> Recovery {
    if known.epoch != head.epoch {
        return Recovery::Snapshot(Reset::OtherEpoch);
    }
    match head.offset.0.checked_sub(known.offset.0) {
        None => Recovery::Snapshot(Reset::Ahead),
        Some(behind) if behind > limits::RECOVER_EVENTS_MAX => Recovery::Snapshot(Reset::TooOld),
        Some(_) => Recovery::Events,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::{Epoch, Offset};

    #[test]
    fn a_position_is_continued_only_in_its_own_log_and_within_reach() {
        let at = |epoch, offset| Position { epoch: Epoch(epoch), offset: Offset(offset) };
        let head = at(1, 20_000);
        for (known, want) in [
            (at(1, 20_000), Recovery::Events),
            (at(1, 10_000), Recovery::Events),
            (at(1, 9_999), Recovery::Snapshot(Reset::TooOld)),
            (at(1, 20_001), Recovery::Snapshot(Reset::Ahead)),
            (at(2, 20_000), Recovery::Snapshot(Reset::OtherEpoch)),
        ] {
            assert_eq!(recover(known, head), want, "{known}");
        }
    }
}
