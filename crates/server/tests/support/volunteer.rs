//! One church client, whatever carries it.

use std::{collections::VecDeque, net::SocketAddr};

use rollcall_wire::Dialect;
use serde_json::{Value, json};
use tungstenite::Message;

use super::{Program, Raw, Socket};

/// What can carry a church client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    WebSocket,
    Polling,
}

impl Carrier {
    pub const ALL: [Self; 2] = [Self::WebSocket, Self::Polling];
}

/// Somebody at a sheet, who can leave at any moment and come back elsewhere.
pub struct Volunteer {
    carried: Carried,
    /// What the app's client gives to be recovered.
    pub place: Place,
}

/// Where a client was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub sid: String,
    pub pid: String,
    pub offset: Option<String>,
}

enum Carried {
    WebSocket(Socket),
    Polling(Polling),
}

impl Volunteer {
    /// Connects, anew or back to where it was.
    pub fn open(program: &Program, carrier: Carrier, account: &str, back: Option<&Place>) -> Self {
        let address = program.address(Dialect::Church);
        let carried = match carrier {
            Carrier::WebSocket => {
                let path = "/socket.io/?EIO=4&transport=websocket";
                Carried::WebSocket(Socket::open(address, path).unwrap())
            }
            Carrier::Polling => Carried::Polling(Polling::open(address)),
        };
        let mut volunteer = Self { carried, place: Place::default() };
        let mut auth = json!({"token": program.token(Dialect::Church, account)});
        if let Some(back) = back {
            auth["pid"] = json!(back.pid);
            auth["offset"] = json!(back.offset);
            volunteer.place.offset = back.offset.clone();
        }
        volunteer.say(&format!("40{auth}"));
        let granted: Value = serde_json::from_str(&volunteer.packet("40")).unwrap();
        volunteer.place.sid = granted["sid"].as_str().unwrap().to_owned();
        volunteer.place.pid = granted["pid"].as_str().unwrap().to_owned();
        volunteer.expect("connected");
        volunteer
    }

    /// Sends an event.
    pub fn emit(&mut self, name: &str, payload: &Value) {
        self.say(&format!("42{}", json!([name, payload])));
    }

    /// The next event of a name; others are passed over.
    pub fn expect(&mut self, name: &str) -> Value {
        loop {
            let mut event: Vec<Value> = serde_json::from_str(&self.packet("42")).unwrap();
            if let Some(offset) = event.last().and_then(Value::as_str) {
                self.place.offset = Some(offset.to_owned());
            }
            if event[0] == *name {
                return event.swap_remove(1);
            }
        }
    }

    fn say(&mut self, packet: &str) {
        match &mut self.carried {
            Carried::WebSocket(socket) => socket.text(packet),
            Carried::Polling(polling) => polling.say(packet),
        }
    }

    /// The next packet of a kind, without its number; pings are answered.
    fn packet(&mut self, kind: &str) -> String {
        loop {
            let packet = match &mut self.carried {
                Carried::WebSocket(socket) => match socket.0.read().unwrap() {
                    Message::Text(text) => text.to_string(),
                    other => panic!("no packet: {other}"),
                },
                Carried::Polling(polling) => polling.next(),
            };
            if packet == "2" {
                self.say("3");
            }
            if let Some(body) = packet.strip_prefix(kind) {
                return body.to_owned();
            }
        }
    }
}

/// Engine.IO by requests.
struct Polling {
    address: SocketAddr,
    target: String,
    packets: VecDeque<String>,
}

impl Polling {
    fn open(address: SocketAddr) -> Self {
        let target = "/socket.io/?EIO=4&transport=polling".to_owned();
        let mut polling = Self { address, target, packets: VecDeque::new() };
        let opened = polling.next();
        let opened: Value = serde_json::from_str(opened.strip_prefix('0').unwrap()).unwrap();
        polling.target += &format!("&sid={}", opened["sid"].as_str().unwrap());
        polling
    }

    fn next(&mut self) -> String {
        while self.packets.is_empty() {
            let body = self.ask("GET", "");
            self.packets = body.split('\x1e').map(Into::into).collect();
        }
        self.packets.pop_front().unwrap()
    }

    fn say(&mut self, packet: &str) {
        assert_eq!(self.ask("POST", packet), "ok");
    }

    fn ask(&self, method: &str, body: &str) -> String {
        let mut raw = Raw::connect(self.address);
        let (target, length) = (&self.target, body.len());
        let head = format!("{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}");
        raw.write(format!("{head}\r\n\r\n{body}").as_bytes());
        let head = raw.head();
        let length = head.header("content-length").unwrap().parse().unwrap();
        let answer = String::from_utf8(raw.take(length)).unwrap();
        assert_eq!(head.status, 200, "{answer}");
        answer
    }
}
