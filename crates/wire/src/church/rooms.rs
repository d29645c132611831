//! Rooms and who is in them (section 4, 5.1, 5.2, 5.13).

use std::sync::Arc;

use rollcall_core::{
    audience::{Audience, Hearer},
    live::PresenceMember,
    rejection::{Refusal, Rejection},
    room::Room,
};
use serde_json::{Value, json};

use super::{
    events::{Asked, Pending},
    read::Place,
    say,
    session::Session,
    shape::{Number, active_users},
};
use crate::{
    Dialect,
    conversation::{Effect, Moment, Outbox, Reach},
    present::Present,
};

/// Characters of a room's name (11.1).
const ROOM_NAME_CHARS_MAX: usize = 200;

impl Session {
    /// The room's name, as clients show it (4.1).
    fn room_name(&self, place: &Place) -> String {
        format!("attendance:{}:{}:{}", self.who.tenant, place.gathering, place.date)
    }

    pub(super) fn join_asked(&mut self, place: Place, out: &mut Outbox) {
        if !self.rooms.contains(&place) && !self.has_room() {
            return out.send(Asked::Join.error(Asked::Join.failed()));
        }
        let ticket = self.ticket();
        let look = self.look_at(place.clone(), |_, _, _| Ok(say::event("joined", &json!({}))));
        self.pending = Some(Box::new(Pending::Join(place, ticket)));
        out.push(Effect::Look { ticket, look });
    }

    /// The gathering is there, or not; a believed client may meet where there is none (3.7).
    pub(super) fn join_looked(
        &mut self,
        place: Place,
        found: Result<(), Refusal>,
        out: &mut Outbox,
    ) {
        match found {
            // Nor need the church itself be there, which a look reports as a fault.
            Err(Refusal::Rejected(Rejection::NotFound { .. }) | Refusal::Fault(_))
                if self.believed => {}
            Err(refusal) => {
                let message = Asked::Join.refusal(&refusal, self.sees_all());
                return out.send(Asked::Join.error(message));
            }
            Ok(()) => {}
        }
        self.join(&place, out);
        self.pending = Some(Box::new(Pending::Attend(place)));
    }

    /// The room was joined: this is who is there.
    pub(super) fn attended(
        &mut self,
        room: &Room,
        members: &[PresenceMember],
        connections: usize,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let waited = self.pending.take_if(|pending| match &**pending {
            Pending::Attend(place) => place.room() == *room,
            Pending::TestRoom(name) => matches!(room, Room::Named(named) if named == name),
            _ => false,
        });
        match waited.map(|pending| *pending) {
            Some(Pending::Attend(place)) => {
                let mut payload = self.about(&place, "Successfully joined attendance room");
                payload["activeUsers"] = json!(active_users(members));
                out.send(say::event("joined_attendance", &payload));
                let joined = json!({
                    "userId": Number(self.who.account.id.as_str()),
                    "userEmail": self.who.account.email,
                    "timestamp": at.now,
                });
                let hearers = Audience::of_gathering(&place.gathering);
                self.relay(Reach::Attenders(place.room()), hearers, "user_joined", &joined, out);
            }
            Some(Pending::TestRoom(name)) => {
                let payload =
                    json!({"roomName": &*name, "roomSize": connections, "timestamp": at.now});
                out.send(say::event("joined_test_room", &payload));
            }
            _ => {}
        }
    }

    fn about(&self, place: &Place, message: &str) -> Value {
        json!({
            "roomName": self.room_name(place),
            "gatheringId": Number(place.gathering.as_str()),
            "date": place.date,
            "message": message,
        })
    }

    pub(super) fn left(&mut self, place: Option<Place>, out: &mut Outbox) {
        let Some(place) = place else { return };
        self.leave(&place, out);
        let payload = self.about(&place, "Successfully left attendance room");
        out.send(say::event("left_attendance", &payload));
    }

    /// Somebody came or went (4.3); its time is that of the first telling.
    pub(super) fn room_changed(
        &self,
        room: &Room,
        present: &Present,
        at: &Moment,
        out: &mut Outbox,
    ) {
        if self.rooms.iter().any(|place| place.room() == *room) {
            let encode = || {
                let users = active_users(&present.members);
                let payload = json!({"activeUsers": users, "timestamp": at.now});
                say::event("room_users_updated", &payload)
            };
            out.send(present.message(Dialect::Church, encode).clone());
        }
    }

    pub(super) fn join_test_room(&mut self, payload: &Value, out: &mut Outbox) {
        let Some(name) = test_room(payload) else { return out.send(no_room_name()) };
        if !self.test_rooms.contains(&name) {
            if !self.has_room() {
                return out.send(say::event("error", &json!({"message": "Too many rooms"})));
            }
            self.test_rooms.push(name.clone());
        }
        out.push(Effect::Attend { room: Room::Named(name.clone()), editing: None });
        self.pending = Some(Box::new(Pending::TestRoom(name)));
    }

    pub(super) fn leave_test_room(&mut self, payload: &Value, at: &Moment, out: &mut Outbox) {
        let Some(name) = test_room(payload) else { return out.send(no_room_name()) };
        if self.test_rooms.contains(&name) {
            self.test_rooms.retain(|joined| *joined != name);
            out.push(Effect::Withdraw(Room::Named(name.clone())));
        }
        let payload = json!({"roomName": &*name, "timestamp": at.now});
        out.send(say::event("left_test_room", &payload));
    }

    pub(super) fn test_room_message(&self, payload: &Value, at: &Moment, out: &mut Outbox) {
        let said = payload.get("message").is_some_and(super::read::truthy);
        let Some(name) = test_room(payload).filter(|_| said) else {
            let message = "Missing room name or message";
            return out.send(say::event("error", &json!({"message": message})));
        };
        let mut payload = Value::Object(super::object(payload));
        payload["fromSocketId"] = json!(&*self.sid);
        payload["serverTimestamp"] = json!(at.now);
        let reach = Reach::Attenders(Room::Named(name));
        self.relay(reach, Audience(vec![Hearer::Everyone]), "test_room_message", &payload, out);
    }
}

fn no_room_name() -> crate::message::Message {
    say::event("error", &json!({"message": "Missing room name"}))
}

fn test_room(payload: &Value) -> Option<Arc<str>> {
    let name = payload.get("roomName")?.as_str()?;
    ((1..=ROOM_NAME_CHARS_MAX).contains(&name.chars().count())).then(|| name.into())
}
