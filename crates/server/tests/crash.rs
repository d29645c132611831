//! `kill -9` at random moments: nothing acknowledged is lost, nothing is doubled.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    collections::BTreeSet,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rollcall_store::{check::check, sqlite::SqliteStore};
use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::{Program, SECRET, Socket, desk, tenant, world_of};

/// Kills, unless `ROLLCALL_CRASH_ROUNDS` says otherwise.
const ROUNDS: usize = 12;

/// Desks that work at the same time, each on members of its own.
const DESKS: usize = 6;

/// The program as a process of its own, killed when let go.
struct Process(Child);

impl Process {
    fn start(directory: &Path, address: SocketAddr) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_rollcall"))
            .args(["serve", "--data"])
            .arg(directory.join("data"))
            .args(["--listen", &format!("gym={address}"), "--import"])
            .arg(directory.join("world.json"))
            .env("ROLLCALL_JWT_SECRET", SECRET)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL: no farewell, no flush.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A desk that goes on where the last connection was cut.
struct Desk {
    member: usize,
    path: String,
    address: SocketAddr,
    turn: usize,
    visit: Option<Value>,
    acknowledged: Vec<String>,
}

impl Desk {
    fn id(&self) -> String {
        format!("{}-{}", self.member, self.turn)
    }

    /// The operation that is due, with the same id until it is answered.
    fn frame(&self) -> Value {
        let id = self.id();
        match &self.visit {
            None => {
                let member = format!("GYM{:04}", self.member);
                json!({"type": "check_in", "payload": {"memberId": member, "requestId": id}})
            }
            Some(visit) => {
                json!({"type": "check_out", "payload": {"checkInId": visit, "requestId": id}})
            }
        }
    }

    fn connect(&self) -> Option<Socket> {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if let Ok(socket) = Socket::open(self.address, &self.path) {
                return Some(socket);
            }
            // Nobody can say when a killed program is back: asking is all there is.
            thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Works until the connection is cut; tells of every answer.
    fn work(&mut self, told: &mpsc::SyncSender<()>) {
        let Some(mut socket) = self.connect() else { panic!("the program did not come back") };
        loop {
            if socket.0.send(tungstenite::Message::text(self.frame().to_string())).is_err() {
                return;
            }
            let answer = loop {
                let Ok(message) = socket.try_next() else { return };
                match message["type"].as_str() {
                    Some("check_in_success" | "check_out_success") => break message,
                    Some("check_in_error" | "check_out_error") => {
                        panic!("{}: a retry was judged anew: {message}", self.id())
                    }
                    _ => {}
                }
            };
            let entered = answer["type"] == "check_in_success";
            self.visit = entered.then(|| answer["payload"]["id"].clone());
            self.acknowledged.push(self.id());
            self.turn += 1;
            // Enough has been told when nobody listens any more.
            let _ = told.try_send(());
        }
    }
}

/// What must be true of the files whenever the program is dead.
fn examine(directory: &Path, desks: &[Desk]) {
    let store = SqliteStore::open(directory.join("data/rollcall.sqlite3")).unwrap();
    let report = check(&store, &tenant()).unwrap().unwrap();
    assert!(report.is_sound(), "{report:?}");
    let kept = desk(&store).commands;
    let each: BTreeSet<_> = kept.iter().cloned().collect();
    assert_eq!(each.len(), kept.len(), "something happened twice");
    for desk in desks {
        for id in &desk.acknowledged {
            assert!(each.contains(id), "{id} was acknowledged and is lost");
        }
        let own = kept.iter().filter(|id| id.starts_with(&format!("{}-", desk.member))).count();
        let open = own - desk.acknowledged.len();
        assert!(open <= 1, "desk {}: {open} more than were asked for", desk.member);
    }
}

#[test]
fn a_kill_at_any_moment_loses_and_doubles_nothing() {
    let rounds =
        std::env::var("ROLLCALL_CRASH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("world.json"), world_of(DESKS).to_string()).unwrap();
    // Tokens of the same secret; this program in memory serves for nothing else.
    let path = format!("/ws/checkins/?token={}", Program::start().token(Dialect::Gym, "2"));
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let desk = |member| Desk {
        member,
        path: path.clone(),
        address,
        turn: 0,
        visit: None,
        acknowledged: Vec::new(),
    };
    let mut desks: Vec<_> = (1..=DESKS).map(desk).collect();
    for round in 0..rounds {
        let process = Process::start(directory.path(), address);
        let (tell, told) = mpsc::sync_channel(1_024);
        let working: Vec<_> = desks
            .into_iter()
            .map(|mut desk| {
                let tell = tell.clone();
                thread::spawn(move || {
                    desk.work(&tell);
                    desk
                })
            })
            .collect();
        drop(tell);
        // Every desk is back and working, then the cut comes at a moment of its own.
        let answers = 20 + rollcall::clock::random_u32() as usize % 200;
        for _ in 0..answers {
            told.recv_timeout(Duration::from_secs(30)).expect("work should go on");
        }
        drop(process);
        desks = working.into_iter().map(|thread| thread.join().unwrap()).collect();
        examine(directory.path(), &desks);
        assert!(desks.iter().any(|desk| !desk.acknowledged.is_empty()), "round {round}");
    }
}
