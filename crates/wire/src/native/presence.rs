//! Being seen in a room, and who edits what there.

use rollcall_core::{limits, rejection::Rejection, room::Room, text};

use super::{
    Native, access,
    problem::Problem,
    said::{Member, Said},
};
use crate::{
    Dialect,
    conversation::{Effect, Outbox},
    present::Present,
};

impl Native {
    pub(super) fn edit(&mut self, room: &Room, what: Option<String>, out: &mut Outbox) {
        match self.judge_edit(room, what) {
            Ok(what) => self.attend(room, what, out),
            Err(problem) => out.send(Said::Error(&problem).message()),
        }
    }

    fn judge_edit(&self, room: &Room, what: Option<String>) -> Result<Option<Box<str>>, Problem> {
        let who = self.who.as_ref().ok_or_else(Problem::not_signed_in)?;
        let judged = || {
            if self.place(room).is_none() {
                return Err(Rejection::invalid("room", "is not followed"));
            }
            if what.as_ref().is_some_and(|what| what.len() > limits::ID_BYTES_MAX) {
                return Err(Rejection::invalid("what", "is longer than 128 bytes"));
            }
            access::attend(who, room)
        };
        judged().map_err(|no| Problem::from(&no))?;
        let what = what.map(|what| text::line(&what)).filter(|what| !what.is_empty());
        Ok(what.map(Into::into))
    }

    /// Is seen in a followed room from now on.
    pub(super) fn attend(&mut self, room: &Room, editing: Option<Box<str>>, out: &mut Outbox) {
        if let Some(place) = self.rooms.iter_mut().find(|place| place.room == *room) {
            place.present = true;
            out.push(Effect::Attend { room: room.clone(), editing });
        }
    }

    /// Somebody came, went or edits something else.
    pub(super) fn seen(&self, room: &Room, present: &Present, out: &mut Outbox) {
        if self.place(room).is_some_and(|place| place.present) {
            let encode = || {
                let members = present.members.iter().map(Member::of).collect();
                Said::Presence { room, members }.message()
            };
            out.send(present.message(Dialect::Native, encode).clone());
        }
    }
}
