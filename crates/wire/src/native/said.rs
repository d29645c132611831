//! What a native server says: every message of the protocol in one place, encoded here.

use rollcall_core::{
    decide::Answer,
    desk::Stats,
    event::{Committed, Event},
    id::{AccountId, CommandId, PersonId},
    live::PresenceMember,
    people::{Permission, Role},
    position::{Epoch, Position},
    room::Room,
    sheet::MarkResult,
    time::Timestamp,
};
use serde::Serialize;

use super::problem::Problem;
use crate::{broadcast::Broadcast, message::Message};

/// The version of the protocol, in `hello` and in the subprotocol `rollcall.v1`.
pub(super) const PROTOCOL: u32 = 1;

/// One of those who are present, as everybody there sees it: the name, nothing else of the account.
#[derive(Serialize)]
pub(super) struct Member<'a> {
    account: &'a AccountId,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    editing: Option<&'a str>,
}

impl<'a> Member<'a> {
    pub(super) fn of(member: &'a PresenceMember) -> Self {
        let account = &member.account;
        let editing = member.editing.as_deref();
        Self { account: &account.id, name: account.display_name(), editing }
    }
}

/// A message; `docs/protocol/native.md` says when each comes.
#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub(super) enum Said<'a> {
    Hello {
        protocol: u32,
        now: Timestamp,
        /// `sign_in`, or `wait` while the token of the opening is checked.
        next: &'static str,
        sign_in_within_ms: i64,
        commands_max: usize,
        rooms_max: usize,
    },
    SignedIn {
        account: &'a AccountId,
        name: String,
        role: Role,
        permissions: &'static [Permission],
        /// Whose visits at the desk are the account's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        person: Option<&'a PersonId>,
        expires_at: Timestamp,
    },
    Following {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        rooms: &'a [Room],
        position: Position,
        upto: Position,
    },
    Event(Happened<'a>),
    Answer(Answered<'a>),
    Error(&'a Problem),
    Presence {
        room: &'a Room,
        members: Vec<Member<'a>>,
    },
    Stats(Stats),
    Pong {
        now: Timestamp,
    },
    Bye {
        reason: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u32>,
    },
}

/// An event with its place, as `event` and `answer` carry it.
#[derive(Serialize)]
pub(super) struct Happened<'a> {
    position: Position,
    room: Room,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a CommandId>,
    event: &'a Event,
}

impl<'a> Happened<'a> {
    pub fn new(epoch: Epoch, committed: &'a Committed) -> Self {
        Self {
            position: Position { epoch, offset: committed.offset },
            room: committed.event.room(),
            at: committed.at,
            by: committed.by.as_ref(),
            command: committed.command.as_ref(),
            event: &committed.event,
        }
    }
}

/// What a command came to, as `answer` and REST carry it.
#[derive(Serialize)]
pub(super) struct Answered<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a CommandId>,
    position: Position,
    events: Vec<Happened<'a>>,
    marks: &'a [MarkResult],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    repeated: bool,
}

impl<'a> Answered<'a> {
    pub fn new(id: Option<&'a CommandId>, answer: &'a Answer) -> Self {
        let epoch = answer.position.epoch;
        let events = answer.events.iter().map(|committed| Happened::new(epoch, committed));
        Self {
            id,
            position: answer.position,
            events: events.collect(),
            marks: &answer.marks,
            repeated: answer.repeated,
        }
    }
}

impl Said<'_> {
    pub fn message(&self) -> Message {
        encode(self)
    }
}

/// JSON of our own types; they hold no map with keys that are not texts, so it cannot fail.
/// Should it ever, the client is told of a fault rather than nothing.
pub(super) fn encode(said: &impl Serialize) -> Message {
    const BROKEN: &str = r#"{"type":"error","data":{"code":"fault","cause":"a message could not be written","what_to_do":"Connect again."}}"#;
    let text = serde_json::to_string(said);
    Message::new(text.as_deref().unwrap_or(BROKEN))
}

/// The `event` message; `None` for what is delivered to nobody, whatever an audience says.
pub(super) fn event(broadcast: &Broadcast) -> Option<Message> {
    let committed = &broadcast.committed;
    is_told(&committed.event)
        .then(|| Said::Event(Happened::new(broadcast.epoch, committed)).message())
}

/// Whether anybody may ever hear of it.
pub(super) const fn is_told(event: &Event) -> bool {
    !matches!(event, Event::PasswordSet { .. } | Event::Imported { .. })
}
