//! Plays every golden script of `vectors/gym`: what goes in, what must come out, frame by frame.

use std::{fs, path::Path};

use rollcall_core::{event::Event, rejection::Rejection};
use rollcall_wire::conversation::{Note, SignInRefusal};
use serde_json::Value;

use crate::player::{Player, broadcast, broken, committed};

#[test]
fn every_golden_script_plays() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/gym");
    let mut played = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let script: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        play(&path.display().to_string(), &script);
        played += 1;
    }
    assert!(played >= 6, "{played} scripts in {}", folder.display());
}

fn play(name: &str, script: &Value) {
    let mut player = Player::open(script["token"].as_str());
    for (number, step) in script["steps"].as_array().unwrap().iter().enumerate() {
        let (what, given) = step.as_object().unwrap().iter().next().unwrap();
        if what == "out" {
            let said = Value::from(player.said());
            assert_eq!(said, *given, "{name}, step {number}, said: {said:#}");
        } else {
            act(&mut player, what, given);
        }
    }
}

fn act(player: &mut Player, what: &str, given: &Value) {
    let offset = || given["offset"].as_u64().unwrap();
    let event = || serde_json::from_value::<Event>(given["event"].clone()).unwrap();
    match what {
        "in" => match given.as_str() {
            Some(text) => player.hear_text(text),
            None => player.hear(given.clone()),
        },
        "signed_in" => player.signed_in(),
        "refused" => player.refused(match given.as_str() {
            Some("expired") => SignInRefusal::Expired,
            _ => SignInRefusal::Invalid,
        }),
        "followed" => player.live(given.as_u64().unwrap()),
        "answer" if given["event"].is_object() => {
            let now = player.now;
            player.answer(Ok(vec![committed(offset(), now, event())]))
        }
        "answer" if given["rejected"].is_object() => {
            let no: Rejection = serde_json::from_value(given["rejected"].clone()).unwrap();
            player.answer(Err(no.into()))
        }
        "answer" => player.answer(Err(broken())),
        "event" => player.event(&broadcast(offset(), event())),
        "draining" => player.note(&Note::Draining),
        "advance_ms" => player.advance(given.as_i64().unwrap()),
        _ => panic!("unknown step {what}"),
    };
}
