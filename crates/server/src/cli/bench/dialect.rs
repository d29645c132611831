//! What a measured client says and hears, in each dialect that is measured.

use std::net::SocketAddr;

use clap::ValueEnum;
use serde_json::json;

use super::{
    client::TEXT,
    frames::{self, Frame},
    world::{DATE, GATHERING},
};

/// The dialects that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Dialect {
    /// The native one, over a WebSocket.
    Native,
    /// The church's: Socket.IO over a WebSocket.
    Church,
}

/// How the members of a crowd come.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// In the native dialect, all following the sheet; behind a position if they come back.
    Native { after: Option<String> },
    /// With Socket.IO, in no room: they hear everything that they may see (church 4.4).
    Church,
    /// With Socket.IO, so many to a room: each room is the sheet of another date.
    ChurchRooms { members: usize },
}

/// What a frame means to a member.
pub(super) enum Meaning {
    /// The member is where it wants to be.
    Joined,
    /// An event of the sheet.
    Event,
    /// The server waits for this text.
    Say(String),
    /// The server refuses.
    Refused,
    /// Nothing that counts.
    Other,
}

impl Manner {
    /// The first bytes of a member with that token.
    pub(super) fn opening(&self, to: SocketAddr, token: &str) -> Vec<u8> {
        match self {
            Self::Native { after } => native_opening(to, token, &follow(after.as_deref())),
            Self::Church | Self::ChurchRooms { .. } => {
                handshake(to, "/socket.io/?EIO=4&transport=websocket", "").into_bytes()
            }
        }
    }

    /// What a frame means to the `number`th member, who has that token.
    pub(super) fn hear(&self, frame: &Frame<'_>, number: usize, token: &str) -> Meaning {
        let room = match self {
            Self::Native { .. } => return hear_native(frame),
            Self::Church => None,
            Self::ChurchRooms { members } => Some(number / members),
        };
        let start = frame.start;
        if start.starts_with(b"42[\"attendance_update\"") {
            Meaning::Event
        } else if start.starts_with(b"0{") {
            Meaning::Say(format!("40{}", json!({ "token": token })))
        } else if start.starts_with(b"42[\"connected\"") {
            room.map_or(Meaning::Joined, |room| Meaning::Say(join(room)))
        } else if start.starts_with(b"42[\"joined_attendance\"") {
            Meaning::Joined
        } else if start.starts_with(b"44") || start.starts_with(b"42[\"error\"") {
            Meaning::Refused
        } else {
            Meaning::Other
        }
    }
}

/// The first bytes of a native client: the handshake and, if it is not empty, what it says first.
pub(super) fn native_opening(to: SocketAddr, token: &str, first: &str) -> Vec<u8> {
    let authorization = format!("Authorization: Bearer {token}\r\n");
    let mut opening = handshake(to, "/v1/live", &authorization).into_bytes();
    if !first.is_empty() {
        opening.extend(frames::masked(TEXT, first.as_bytes()));
    }
    opening
}

fn handshake(to: SocketAddr, path: &str, header: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {to}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n{header}\r\n"
    )
}

/// The native request to follow the sheet.
fn follow(after: Option<&str>) -> String {
    let room = format!("sheet/{DATE}/{GATHERING}");
    let mut request = json!({"type": "follow", "data": {"id": "f", "rooms": [room]}});
    if let Some(after) = after {
        request["data"]["after"] = json!(after);
    }
    request.to_string()
}

/// The church's request to join the `room`th date's sheet: 336 dates a year, all of them real.
fn join(room: usize) -> String {
    let (year, month, day) = (2001 + room / 336 % 99, room / 28 % 12 + 1, room % 28 + 1);
    let gathering: u32 = GATHERING.parse().unwrap_or_default();
    let sheet = json!({"gatheringId": gathering, "date": format!("{year}-{month:02}-{day:02}")});
    format!("42{}", json!(["join_attendance", sheet]))
}

fn hear_native(frame: &Frame<'_>) -> Meaning {
    if frame.says("event") {
        Meaning::Event
    } else if frame.says("snapshot") || frame.says("following") {
        Meaning::Joined
    } else if frame.says("error") {
        Meaning::Refused
    } else {
        Meaning::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(manner: &Manner, text: &str) -> String {
        let frame = Frame { opcode: TEXT, bytes: text.len() + 2, start: text.as_bytes() };
        match manner.hear(&frame, 25, "t0") {
            Meaning::Joined => "joined".into(),
            Meaning::Event => "event".into(),
            Meaning::Say(text) => text,
            Meaning::Refused => "refused".into(),
            Meaning::Other => "other".into(),
        }
    }

    #[test]
    fn a_church_member_answers_until_it_is_where_it_wants_to_be() {
        let (nowhere, rooms) = (Manner::Church, Manner::ChurchRooms { members: 10 });
        let join = r#"42["join_attendance",{"date":"2001-01-03","gatheringId":1}]"#;
        for (heard, in_none, in_rooms) in [
            (r#"0{"sid":"s"}"#, r#"40{"token":"t0"}"#, r#"40{"token":"t0"}"#),
            (r#"40{"sid":"s","pid":"p"}"#, "other", "other"),
            (r#"42["connected",{},"o"]"#, "joined", join),
            (r#"42["joined_attendance",{}]"#, "joined", "joined"),
            (r#"42["room_users_updated",{}]"#, "other", "other"),
            (r#"42["attendance_update",{},"o"]"#, "event", "event"),
            (r#"44{"message":"Invalid token"}"#, "refused", "refused"),
        ] {
            assert_eq!(hear(&nowhere, heard), in_none, "{heard}");
            assert_eq!(hear(&rooms, heard), in_rooms, "{heard}");
        }
    }

    #[test]
    fn every_room_is_a_real_date_of_its_own() {
        let rooms: std::collections::HashSet<_> = (0..20_000).map(join).collect();
        assert_eq!(rooms.len(), 20_000);
        for room in rooms {
            let (_, date) = room.split_once("date\":\"").expect("a join names a date");
            assert!(date[..10].parse::<rollcall_core::time::Date>().is_ok(), "{room}");
        }
    }
}
