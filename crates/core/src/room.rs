//! Rooms: where one thing is followed live. A room is a filter over the tenant's log.

use std::{fmt, str::FromStr, sync::Arc};

use crate::{
    id::{DocumentKind, GatheringId},
    time::Date,
};

/// Where an event belongs, and what a member follows. Following a wider room
/// (`Sheets`, `Everything`) hears all rooms inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Room {
    /// Every room of the tenant.
    Everything,
    /// Every sheet.
    Sheets,
    /// One gathering's sheet on one date.
    Sheet(GatheringId, Date),
    /// Check-ins, check-outs and their statistics.
    Desk,
    /// Persons, families and groups.
    People,
    /// Gatherings.
    Gatherings,
    /// Accounts, sign-ins and the tenant's settings.
    Accounts,
    /// Every document.
    AllDocuments,
    /// Documents of one kind.
    Documents(DocumentKind),
    /// A place to meet under a name of the clients' own: it has presence and relays, no events,
    /// and no text of the native protocol leads to it (church 5.13).
    Named(Arc<str>),
}

impl Room {
    /// The room around this one, `None` around [`Room::Everything`].
    #[must_use]
    pub fn wider(&self) -> Option<Self> {
        match self {
            Self::Everything => None,
            Self::Sheet(..) => Some(Self::Sheets),
            Self::Documents(_) => Some(Self::AllDocuments),
            _ => Some(Self::Everything),
        }
    }

    /// Whether an event of room `inner` belongs to a follower of this room.
    #[must_use]
    pub fn holds(&self, inner: &Self) -> bool {
        if self == inner {
            return true;
        }
        let mut room = inner.wider();
        while let Some(here) = room {
            if here == *self {
                return true;
            }
            room = here.wider();
        }
        false
    }
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Sheets => f.write_str("sheet"),
            Self::Sheet(gathering, date) => write!(f, "sheet/{date}/{gathering}"),
            Self::Desk => f.write_str("desk"),
            Self::People => f.write_str("people"),
            Self::Gatherings => f.write_str("gatherings"),
            Self::Accounts => f.write_str("accounts"),
            Self::AllDocuments => f.write_str("documents"),
            Self::Documents(kind) => write!(f, "documents/{kind}"),
            Self::Named(name) => write!(f, "named/{name}"),
        }
    }
}

/// A text that names no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a room: everything, sheet, sheet/DATE/GATHERING, desk, people, gatherings, accounts, documents or documents/KIND"
)]
pub struct NotARoom;

impl FromStr for Room {
    type Err = NotARoom;

    fn from_str(text: &str) -> Result<Self, NotARoom> {
        Ok(match text {
            "everything" => Self::Everything,
            "sheet" => Self::Sheets,
            "desk" => Self::Desk,
            "people" => Self::People,
            "gatherings" => Self::Gatherings,
            "accounts" => Self::Accounts,
            "documents" => Self::AllDocuments,
            _ => return inner_room(text).ok_or(NotARoom),
        })
    }
}

fn inner_room(text: &str) -> Option<Room> {
    if let Some(kind) = text.strip_prefix("documents/") {
        return DocumentKind::parse("room", kind).ok().map(Room::Documents);
    }
    let (date, gathering) = text.strip_prefix("sheet/")?.split_once('/')?;
    let gathering = GatheringId::parse("room", gathering).ok()?;
    Some(Room::Sheet(gathering, date.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_room_survives_its_text() {
        for text in ["everything", "sheet", "sheet/2025-01-19/a/b", "desk", "documents/grade"] {
            let room: Room = text.parse().unwrap();
            assert_eq!(room.to_string(), text);
        }
        for bad in ["", "sheet/", "sheet/2025-02-30/1", "documents/", "desk/1"] {
            assert_eq!(bad.parse::<Room>(), Err(NotARoom), "{bad}");
        }
    }

    #[test]
    fn a_wider_room_holds_the_rooms_inside_it() {
        let sheet: Room = "sheet/2025-01-19/1".parse().unwrap();
        assert!(
            Room::Sheets.holds(&sheet) && Room::Everything.holds(&sheet) && sheet.holds(&sheet)
        );
        assert!(!sheet.holds(&Room::Sheets) && !Room::Desk.holds(&sheet));
    }
}
