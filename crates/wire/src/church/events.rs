//! The client's events (section 5): each is answered once, in order (5.15).

use rollcall_core::{
    command::Command,
    decide::Answer,
    id::PersonId,
    limits,
    rejection::{Fault, Refusal, Rejection},
    sheet::{KioskStep, sheet_people},
};
use serde_json::{Value, json};

use super::{
    Church, MISSPOKE, Phase,
    rate::Allowed,
    read::{self, Place},
    records::Batch,
    say,
    session::{Session, saw},
    shape::{LoadedSheet, Number, mode_named},
};
use crate::{
    conversation::{Effect, Look, Moment, Outbox, Ticket},
    message::Message,
};

/// What is being answered.
pub(super) enum Pending {
    /// A room, until its gathering is known to be there.
    Join(Place, Ticket),
    /// A room, until its members are known.
    Attend(Place),
    /// A test room, until its members are counted.
    TestRoom(std::sync::Arc<str>),
    /// A batch of records.
    Record(Batch, Ticket),
    /// Anything whose answer is one message.
    Plain(Asked, Ticket),
}

/// An event that is answered, with the words of its refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Join,
    Record,
    Load,
    LoadHeadcount,
    UpdateHeadcount,
    UpdateMode,
    Kiosk,
}

const TOO_FAST: &str = "Too many requests, please slow down.";
const NO_ACCESS: &str = "Access denied to this gathering type.";

impl Asked {
    fn named(event: &str) -> Option<Self> {
        Some(match event {
            "join_attendance" => Self::Join,
            "record_attendance" => Self::Record,
            "load_attendance" => Self::Load,
            "load_headcount" => Self::LoadHeadcount,
            "update_headcount" => Self::UpdateHeadcount,
            "update_headcount_mode" => Self::UpdateMode,
            "record_kiosk_action" => Self::Kiosk,
            _ => return None,
        })
    }

    /// Name of its error event, what it says of bad fields, what it says of everything else.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Join => {
                ("error", "gatheringId and date are required", "Failed to join attendance room")
            }
            Self::Record => (
                "attendance_update_error",
                "Invalid attendance data",
                "Failed to process attendance update",
            ),
            Self::Load => (
                "load_attendance_error",
                "gatheringId and date are required",
                "Failed to load attendance data",
            ),
            Self::LoadHeadcount => {
                ("headcount_load_error", "Invalid request data", "Failed to load headcount data")
            }
            Self::UpdateHeadcount => {
                ("headcount_update_error", "Invalid headcount data", "Failed to update headcount")
            }
            Self::UpdateMode => (
                "headcount_mode_update_error",
                "Invalid mode data",
                "Failed to update headcount mode",
            ),
            Self::Kiosk => (
                "kiosk_action_error",
                "Invalid kiosk action data",
                "Failed to process kiosk action",
            ),
        }
    }

    pub fn error(self, message: &str) -> Message {
        say::event(self.words().0, &json!({"message": message}))
    }

    pub fn bad_fields(self) -> Message {
        self.error(self.words().1)
    }

    pub fn failed(self) -> &'static str {
        self.words().2
    }

    /// What a refusal is called: texts never contain internals (2.8).
    pub fn refusal(self, refusal: &Refusal, sees_all: bool) -> &'static str {
        match refusal {
            Refusal::Rejected(Rejection::Forbidden { .. }) => NO_ACCESS,
            Refusal::Rejected(Rejection::NotFound { what, .. }) if what == "gathering" => {
                if sees_all {
                    "Gathering not found."
                } else {
                    NO_ACCESS
                }
            }
            Refusal::Rejected(Rejection::Invalid { field, .. }) if field == "gathering" => {
                "This gathering is not configured for headcount attendance."
            }
            Refusal::Rejected(Rejection::Invalid { .. } | Rejection::TooMany { .. }) => {
                self.words().1
            }
            Refusal::Rejected(_) | Refusal::Fault(_) | Refusal::Overloaded => self.failed(),
        }
    }
}

impl Church {
    /// The client said something.
    pub(super) fn said(&mut self, name: &str, payload: &Value, at: &Moment, out: &mut Outbox) {
        let Phase::Connected(session) = &mut self.phase else { return };
        match session.rate.event(at.now) {
            Allowed::Yes => session.said(name, payload, at, out),
            Allowed::No => {
                // Test rooms have the joins' error (5.13, 5.14); other events have none.
                let asked = match name {
                    "join_test_room" | "leave_test_room" | "test_room_message" => Some(Asked::Join),
                    _ => Asked::named(name),
                };
                if let Some(asked) = asked {
                    out.send(asked.error(TOO_FAST));
                }
            }
            Allowed::Never => self.close(MISSPOKE, "too many events", out),
        }
    }
}

impl Session {
    fn said(&mut self, name: &str, payload: &Value, at: &Moment, out: &mut Outbox) {
        let place = Place::of(payload);
        if let Some(asked) = Asked::named(name) {
            if asked == Asked::Join && payload.is_null() {
                return out.send(asked.error(asked.failed()));
            }
            let Some(place) = place else { return out.send(asked.bad_fields()) };
            return self.asked(asked, place, payload, at, out);
        }
        match name {
            "ping" => out.send(say::event("pong", &json!({}))),
            "leave_attendance" => self.left(place, out),
            "kiosk:selection_changed" => self.selection(name, place, payload, out),
            "kiosk:selection_cleared" => self.selection_cleared(place, out),
            "test_message" => self.test_message(payload, at, out),
            "join_test_room" => self.join_test_room(payload, out),
            "leave_test_room" => self.leave_test_room(payload, at, out),
            "test_room_message" => self.test_room_message(payload, at, out),
            _ => {}
        }
    }

    fn asked(
        &mut self,
        asked: Asked,
        place: Place,
        payload: &Value,
        at: &Moment,
        out: &mut Outbox,
    ) {
        match asked {
            Asked::Join => self.join_asked(place, out),
            Asked::Record => self.record(place, payload, out),
            Asked::Load => {
                if self.sees(&place.gathering) {
                    saw(&place, out);
                }
                let now = at.now;
                let look = self.look_at(place, move |facts, place, found| {
                    let people = sheet_people(facts, found, place.date, now)?;
                    let id = place.gathering.as_str();
                    let loaded = LoadedSheet::of(&people, id, place.date, now);
                    Ok(say::event("load_attendance_success", &loaded))
                });
                self.look(asked, look, out);
            }
            Asked::LoadHeadcount => {
                let look = self.look_at(place, |_, place, _| {
                    Ok(say::event(
                        "headcount_loaded",
                        &json!({
                            "gatheringId": Number(place.gathering.as_str()),
                            "date": place.date,
                            "message": "Headcount load request acknowledged",
                        }),
                    ))
                });
                self.look(asked, look, out);
            }
            Asked::UpdateHeadcount | Asked::UpdateMode => {
                match headcount_command(asked, place, payload) {
                    Some(command) => self.submit(asked, command, out),
                    None => out.send(asked.bad_fields()),
                }
            }
            Asked::Kiosk => match kiosk_command(place, payload) {
                Ok(command) => self.submit(asked, command, out),
                Err(refusal) => out.send(refusal),
            },
        }
    }

    fn submit(&mut self, asked: Asked, command: Command, out: &mut Outbox) {
        let ticket = self.ticket();
        self.pending = Some(Box::new(Pending::Plain(asked, ticket)));
        out.push(Effect::Submit { ticket, command, id: None });
    }

    fn look(&mut self, asked: Asked, look: Look, out: &mut Outbox) {
        let ticket = self.ticket();
        self.pending = Some(Box::new(Pending::Plain(asked, ticket)));
        out.push(Effect::Look { ticket, look });
    }

    /// A look at a sheet that this account may see, by what is kept now.
    pub fn look_at(
        &self,
        place: Place,
        show: impl FnOnce(
            &dyn rollcall_core::facts::Facts,
            &Place,
            &rollcall_core::people::Gathering,
        ) -> Result<Message, Fault>
        + Send
        + 'static,
    ) -> Look {
        let account = self.who.account.id.clone();
        let may = self.sees(&place.gathering);
        Box::new(move |facts, _| {
            let forbidden = || Rejection::Forbidden { account, what: "see this sheet".into() };
            if !may {
                return Ok(Err(forbidden()));
            }
            match facts.gathering(&place.gathering)? {
                Some(found) => Ok(Ok(show(facts, &place, &found)?)),
                None => Ok(Err(Rejection::not_found("gathering", &place.gathering))),
            }
        })
    }

    /// A question was answered.
    pub fn looked(
        &mut self,
        ticket: Ticket,
        found: Result<Result<Message, Rejection>, Fault>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let Some(pending) = self.pending.take_if(|pending| pending.ticket() == Some(ticket)) else {
            return;
        };
        let found = found.map_err(Refusal::from).and_then(|found| Ok(found?));
        match (*pending, found) {
            (Pending::Join(place, _), found) => self.join_looked(place, found.map(drop), out),
            (Pending::Record(batch, _), found) => self.record_looked(batch, found, at, out),
            (Pending::Plain(_, _), Ok(message)) => out.send(message),
            (Pending::Plain(asked, _), Err(refusal)) => {
                out.send(asked.error(asked.refusal(&refusal, self.sees_all())));
            }
            (Pending::Attend(_) | Pending::TestRoom(_), _) => {}
        }
    }

    /// A command was judged; its events have been sent already (7.1).
    pub fn answered(
        &mut self,
        ticket: Ticket,
        verdict: &Result<Answer, Refusal>,
        at: &Moment,
        out: &mut Outbox,
    ) {
        let Some(pending) = self.pending.take_if(|pending| pending.ticket() == Some(ticket)) else {
            return;
        };
        match (*pending, verdict) {
            (Pending::Record(batch, _), verdict) => self.recorded(batch, verdict, at, out),
            (Pending::Plain(asked, _), Ok(_)) => out.send(say::event(done(asked), &json!({}))),
            (Pending::Plain(asked, _), Err(refusal)) => {
                out.send(asked.error(asked.refusal(refusal, self.sees_all())));
            }
            (Pending::Join(..) | Pending::Attend(_) | Pending::TestRoom(_), _) => {}
        }
    }
}

impl Pending {
    const fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::Join(_, ticket) | Self::Record(_, ticket) | Self::Plain(_, ticket) => {
                Some(*ticket)
            }
            Self::Attend(_) | Self::TestRoom(_) => None,
        }
    }
}

/// The event that says a command was carried out.
const fn done(asked: Asked) -> &'static str {
    match asked {
        Asked::UpdateMode => "headcount_mode_update_success",
        Asked::Kiosk => "kiosk_action_success",
        _ => "headcount_update_success",
    }
}

fn headcount_command(asked: Asked, place: Place, payload: &Value) -> Option<Command> {
    let Place { gathering, date } = place;
    let mode = payload.get("mode").filter(|mode| !mode.is_null());
    let mode = match mode {
        Some(mode) => Some(mode_named(mode.as_str()?)?),
        None => None,
    };
    if asked == Asked::UpdateMode {
        return Some(Command::SetHeadcountMode { gathering, date, mode: mode? });
    }
    let count = u32::try_from(payload.get("headcount")?.as_u64()?).ok()?;
    let mode = Some(mode.unwrap_or_default());
    (count <= limits::HEADCOUNT_MAX).then_some(Command::CountHeads {
        gathering,
        date,
        count,
        mode,
        counter: None,
    })
}

fn kiosk_command(place: Place, payload: &Value) -> Result<Command, Message> {
    let Place { gathering, date } = place;
    let people = payload.get("individualIds").and_then(Value::as_array).and_then(|ids| {
        let ids = ids.iter().map(|id| read::id(id).map(PersonId::new)).collect::<Option<Vec<_>>>();
        ids.filter(|ids| (1..=limits::KIOSK_PEOPLE_MAX).contains(&ids.len()))
    });
    let people = people.ok_or_else(|| Asked::Kiosk.bad_fields())?;
    let step = match payload.get("action").and_then(Value::as_str) {
        Some("checkin") => KioskStep::In,
        Some("checkout") => KioskStep::Out,
        _ => return Err(Asked::Kiosk.error(r#"action must be "checkin" or "checkout""#)),
    };
    let signer = payload.get("signerName").and_then(Value::as_str).map(str::to_owned);
    Ok(Command::UseKiosk { gathering, date, people, step, signer })
}
