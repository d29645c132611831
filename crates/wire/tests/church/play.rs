//! Plays one case and writes what was said into its `out` steps.

use rollcall_core::command::Command;
use rollcall_wire::conversation::Conversation as _;
use serde_json::{Value, json};

use crate::{sockets::Server, world::World};

const CHURCH: &str = include_str!("church.json");

pub fn play(case: &mut Value) {
    let tables = serde_json::from_str(CHURCH).unwrap();
    let mut server = Server::new(World::new(&tables), case["trust"].as_bool().unwrap_or(false));
    for step in case["steps"].as_array_mut().unwrap() {
        let name = step["socket"].as_str().unwrap_or("a").to_owned();
        if let Some(token) = step.get("open") {
            server.open(&name, token.as_str());
        }
        if let Some(text) = step["in"].as_str() {
            let ready = server.sockets[&name].church.ready();
            assert!(ready, "a message before the last one is answered: {text}");
            server.call(&name, |church, at, out| church.text(text, at, out));
        }
        if let Some(command) = step.get("command").filter(|command| !command.is_null()) {
            let by = step["by"].as_str().unwrap();
            let mut command: Command = serde_json::from_value(command.clone()).unwrap();
            if let Command::MarkSheet { rule, .. } = &mut command {
                *rule = rollcall_core::sheet::MergeRule::Church;
            }
            server.world.submit(by, command).unwrap();
            server.deliver();
        }
        if let Some(ms) = step["advance_ms"].as_i64() {
            server.advance(ms);
        }
        if step["drop"].as_bool() == Some(true) {
            server.drop_socket(&name);
        }
        if step["restart"].as_bool() == Some(true) {
            server.restart();
        }
        if step.get("out").is_some() {
            let said = server.sockets.get_mut(&name).map(|s| std::mem::take(&mut s.out));
            step["out"] = json!(said.unwrap_or_default());
        }
    }
    for (name, socket) in &server.sockets {
        assert!(socket.out.is_empty(), "{name} was told more: {:?}", socket.out);
    }
}
