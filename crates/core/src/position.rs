//! Where a client is in a tenant's log: which log (epoch) and how far (offset).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Place in a tenant's log. The first event has offset 1; 0 is before everything.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Offset(pub u64);

impl Offset {
    /// The offset directly after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which log: a random number that changes when a log is created, truncated or restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Epoch(pub u32);

/// A place in one particular log. On the wire an opaque text (`epoch-offset` in hex and decimal).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Which log.
    pub epoch: Epoch,
    /// How far: everything up to and including this offset is known.
    pub offset: Offset,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.epoch.0, self.offset.0)
    }
}

/// A text that is no position of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position that this server gave out")]
pub struct NotAPosition;

impl FromStr for Position {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let (epoch, offset) = text.split_once('-').ok_or(NotAPosition)?;
        let plain = epoch.len() == 8
            && epoch.bytes().all(|b| b.is_ascii_hexdigit())
            && !offset.is_empty()
            && offset.bytes().all(|b| b.is_ascii_digit());
        if !plain {
            return Err(NotAPosition);
        }
        let epoch = u32::from_str_radix(epoch, 16).map_err(|_| NotAPosition)?;
        let offset = offset.parse().map_err(|_| NotAPosition)?;
        Ok(Self { epoch: Epoch(epoch), offset: Offset(offset) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_text() {
        let position = Position { epoch: Epoch(0x1f), offset: Offset(1042) };
        assert_eq!(position.to_string(), "0000001f-1042");
        assert_eq!("0000001f-1042".parse(), Ok(position));
    }

    #[test]
    fn a_foreign_text_is_no_position() {
        for bad in
            ["", "12", "pong", "0000001f-", "0000001f-+1", "1f-10", "0000001f-99999999999999999999"]
        {
            assert_eq!(bad.parse::<Position>(), Err(NotAPosition), "{bad}");
        }
    }
}
