//! Plays `vectors/church/*.json`: what sockets say, and byte for byte what they are told.
//!
//! A step is an object: `socket` (default `a`) with `open` (a token or null), `in`, `out`, `drop`
//! (the transport breaks), or `command` with `by` (another hand), `advance_ms`, `restart`.
//! `UPDATE_VECTORS=1` writes the `out` steps anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it found by panicking")]

#[path = "church/play.rs"]
mod play;
#[path = "church/sockets.rs"]
mod sockets;
#[path = "church/world.rs"]
mod world;

use std::{fs, path::Path};

use serde_json::Value;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/church"))
}

#[test]
fn church_vectors_play_as_written() {
    let mut cases = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let mut case: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let wanted = case.clone();
        play::play(&mut case);
        if updating() {
            fs::write(&path, serde_json::to_string_pretty(&case).unwrap() + "\n").unwrap();
        } else {
            let differing = steps(&case).zip(steps(&wanted)).find(|(got, want)| got != want);
            assert!(differing.is_none(), "{}: {differing:#?}", path.display());
        }
        cases += 1;
    }
    assert!(cases >= 6, "only {cases} cases");
}

#[expect(clippy::disallowed_methods, reason = "the task that writes vectors asks so, no setting")]
fn updating() -> bool {
    std::env::var("UPDATE_VECTORS").is_ok_and(|value| value == "1")
}

fn steps(case: &Value) -> impl Iterator<Item = &Value> {
    case["steps"].as_array().unwrap().iter()
}
