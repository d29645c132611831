//! Plays a vector: a list of steps, each one call of the conversation or the `out` it must have
//! led to since the last one. What each step means is said at [`Player::step`].

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rollcall_core::{
    desk::Stats, event::Event, overlay::Overlay, rejection::Fault, time::Timestamp,
};
use rollcall_wire::{
    broadcast::Broadcast,
    conversation::{Conversation, Effect, Followed, From, Look, Moment, Opening, Outbox, Ticket},
};
use serde_json::{Value, json};

use super::readable;

/// How a dialect's conversation is made.
pub type Make = fn(Opening) -> Box<dyn Conversation>;

/// Plays every vector of a dialect; there must be at least `cases_min`.
pub fn play_all(dialect: &str, cases_min: usize, make: Make) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(dialect);
    let listed = fs::read_dir(&folder).expect("the folder of the dialect");
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "json"));
    files.sort();
    assert!(files.len() >= cases_min, "only {} vectors in {dialect}", files.len());
    for file in files {
        play(&file, make);
    }
}

fn play(file: &Path, make: Make) {
    let text = fs::read_to_string(file).unwrap();
    let name = file.display();
    let steps: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut player = Player::new(make);
    let mut spoken = Vec::with_capacity(steps.len());
    for (number, step) in steps.iter().enumerate() {
        let Some(expected) = step.get("out") else {
            player.step(step);
            spoken.push(step.clone());
            continue;
        };
        let out = json!(std::mem::take(&mut player.out));
        if !updating() {
            assert_eq!(&out, expected, "{name}, step {number}");
        }
        spoken.push(json!({ "out": out }));
    }
    assert!(player.out.is_empty(), "{name}: nothing expects {:?}", player.out);
    if updating() {
        fs::write(file, serde_json::to_string_pretty(&spoken).unwrap() + "\n").unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "the task that writes vectors asks so, no setting")]
fn updating() -> bool {
    std::env::var("UPDATE_VECTORS").is_ok_and(|value| value == "1")
}

struct Player {
    make: Make,
    conversation: Option<Box<dyn Conversation>>,
    now: Timestamp,
    stats: Option<Stats>,
    kept: Overlay<'static>,
    looks: HashMap<u32, Look>,
    out: Vec<Value>,
}

impl Player {
    fn new(make: Make) -> Self {
        Self {
            make,
            conversation: None,
            now: readable::beginning(),
            stats: None,
            kept: Overlay::default(),
            looks: HashMap::new(),
            out: Vec::new(),
        }
    }

    /// `about`: a remark · `rows`: what is kept · `at`: the clock · `stats`: the desk's, as of now
    /// · `open`: the opening, and `opened` · `in`: a text, or JSON to be sent as one · `binary` ·
    /// `signed_in` · `answered` · `looked` · `followed` · `event` · `note` · `woken`.
    fn step(&mut self, step: &Value) {
        let (name, value) = step.as_object().and_then(|s| s.iter().next()).expect("a step");
        match name.as_str() {
            "about" => {}
            "rows" => {
                self.kept = Overlay::default();
                self.kept.apply(&Event::Imported { rows: readable::read(value) });
            }
            "at" => self.now = readable::read(value),
            "stats" => self.stats = readable::read(value),
            "open" => {
                self.conversation = Some((self.make)(readable::opening(value)));
                self.call(|talk, at, out| talk.opened(at, out));
            }
            "followed" => self.followed(value),
            "looked" => self.looked(value),
            _ => self.give(name, value),
        }
    }

    fn give(&mut self, name: &str, value: &Value) {
        self.call(|talk, at, out| match name {
            "in" => {
                let text = value.as_str().map_or_else(|| value.to_string(), Into::into);
                talk.text(&text, at, out);
            }
            "binary" => talk.binary(value.as_str().unwrap_or_default().as_bytes(), at, out),
            "signed_in" => {
                let refused = value.get("refused").map(readable::sign_in_refusal);
                let who = refused.map_or_else(|| Ok(readable::identity(value)), Err);
                talk.signed_in(who, at, out);
            }
            "answered" => {
                talk.answered(ticket(value), &readable::verdict(&value["verdict"]), at, out);
            }
            "event" => {
                let broadcast = Broadcast::new(readable::EPOCH, readable::committed(value));
                talk.event(&Arc::new(broadcast), at, out);
            }
            "note" => talk.note(&readable::note(value), at, out),
            "woken" => talk.woken(at, out),
            other => panic!("unknown step {other}"),
        });
    }

    /// `{"ticket", "live": P}`, `{…, "recovering": P}`, `{…, "snapshot": P, "reset"?}` (the look
    /// is answered from `rows`) or `{…, "fault": true}`.
    fn followed(&mut self, value: &Value) {
        let look = self.looks.remove(&ticket(value).0);
        let followed = if let Some(at) = value.get("live") {
            Followed::Live(readable::position(at))
        } else if let Some(at) = value.get("recovering") {
            Followed::Recovering(readable::position(at))
        } else if let Some(at) = value.get("snapshot") {
            let position = readable::position(at);
            let found = look.expect("a follow with a look")(&self.kept, position);
            let reset = readable::reset(&value["reset"]);
            Followed::Snapshot { position, snapshot: found.expect("no fault"), reset }
        } else {
            Followed::Fault
        };
        self.call(|talk, at, out| talk.followed(ticket(value), followed, at, out));
    }

    /// `{"ticket", "position"}` (the look is answered from `rows`) or `{"ticket", "fault": true}`.
    fn looked(&mut self, value: &Value) {
        let look = self.looks.remove(&ticket(value).0).expect("a look");
        let found = match value.get("position") {
            Some(at) => look(&self.kept, readable::position(at)),
            None => Err(Fault("the disk is full".into())),
        };
        self.call(|talk, at, out| talk.looked(ticket(value), found, at, out));
    }

    fn call(&mut self, call: impl FnOnce(&mut dyn Conversation, &Moment, &mut Outbox)) {
        let moment = Moment { now: self.now, stats: self.stats };
        let mut outbox = Outbox::default();
        let talk = self.conversation.as_deref_mut().expect("`open` comes first");
        call(talk, &moment, &mut outbox);
        for effect in outbox.drain() {
            self.out.push(readable::effect(&effect));
            match effect {
                Effect::Look { ticket, look }
                | Effect::Follow {
                    ticket,
                    from: From::Snapshot(look) | From::After(_, look),
                    ..
                } => {
                    self.looks.insert(ticket.0, look);
                }
                _ => {}
            }
        }
    }
}

fn ticket(value: &Value) -> Ticket {
    Ticket(readable::read(&value["ticket"]))
}
