//! A running program and a raw client, for tests that look from outside over real sockets.
#![allow(dead_code, unused_imports, reason = "each test file uses the part it needs")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod files;
mod kept;
mod one_way;
mod panics;
mod raw;
mod socket;
mod transport;
mod volunteer;

use std::{net::SocketAddr, sync::Arc, time::Duration};

pub use files::allow_connections;
pub use kept::{Desk, desk, log, tally};
pub use raw::{Head, Raw};
use rollcall::{
    app, auth, clock,
    config::{Config, Secret},
    submit::Submitter,
};
use rollcall_core::{
    command::{Ask, By, Command},
    id::{AccountId, CommandId, TenantId},
    position::Epoch,
};
use rollcall_store::{MemoryStore, Store, Verdict, tenant_file};
use rollcall_wire::Dialect;
use serde_json::{Value, json};
pub use socket::Socket;
pub use transport::{Follower, Transport};
pub use volunteer::{Carrier, Place, Volunteer};

/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long a test waits to be sure that nothing comes.
pub const QUIET: Duration = Duration::from_millis(400);

pub const SECRET: &str = "q8Zr5uVn1xTb7yLw3kPd9sGf2hJm6cXa";

/// The program, started in this process on ports of its own.
pub struct Program {
    running: Option<app::Running>,
    pub store: Arc<dyn Store>,
    pub authority: Arc<auth::Authority>,
    pub submitter: Submitter,
}

/// A small world: a gym's desk and a gathering with a roster.
pub fn world() -> Value {
    world_of(30)
}

/// The person with that number.
pub fn person_id(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

/// The same with more or fewer people.
pub fn world_of(people: usize) -> Value {
    let person = |n: usize| {
        json!({
            "id": person_id(n), "number": format!("GYM{n:04}"),
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
        "people": (1..=people).map(person).collect::<Vec<_>>(),
        "gatherings": [{"id": "7", "name": "Class", "roster": []}]
    })
}

/// The tenant of the small world.
pub fn tenant() -> TenantId {
    TenantId::new("tst")
}

/// Loads a tenant file into a store.
pub fn load(store: &dyn Store, file: &Value) -> TenantId {
    let tenant = TenantId::new(file["tenant"]["id"].as_str().unwrap());
    let file = tenant_file::parse(&file.to_string(), clock::now()).unwrap();
    let rows = file.into_rows(&|password| auth::hash_password(password.as_bytes()).unwrap());
    store.load(&tenant, Epoch(7), rows, false, clock::now()).unwrap();
    tenant
}

impl Program {
    /// Starts over memory with the small world.
    pub fn start() -> Self {
        Self::with_people(30)
    }

    /// Starts over memory with so many people.
    pub fn with_people(people: usize) -> Self {
        Self::in_world(&world_of(people), config())
    }

    /// Starts over memory with a world and settings of the test's own.
    pub fn in_world(world: &Value, config: Config) -> Self {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        load(&*store, world);
        Self::over(store, config)
    }

    /// Starts over a given store.
    pub fn over(store: Arc<dyn Store>, config: Config) -> Self {
        panics::watch();
        auth::install_provider();
        let authority = Arc::new(app::authority(&config, store.clone()).unwrap());
        let running = app::start(config, store.clone()).unwrap();
        let submitter = running.submitter();
        Self { running: Some(running), store, authority, submitter }
    }

    /// Stops in order and waits for it.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }

    /// The running program, to be stopped elsewhere.
    pub fn take(&mut self) -> app::Running {
        self.running.take().unwrap()
    }

    /// Every address of a dialect, in the order of the settings.
    pub fn addresses(&self, dialect: Dialect) -> Vec<SocketAddr> {
        let all = self.running.as_ref().unwrap().addresses().iter();
        all.filter(|(spoken, _)| *spoken == dialect).map(|(_, address)| *address).collect()
    }

    pub fn address(&self, dialect: Dialect) -> SocketAddr {
        self.addresses(dialect)[0]
    }

    pub fn token(&self, dialect: Dialect, account: &str) -> String {
        self.token_for(dialect, account, None)
    }

    /// A token that lasts so many milliseconds; tokens know whole seconds only.
    pub fn token_for(&self, dialect: Dialect, account: &str, lasts_ms: Option<i64>) -> String {
        let account = AccountId::new(account);
        self.authority.mint(dialect, &tenant(), &account, lasts_ms, clock::now()).unwrap()
    }

    /// A WebSocket on a path of a dialect's listener.
    pub fn socket(&self, dialect: Dialect, path: &str) -> Socket {
        Socket::open(self.address(dialect), path).unwrap()
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
        let mut socket = self.gym_at_once(account);
        socket.expect("connection_status");
        socket
    }

    /// A gym client that has joined; the opening pair may still come.
    pub fn gym_at_once(&self, account: &str) -> Socket {
        let path = format!("/ws/checkins/?token={}", self.token(Dialect::Gym, account));
        let mut socket = self.socket(Dialect::Gym, &path);
        socket.expect("initial_stats");
        socket
    }

    /// Puts a command to the log as REST does, and waits for the verdict.
    pub fn commit(&self, by: By, id: Option<&str>, command: Command) -> Verdict {
        let id = id.map(CommandId::new);
        let ask = Ask { tenant: tenant(), by, id, command, fresh: clock::fresh_id() };
        wait(self.submitter.submit_and_wait(ask))
    }

    /// The same by the operator, with the command as the native protocol writes it.
    pub fn operator(&self, command: Value) -> Verdict {
        self.commit(By::System, None, serde_json::from_value(command).unwrap())
    }

    /// A whole native round trip: the program serves.
    pub fn serves(&self) {
        let mut socket = self.native("1");
        socket.send(&json!({"type": "follow", "data": {"id": "f", "rooms": ["desk"]}}));
        socket.expect("snapshot");
        let person = json!({"number": "GYM0030"});
        let command = json!({"type": "check_in", "data": {"person": person}});
        socket.command(&clock::fresh_id(), command);
        let answer = socket.next_of(&["answer", "error"]);
        let told = answer["type"] == "answer" || answer["data"]["code"] == "already_checked_in";
        assert!(told, "{answer}");
    }
}

/// Waits for something asynchronous.
pub fn wait<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
        if !std::thread::panicking() {
            panics::assert_none();
        }
    }
}

/// Settings for a test: every dialect on a port of its own, a stop without waiting.
pub fn config() -> Config {
    let listen = Dialect::ALL.map(|d| format!("{}=127.0.0.1:0", d.name()).parse().unwrap());
    Config {
        listen: listen.into(),
        jwt_secret: Some(Secret::new(SECRET)),
        drain_seconds: 0,
        ..Config::default()
    }
}
