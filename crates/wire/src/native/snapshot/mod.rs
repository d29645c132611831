//! The `snapshot` message: what is in each room, from one consistent look, away from the shard.

mod desk;
mod lists;
mod sheet;

use std::sync::Arc;

use rollcall_core::{
    facts::{Facts, required},
    id::AccountId,
    people::Account,
    position::Position,
    rejection::{Fault, Refusal},
    room::Room,
    time::Timestamp,
};
use serde::Serialize;

use super::{access, problem::Problem, said};
use crate::{conversation::Look, message::Message};

/// What a snapshot is wanted for.
pub(super) struct Question {
    /// The request that it answers.
    pub id: Option<String>,
    /// Which rooms, in the order of the answer.
    pub rooms: Vec<Room>,
    /// Who asks; judged anew by what is kept.
    pub account: AccountId,
    /// When it was asked: decides which day is today.
    pub now: Timestamp,
    /// Why it comes unasked or instead of events.
    pub reset: Option<&'static str>,
    /// Whether a refused room says so in its place instead of refusing the whole: the other
    /// rooms of a member that fell behind must go on.
    pub lenient: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
enum Said<'a> {
    Snapshot {
        #[serde(skip_serializing_if = "Option::is_none")]
        reset: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        position: Position,
        rooms: Vec<Place<'a>>,
    },
}

#[derive(Serialize)]
struct Place<'a> {
    room: &'a Room,
    #[serde(flatten)]
    content: Content,
}

/// What is in one room.
#[derive(Serialize)]
#[serde(untagged)]
enum Content {
    /// A room too wide for a picture: only the position counts.
    Wide {},
    Sheet(Box<sheet::Sheet>),
    Desk(desk::Desk),
    Lists(lists::Lists),
    Refused {
        refused: Problem,
    },
}

impl Question {
    /// The question in the form in which it travels.
    pub fn look(self) -> Look {
        Box::new(move |facts, position| match self.answer(facts, position) {
            Ok(message) => Ok(Ok(message)),
            Err(Refusal::Rejected(rejection)) => Ok(Err(rejection)),
            Err(Refusal::Fault(fault)) => Err(fault),
            Err(Refusal::Overloaded) => Err(Fault("a look was refused as overload".into())),
        })
    }

    fn answer(&self, facts: &dyn Facts, position: Position) -> Result<Message, Refusal> {
        let account = required(facts.account(&self.account)?, "account", &self.account)?;
        let mut rooms = Vec::with_capacity(self.rooms.len());
        for room in &self.rooms {
            let content = match self.content(facts, &account, room) {
                Err(Refusal::Rejected(no)) if self.lenient => {
                    Content::Refused { refused: (&no).into() }
                }
                content => content?,
            };
            rooms.push(Place { room, content });
        }
        let id = self.id.as_deref();
        Ok(said::encode(&Said::Snapshot { reset: self.reset, id, position, rooms }))
    }

    fn content(
        &self,
        facts: &dyn Facts,
        account: &Arc<Account>,
        room: &Room,
    ) -> Result<Content, Refusal> {
        if !access::opens(account, room) {
            return Err(access::forbidden(account, "follow", room).into());
        }
        Ok(match room {
            Room::Everything | Room::Sheets | Room::AllDocuments | Room::Named(_) => {
                Content::Wide {}
            }
            Room::Sheet(gathering, date) => {
                let found = required(facts.gathering(gathering)?, "gathering", gathering)?;
                if !account.sees(&found, facts)? {
                    return Err(access::forbidden(account, "follow", room).into());
                }
                Content::Sheet(Box::new(sheet::look(facts, &found, *date)?))
            }
            Room::Desk => Content::Desk(desk::look(facts, account, self.now)?),
            Room::People => Content::Lists(lists::people(facts)?),
            Room::Gatherings => Content::Lists(lists::gatherings(facts, account)?),
            Room::Accounts => Content::Lists(lists::accounts(facts)?),
            Room::Documents(kind) => Content::Lists(lists::documents(facts, account, kind)?),
        })
    }
}

/// What is in one room, by itself.
pub(super) fn room(
    facts: &dyn Facts,
    position: Position,
    room: &Room,
    account: AccountId,
    now: Timestamp,
) -> Result<impl Serialize + use<>, Refusal> {
    #[derive(Serialize)]
    struct Picture {
        position: Position,
        room: Room,
        #[serde(flatten)]
        content: Content,
    }
    let found = required(facts.account(&account)?, "account", &account)?;
    let question =
        Question { id: None, rooms: Vec::new(), account, now, reset: None, lenient: false };
    let content = question.content(facts, &found, room)?;
    Ok(Picture { position, room: room.clone(), content })
}

/// The same snapshot, saying why it came instead of the events asked for. That is known only
/// after the look, and rare, so the text is mended rather than looked up again.
pub(super) fn with_reset(snapshot: &Message, reset: &str) -> Message {
    const HEAD: &str = r#"{"type":"snapshot","data":{"#;
    let text = snapshot.text();
    let text = String::from_utf8_lossy(&text);
    match text.strip_prefix(HEAD) {
        Some(rest) if !rest.starts_with(r#""reset""#) => {
            Message::new(&format!(r#"{HEAD}"reset":"{reset}",{rest}"#))
        }
        _ => snapshot.clone(),
    }
}
