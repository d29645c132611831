//! The native protocol from outside: follow, tap, be told.

mod support;

use serde_json::json;
use support::Program;

#[test]
fn a_tap_reaches_everyone_who_follows_the_sheet() {
    let program = Program::start();
    let mut ann = program.native("1");
    let mut ben = program.native("2");
    for socket in [&mut ann, &mut ben] {
        socket
            .send(&json!({"type": "follow", "data": {"id": "f", "rooms": ["sheet/2026-11-21/7"]}}));
        let snapshot = socket.expect("snapshot");
        assert_eq!(snapshot["data"]["rooms"][0]["room"], "sheet/2026-11-21/7");
    }
    let person = "00000000-0000-4000-8000-000000000001";
    ann.send(&json!({"type": "command", "data": {"id": "c1", "command": {
        "type": "mark_sheet",
        "data": {"gathering": "7", "date": "2026-11-21",
                 "changes": [{"person": person, "status": "present"}]}
    }}}));
    let answer = ann.expect("answer");
    assert_eq!(answer["data"]["marks"][0]["outcome"], "applied");
    for socket in [&mut ann, &mut ben] {
        let opened = socket.expect("event");
        assert_eq!(opened["data"]["event"]["type"], "sheet_changed");
        let marked = socket.expect("event");
        assert_eq!(marked["data"]["event"]["data"]["marks"][0]["mark"]["person"], person);
        assert_eq!(marked["data"]["by"], "1");
    }
}
