//! A running program and a raw client, for tests that look from outside over real sockets.
#![allow(dead_code, reason = "each test file uses the part it needs")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failure here is the test's")]

use std::{
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rollcall::{app, auth, clock, config::Config};
use rollcall_core::{
    id::{AccountId, TenantId},
    position::Epoch,
};
use rollcall_store::{MemoryStore, Store, tenant_file};
use rollcall_wire::Dialect;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, client::IntoClientRequest};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a test waits to be sure that nothing comes.
pub const QUIET: Duration = Duration::from_millis(400);

const SECRET: &str = "q8Zr5uVn1xTb7yLw3kPd9sGf2hJm6cXa";

/// The program, started in this process on ports of its own.
pub struct Program {
    running: Option<app::Running>,
    pub store: Arc<dyn Store>,
    authority: auth::Authority,
}

/// A small world: a gym's desk and a gathering with a roster.
pub fn world() -> Value {
    let person = |n: usize| {
        json!({
            "id": format!("00000000-0000-4000-8000-{n:012}"), "number": format!("GYM{n:04}"),
            "first_name": format!("Person{n}"), "last_name": "Test", "kind": "member",
            "membership": {"type": "Gold", "starts": "2020-01-01", "ends": "2099-12-31"}
        })
    };
    json!({
        "tenant": {"id": "tst", "name": "Test", "time_zone": "Europe/Berlin"},
        "accounts": [
            {"id": "1", "username": "ann", "password_hash": null, "first_name": "Ann", "role": "admin"},
            {"id": "2", "username": "ben", "first_name": "Ben", "role": "staff"},
            {"id": "3", "username": "mia", "first_name": "Mia", "role": "member",
             "person": "00000000-0000-4000-8000-000000000001"},
            {"id": "4", "username": "vic", "first_name": "Vic", "role": "viewer"}
        ],
        "people": (1..=30).map(person).collect::<Vec<_>>(),
        "gatherings": [{"id": "7", "name": "Class", "roster": []}]
    })
}

/// Loads a tenant file into a store.
pub fn load(store: &dyn Store, file: &Value) -> TenantId {
    let file = tenant_file::parse(&file.to_string(), clock::now()).unwrap();
    let tenant = TenantId::new("tst");
    let rows = file.into_rows(&|password| auth::hash_password(password.as_bytes()).unwrap());
    store.load(&tenant, Epoch(7), rows, false, clock::now()).unwrap();
    tenant
}

impl Program {
    /// Starts over memory with the small world.
    pub fn start() -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        load(&*store, &world());
        Self::over(store)
    }

    /// Starts over a given store.
    pub fn over(store: Arc<dyn Store>) -> Self {
        auth::install_provider();
        let config = config();
        let authority = app::authority(&config, store.clone()).unwrap();
        let running = app::start(config, store.clone()).unwrap();
        Self { running: Some(running), store, authority }
    }

    pub fn address(&self, dialect: Dialect) -> SocketAddr {
        let running = self.running.as_ref().unwrap();
        running.addresses().iter().find(|(spoken, _)| *spoken == dialect).unwrap().1
    }

    pub fn token(&self, dialect: Dialect, account: &str) -> String {
        let (tenant, account) = (TenantId::new("tst"), AccountId::new(account));
        self.authority.mint(dialect, &tenant, &account, None, clock::now()).unwrap()
    }

    /// A WebSocket on a path of a dialect's listener.
    pub fn socket(&self, dialect: Dialect, path: &str) -> Socket {
        let address = self.address(dialect);
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("ws://{address}{path}").into_client_request().unwrap();
        let (socket, _) = tungstenite::client(request, stream).unwrap();
        Socket(socket)
    }

    /// A native client that is signed in.
    pub fn native(&self, account: &str) -> Socket {
        let path = format!("/v1/live?token={}", self.token(Dialect::Native, account));
        let mut socket = self.socket(Dialect::Native, &path);
        socket.expect("signed_in");
        socket
    }

    /// A gym client that has joined and has seen the opening frames.
    pub fn gym(&self, account: &str) -> Socket {
        let path = format!("/ws/checkins/?token={}", self.token(Dialect::Gym, account));
        let mut socket = self.socket(Dialect::Gym, &path);
        socket.expect("connection_status");
        socket
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }
}

/// Settings for a test: every dialect on a port of its own, a stop without waiting.
pub fn config() -> Config {
    let listen = Dialect::ALL.map(|d| format!("{}=127.0.0.1:0", d.name()).parse().unwrap());
    Config {
        listen: listen.into(),
        jwt_secret: Some(rollcall::config::Secret::new(SECRET)),
        drain_seconds: 0,
        ..Config::default()
    }
}

/// A WebSocket client that reads JSON.
pub struct Socket(pub WebSocket<TcpStream>);

impl Socket {
    pub fn send(&mut self, value: &Value) {
        self.0.send(Message::text(value.to_string())).unwrap();
    }

    /// The next JSON message.
    pub fn next(&mut self) -> Value {
        loop {
            match self.0.read().expect("a message should have come") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next message of a type; others are passed over.
    pub fn expect(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next();
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// Everything that comes within a while.
    pub fn within(&mut self, wait: Duration) -> Vec<Value> {
        self.0.get_ref().set_read_timeout(Some(wait)).unwrap();
        let mut seen = Vec::new();
        while let Ok(message) = self.0.read() {
            if let Message::Text(text) = message {
                seen.push(serde_json::from_str(&text).unwrap());
            }
        }
        self.0.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
        seen
    }

    /// Reads on until the server closes; the code.
    pub fn closed(&mut self) -> u16 {
        loop {
            match self.0.read() {
                Ok(Message::Close(Some(frame))) => return frame.code.into(),
                Ok(Message::Close(None)) => return 1005,
                Ok(_) => {}
                Err(error) => panic!("no close frame: {error}"),
            }
        }
    }
}
