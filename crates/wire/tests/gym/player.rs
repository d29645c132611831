//! Plays a script against the gym conversation: fake sign-ins, answers, events and a clock.

use std::sync::Arc;

use rollcall_core::{
    audience::Keys,
    decide::Answer,
    desk::Stats,
    event::{Committed, Event},
    position::{Epoch, Offset, Position},
    rejection::{Fault, Refusal, Rejection},
    time::Timestamp,
};
use rollcall_wire::{
    broadcast::Broadcast,
    conversation::{
        Conversation, Effect, Followed, Framing, From, Identity, Moment, Note, Opening, Outbox,
        SignInRefusal, Ticket,
    },
    gym::{Endpoint, Gym},
};
use serde_json::{Value, json};

const EPOCH: Epoch = Epoch(0x1f);

/// How long a token lasts here.
pub const TOKEN_MS: i64 = 3_600_000;

pub fn position(offset: u64) -> Position {
    Position { epoch: EPOCH, offset: Offset(offset) }
}

pub struct Player {
    pub gym: Gym,
    pub now: Timestamp,
    pub stats: Option<Stats>,
    pub tickets: Vec<Ticket>,
    out: Outbox,
    said: Vec<Value>,
}

impl Player {
    /// A socket that was opened with or without a token in its address.
    pub fn open(token: Option<&str>) -> Self {
        Self::open_at(Endpoint::default(), token)
    }

    /// The same where the operator chose something else.
    pub fn open_at(endpoint: Endpoint, token: Option<&str>) -> Self {
        let opening = Opening {
            framing: Framing::WebSocket,
            token: token.map(str::to_owned),
            rooms: Vec::new(),
            after: None,
        };
        let mut player = Self {
            gym: Gym::new(endpoint, opening),
            now: "2026-11-21T08:00:00Z".parse().unwrap(),
            stats: Some(stats(0, 0)),
            tickets: Vec::new(),
            out: Outbox::default(),
            said: Vec::new(),
        };
        player.call(|gym, at, out| gym.opened(at, out));
        player
    }

    /// A socket that has joined by its address and has got all that it gets at first.
    pub fn joined() -> Self {
        let mut player = Self::open(Some("good"));
        player.signed_in().live(10).advance(1_000).said();
        player
    }

    pub fn call(&mut self, f: impl FnOnce(&mut Gym, &Moment, &mut Outbox)) -> &mut Self {
        let at = Moment { now: self.now, stats: self.stats };
        f(&mut self.gym, &at, &mut self.out);
        for effect in self.out.drain() {
            let shown = show(effect, &mut self.tickets);
            self.said.push(shown);
        }
        self
    }

    pub fn hear(&mut self, frame: Value) -> &mut Self {
        self.hear_text(&frame.to_string())
    }

    pub fn hear_text(&mut self, text: &str) -> &mut Self {
        assert!(self.gym.ready(), "not ready for {text}");
        self.call(|gym, at, out| gym.text(text, at, out))
    }

    pub fn signed_in(&mut self) -> &mut Self {
        let account = json!({ "id": "7", "role": "staff" });
        let account = serde_json::from_value(account).unwrap();
        let who = Identity {
            tenant: "gym".into(),
            keys: Keys::of(&account, &[]),
            account: Arc::new(account),
            session: None,
            expires_at: self.now.plus_ms(TOKEN_MS),
        };
        self.call(|gym, at, out| gym.signed_in(Ok(who.into()), at, out))
    }

    pub fn refused(&mut self, why: SignInRefusal) -> &mut Self {
        self.call(|gym, at, out| gym.signed_in(Err(why), at, out))
    }

    pub fn live(&mut self, offset: u64) -> &mut Self {
        self.followed(Followed::Live(position(offset)))
    }

    pub fn followed(&mut self, followed: Followed) -> &mut Self {
        let ticket = self.tickets.pop().expect("nothing is followed");
        self.call(|gym, at, out| gym.followed(ticket, followed, at, out))
    }

    pub fn answer(&mut self, verdict: Result<Vec<Arc<Committed>>, Refusal>) -> &mut Self {
        let ticket = self.tickets.pop().expect("nothing was submitted");
        let verdict = verdict.map(|events| Answer {
            position: position(events.last().map_or(0, |event| event.offset.0)),
            events,
            marks: Vec::new(),
            repeated: false,
        });
        self.call(|gym, at, out| gym.answered(ticket, &verdict, at, out))
    }

    pub fn event(&mut self, event: &Arc<Broadcast>) -> &mut Self {
        self.stats = event.stats().or(self.stats);
        self.call(|gym, at, out| gym.event(event, at, out))
    }

    pub fn note(&mut self, note: &Note) -> &mut Self {
        self.call(|gym, at, out| gym.note(note, at, out))
    }

    /// Lets time pass, waking the conversation whenever it asked for it.
    pub fn advance(&mut self, ms: i64) -> &mut Self {
        let end = self.now.plus_ms(ms);
        let mut wakes = 0;
        while let Some(wake) = self.gym.wake_at().filter(|wake| *wake <= end) {
            wakes += 1;
            assert!(wakes < 20_000, "it asks to be woken at {wake} for ever");
            self.now = self.now.max(wake);
            self.call(|gym, at, out| gym.woken(at, out));
        }
        self.now = end;
        self
    }

    /// What was said and wanted since the last time.
    pub fn said(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.said)
    }

    /// The types of the frames since the last time; what is no frame shows as its key.
    pub fn types(&mut self) -> Vec<String> {
        self.said().iter().map(kind).collect()
    }
}

/// The type of a frame, or the name of another wish.
pub fn kind(said: &Value) -> String {
    let wishes = ["close", "follow", "submit", "sign_in", "unfollow"];
    let wish = || wishes.into_iter().find(|wish| !said[wish].is_null()).unwrap_or_default();
    said["type"].as_str().unwrap_or_else(wish).to_owned()
}

fn show(effect: Effect, tickets: &mut Vec<Ticket>) -> Value {
    match effect {
        Effect::Send { message, .. } => serde_json::from_slice(&message.text()).unwrap(),
        Effect::SignIn { token } => json!({ "sign_in": token }),
        Effect::Submit { ticket, command, id } => {
            tickets.push(ticket);
            json!({ "submit": command, "id": id })
        }
        Effect::Follow { ticket, rooms, from } => {
            tickets.push(ticket);
            let from = match from {
                From::Head => "head".to_owned(),
                From::Snapshot(_) => "snapshot".to_owned(),
                From::After(position, _) => position.to_string(),
            };
            json!({ "follow": rooms, "from": from })
        }
        Effect::Unfollow(room) => json!({ "unfollow": room }),
        Effect::Close { code, reason } => json!({ "close": code, "because": reason }),
        _ => json!({ "other": 1 }),
    }
}

pub fn stats(currently_in: u64, today_total: u64) -> Stats {
    Stats { currently_in, today_total, average_stay_minutes: 0 }
}

pub fn card() -> Value {
    json!({
        "id": "p1", "number": "GYM0001", "first_name": "Ann", "last_name": "Example",
        "membership": { "type": "Gold" }
    })
}

pub fn checked_in(visit: &str, warning: Option<&str>) -> Event {
    let visit = json!({
        "id": visit, "person": "p1", "check_in": "2026-11-21T08:00:00Z", "location": "Reception"
    });
    let data = json!({ "visit": visit, "person": card(), "warning": warning });
    serde_json::from_value(json!({ "type": "checked_in", "data": data })).unwrap()
}

pub fn checked_out(visit: &str) -> Event {
    let visit = json!({
        "id": visit, "person": "p1", "check_in": "2026-11-21T08:00:00Z", "location": "Reception",
        "check_out": "2026-11-21T08:45:30Z"
    });
    let data = json!({ "visit": visit, "person": card() });
    serde_json::from_value(json!({ "type": "checked_out", "data": data })).unwrap()
}

pub fn person_changed(created: bool) -> Event {
    let person = json!({ "id": "p1", "first_name": "Ann", "last_name": "<Example>" });
    let data = json!({ "person": person, "created": created });
    serde_json::from_value(json!({ "type": "person_changed", "data": data })).unwrap()
}

pub fn committed(offset: u64, at: Timestamp, event: Event) -> Arc<Committed> {
    Arc::new(Committed { offset: Offset(offset), at, by: None, command: None, event })
}

/// An event on its way, with statistics that tell it from others.
pub fn broadcast(offset: u64, event: Event) -> Arc<Broadcast> {
    let at = "2026-11-21T08:00:00Z".parse().unwrap();
    let event = Broadcast::new(EPOCH, committed(offset, at, event));
    event.set_stats(stats(offset, offset));
    Arc::new(event)
}

pub fn rejected(rejection: Rejection) -> Refusal {
    Refusal::Rejected(rejection)
}

pub fn broken() -> Refusal {
    Refusal::Fault(Fault("disk".into()))
}
