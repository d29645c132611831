//! Whose sign-in ends is out within a second, on every open socket; and nobody sees another tenant.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

use rollcall::{
    auth::{SignIn, Tokens},
    clock,
    config::{Config, Listener, Secret},
};
use rollcall_core::{
    command::Ask,
    facts::Row,
    id::{AccountId, TenantId},
    position::Epoch,
    rejection::Fault,
    time::Timestamp,
};
use rollcall_store::{Loaded, MemoryStore, Store, Verdict, View};
use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::{Program, Socket, config, person_id, tenant, wait, world};

/// How soon an ended sign-in must be felt.
const SOON: Duration = Duration::from_secs(1);

/// A store over memory that can be held up at the worst moments, or broken.
#[derive(Default)]
struct Unsteady {
    kept: MemoryStore,
    /// The next look tells that it has seen, and comes back only when it is told to.
    after_look: Mutex<Option<(SyncSender<()>, Receiver<()>)>>,
    /// The next commit tells that it is kept, and is published a while later.
    after_commit: Mutex<Option<SyncSender<()>>>,
    /// No look succeeds.
    broken: AtomicBool,
    /// Looks so far.
    looks: AtomicUsize,
}

impl Store for Unsteady {
    fn commit(&self, batch: &[Ask], now: Timestamp) -> Result<Vec<Verdict>, Fault> {
        let verdicts = self.kept.commit(batch, now);
        if batch.iter().any(|ask| ask.tenant == tenant())
            && let Some(kept) = self.after_commit.lock().unwrap().take()
        {
            kept.send(()).unwrap();
            thread::sleep(Duration::from_millis(300));
        }
        verdicts
    }

    fn look(
        &self,
        id: &TenantId,
        look: &mut dyn FnMut(&dyn View) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(Fault("the disk is away".into()));
        }
        let found = self.kept.look(id, look);
        if *id != tenant() {
            return found;
        }
        self.looks.fetch_add(1, Ordering::SeqCst);
        if let Some((looked, go_on)) = self.after_look.lock().unwrap().take() {
            looked.send(()).unwrap();
            go_on.recv().unwrap();
        }
        found
    }

    fn tenants(&self) -> Result<Vec<TenantId>, Fault> {
        self.kept.tenants()
    }

    fn load(
        &self,
        id: &TenantId,
        epoch: Epoch,
        rows: Vec<Row>,
        replace: bool,
        now: Timestamp,
    ) -> Result<Loaded, Fault> {
        self.kept.load(id, epoch, rows, replace, now)
    }
}

fn change_account(program: &Program, account: &str, fields: &Value) {
    let data = json!({"list": "accounts", "id": account, "fields": fields});
    program.operator(json!({"type": "change", "data": data})).unwrap();
}

/// Checks the gym's three frames and the close after them (G2.11).
fn refused(socket: &mut Socket, reason: &str) {
    let (frames, code) = socket.ending();
    let last: Vec<_> = frames.iter().rev().take(3).rev().collect();
    assert_eq!(code, 4001, "{frames:?}");
    assert_eq!(last[0]["type"], "error", "{frames:?}");
    assert_eq!(last[0]["message"], format!("Authentication required: {reason}"));
    assert_eq!(last[1]["type"], "authentication_error");
    assert_eq!(last[1]["payload"]["message"], reason);
    assert_eq!(last[2]["type"], "auth_response");
    assert_eq!(last[2]["payload"], json!({"success": false, "message": reason}));
}

/// Checks the native way of being signed out.
fn bidden_farewell(socket: &mut Socket, reason: &str) {
    let (messages, code) = socket.ending();
    let last = messages.last().unwrap();
    assert_eq!(code, 4001, "{messages:?}");
    assert_eq!(last["type"], "bye", "{messages:?}");
    assert_eq!(last["data"]["reason"], reason, "{messages:?}");
}

/// A world in which one account has a password.
fn with_password() -> Value {
    let mut world = world();
    world["accounts"][1]["password"] = json!("correct horse battery");
    world
}

fn sign_in(program: &Program, dialect: Dialect) -> Tokens {
    let ask = SignIn {
        dialect,
        tenant: tenant(),
        login: "ben".into(),
        password: Secret::new("correct horse battery"),
        address: [127, 0, 0, 1].into(),
    };
    let keep = |ask| program.submitter.submit_and_wait(ask);
    wait(program.authority.sign_in(ask, clock::now(), keep)).unwrap()
}

#[test]
fn an_ended_session_ends_its_open_sockets_within_a_second_and_no_others() {
    let program = Program::in_world(&with_password(), config());
    let (native, gym) = (sign_in(&program, Dialect::Native), sign_in(&program, Dialect::Gym));
    let mut first = program.socket(Dialect::Native, &format!("/v1/live?token={}", native.access));
    first.expect("signed_in");
    let mut desk = program.socket(Dialect::Gym, &format!("/ws/checkins/?token={}", gym.access));
    desk.expect("connection_status");
    let mut other = program.native("2");

    let end = |tokens: &Tokens| {
        let data = json!({"account": "2", "session": tokens.who.session.as_ref().unwrap()});
        program.operator(json!({"type": "end_sessions", "data": data})).unwrap();
        Instant::now()
    };
    let ended = end(&native);
    bidden_farewell(&mut first, "signed_out");
    assert!(ended.elapsed() < SOON);
    desk.send(&json!({"type": "ping"}));
    desk.expect("pong");

    let ended = end(&gym);
    refused(&mut desk, "Invalid token");
    assert!(ended.elapsed() < SOON);
    other.send(&json!({"type": "ping"}));
    other.expect("pong");

    let mut again = program.socket(Dialect::Gym, &format!("/ws/checkins/?token={}", gym.access));
    refused(&mut again, "Invalid token");
}

#[test]
fn g2_16_a_disabled_account_is_out_everywhere_within_a_second() {
    let program = Program::start();
    let mut natives: Vec<_> = (0..5).map(|_| program.native("2")).collect();
    let mut desks: Vec<_> = (0..5).map(|_| program.gym_at_once("2")).collect();
    let token = program.token(Dialect::Gym, "2");
    change_account(&program, "2", &json!({"active": false}));
    let disabled = Instant::now();
    desks.iter_mut().for_each(|socket| refused(socket, "Invalid token"));
    for socket in &mut natives {
        assert_eq!(socket.ending().1, 4001);
    }
    assert!(disabled.elapsed() < SOON, "{:?}", disabled.elapsed());
    let mut late = program.socket(Dialect::Gym, &format!("/ws/checkins/?token={token}"));
    refused(&mut late, "Invalid token");
}

#[test]
fn an_account_that_is_disabled_while_it_signs_in_does_not_stay() {
    let program = Program::start();
    for round in 0..60 {
        let active = |active: bool| change_account(&program, "2", &json!({"active": active}));
        active(true);
        let path = format!("/v1/live?token={}", program.token(Dialect::Native, "2"));
        let mut socket = program.socket(Dialect::Native, &path);
        active(false);
        socket.0.get_ref().set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        // Refused, or let in and signed out: a token of the opening that is refused may be
        // followed by a better one, so that socket stays, but nobody is signed in on it.
        let seen = loop {
            match socket.try_next() {
                Ok(message) if message["type"] == "error" => break true,
                Ok(_) => {}
                Err(_) => break false,
            }
        };
        assert!(seen, "round {round}: signed in although disabled");
    }
}

#[test]
fn an_account_that_is_disabled_between_its_sign_in_and_the_tenants_first_look_does_not_stay() {
    let store = Arc::new(Unsteady::default());
    support::load(&*store, &world());
    let program = Program::over(store.clone(), config());
    let path = format!("/v1/live?token={}", program.token(Dialect::Native, "2"));
    // Once for that token, and once by the chores that begin with the program.
    while store.looks.load(Ordering::SeqCst) < 2 {
        thread::yield_now();
    }
    let (looked, kept) = (mpsc::sync_channel(0), mpsc::sync_channel(0));
    *store.after_look.lock().unwrap() = Some((looked.0, kept.1));
    *store.after_commit.lock().unwrap() = Some(kept.0);
    let mut socket = program.socket(Dialect::Native, &path);
    looked.1.recv().unwrap();
    change_account(&program, "2", &json!({"active": false}));
    bidden_farewell(&mut socket, "signed_out");
}

#[test]
fn rights_that_a_broken_store_cannot_tell_are_asked_for_until_it_can() {
    let store = Arc::new(Unsteady::default());
    support::load(&*store, &world());
    let program = Program::over(store.clone(), config());
    let mut socket = program.native("2");
    store.broken.store(true, Ordering::SeqCst);
    change_account(&program, "2", &json!({"active": false}));
    thread::sleep(Duration::from_millis(700));
    store.broken.store(false, Ordering::SeqCst);
    bidden_farewell(&mut socket, "signed_out");
}

#[test]
fn g2_16_an_expiring_token_ends_its_sockets() {
    let program = Program::start();
    let gym = program.token_for(Dialect::Gym, "2", Some(2_000));
    let native = program.token_for(Dialect::Native, "2", Some(2_000));
    let began = Instant::now();
    let mut desk = program.socket(Dialect::Gym, &format!("/ws/checkins/?token={gym}"));
    desk.expect("initial_stats");
    let mut socket = program.socket(Dialect::Native, &format!("/v1/live?token={native}"));
    socket.expect("signed_in");
    refused(&mut desk, "Token expired");
    bidden_farewell(&mut socket, "token_expired");
    assert!(began.elapsed() < Duration::from_secs(4));
    let mut late = program.socket(Dialect::Gym, &format!("/ws/checkins/?token={gym}"));
    refused(&mut late, "Token expired");
}

#[test]
fn g2_12_an_anonymous_gym_socket_is_answered_and_closed_with_4008_after_8_seconds() {
    let program = Program::start();
    let mut socket = program.socket(Dialect::Gym, "/ws/checkins/");
    let opened = Instant::now();
    socket.send(&json!({"type": "heartbeat"}));
    assert_eq!(socket.next()["type"], "heartbeat_ack");
    let mut hasty = program.socket(Dialect::Gym, "/ws/checkins/");
    hasty.send(&json!({"type": "check_in", "payload": {"memberId": "GYM0001"}}));
    assert_eq!(hasty.next()["message"], "Authentication required");
    assert_eq!(hasty.closed(), 4008);
    let (frames, code) = socket.ending();
    assert_eq!((frames.len(), code), (0, 4008));
    let after = opened.elapsed();
    assert!((Duration::from_secs(7)..Duration::from_secs(10)).contains(&after), "{after:?}");
}

#[test]
fn a_changed_role_counts_on_an_open_socket() {
    let program = Program::start();
    let mut vic = program.native("4");
    let check_in = |n: usize| json!({"type": "check_in", "data": {"person": {"id": person_id(n)}}});
    let follow = |room| json!({"type": "follow", "data": {"id": "f", "rooms": [room]}});
    vic.command("c1", check_in(1));
    assert_eq!(vic.next_of(&["error", "answer"])["data"]["code"], "forbidden");

    change_account(&program, "4", &json!({"role": "admin"}));
    assert_eq!(vic.expect("signed_in")["data"]["role"], "admin");
    vic.command("c2", check_in(1));
    assert_eq!(vic.next_of(&["error", "answer"])["type"], "answer");
    vic.send(&follow("accounts"));
    vic.expect("snapshot");

    change_account(&program, "4", &json!({"role": "viewer"}));
    let lost = vic.expect("error");
    assert_eq!(lost["data"]["code"], "forbidden");
    assert_eq!(lost["data"]["detail"]["room"], "accounts", "{lost}");
    change_account(&program, "2", &json!({"first_name": "Benedict"}));
    vic.command("c3", check_in(2));
    let next = vic.next_of(&["event", "error", "answer"]);
    assert_eq!(next["data"]["code"], "forbidden", "no event of the lost room: {next}");
}

/// Two tenants in one program, with the same ids and listeners of their own.
fn two_tenants() -> (Program, [[Listener; 2]; 2]) {
    let listener = |dialect: Dialect, tenant: &str| {
        let mut listener: Listener = format!("{}=127.0.0.1:0", dialect.name()).parse().unwrap();
        listener.tenant = Some(TenantId::new(tenant));
        listener
    };
    let of = |tenant| [Dialect::Native, Dialect::Gym].map(|dialect| listener(dialect, tenant));
    let listeners = ["tst", "two"].map(of);
    let config = Config { listen: listeners.concat(), ..config() };
    let store = Arc::new(MemoryStore::new());
    support::load(&*store, &world());
    let mut other = world();
    other["tenant"]["id"] = json!("two");
    support::load(&*store, &other);
    (Program::over(store, config), listeners)
}

#[test]
fn tenants_with_the_same_ids_neither_hear_nor_enter_each_other() {
    let (program, _) = two_tenants();
    let token = |dialect, tenant: &str| {
        let (tenant, account) = (TenantId::new(tenant), AccountId::new("1"));
        program.authority.mint(dialect, &tenant, &account, None, clock::now()).unwrap()
    };
    let open = |dialect, place: usize, token: &str| {
        let path = if dialect == Dialect::Gym { "/ws/checkins/" } else { "/v1/live" };
        let address = program.addresses(dialect)[place];
        Socket::open(address, &format!("{path}?token={token}")).unwrap()
    };
    // Each other's tokens open nothing.
    refused(&mut open(Dialect::Gym, 1, &token(Dialect::Gym, "tst")), "Invalid token");
    let mut native = open(Dialect::Native, 0, &token(Dialect::Native, "two"));
    assert_eq!(native.expect("error")["data"]["code"], "token_invalid");
    native.send(&json!({"type": "sign_in", "data": {"token": token(Dialect::Native, "two")}}));
    assert_eq!(native.closed(), 4001);

    let mut here = open(Dialect::Gym, 0, &token(Dialect::Gym, "tst"));
    let mut there = open(Dialect::Gym, 1, &token(Dialect::Gym, "two"));
    for socket in [&mut here, &mut there] {
        socket.expect("connection_status");
    }
    here.send(&json!({"type": "check_in", "payload": {"memberId": "GYM0001", "requestId": "r"}}));
    here.expect("check_in_success");
    // The same person, number and request: all of them another one's here.
    there.send(&json!({"type": "check_in", "payload": {"memberId": "GYM0001", "requestId": "r"}}));
    assert_eq!(there.next()["type"], "check_in_success", "nothing of the other tenant came first");
    assert_eq!(there.expect("stats_update")["payload"]["currentlyIn"], 1);
    let told = here.within(Duration::from_millis(1_200));
    let visits = told.iter().filter(|message| message["type"] == "member_checked_in").count();
    assert_eq!(visits, 1, "only its own: {told:?}");
}

#[test]
fn g2_7_a_token_of_another_tenant_does_not_take_over_a_socket() {
    let (store, mut other) = (Arc::new(MemoryStore::new()), world());
    other["tenant"]["id"] = json!("two");
    support::load(&*store, &world());
    support::load(&*store, &other);
    let program = Program::over(store, config());
    let token = |dialect| {
        let (tenant, account) = (TenantId::new("two"), AccountId::new("1"));
        program.authority.mint(dialect, &tenant, &account, None, clock::now()).unwrap()
    };
    let mut desk = program.gym("1");
    desk.send(&json!({"type": "authenticate", "payload": {"token": token(Dialect::Gym)}}));
    refused(&mut desk, "Invalid token");
    let mut native = program.native("1");
    native.send(&json!({"type": "sign_in", "data": {"token": token(Dialect::Native)}}));
    assert_eq!(native.closed(), 4001);
}
