//! The commands that look at a program, as somebody at a terminal runs them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    fs,
    net::SocketAddr,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rollcall::config::Config;
use rollcall_wire::Dialect;
use support::{Program, SECRET, config, world};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a command left.
struct Done {
    code: Option<i32>,
    /// Both outputs.
    said: String,
}

/// Runs a command to its end; one that does not end is ended, and has no code.
fn rollcall(args: &[&str]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.args(args).env("ROLLCALL_JWT_SECRET", SECRET);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
        }
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    Done { code: output.status.code(), said }
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

#[test]
fn the_doctor_tries_a_token_at_every_dialect() {
    let program = Program::start();
    for dialect in Dialect::ALL {
        let address = url(program.address(dialect));
        let good = rollcall(&["doctor", &address, "--token", &program.token(dialect, "1")]);
        assert_eq!(good.code, Some(0), "{}: {}", dialect.name(), good.said);
        assert!(good.said.contains("token: is accepted"), "{}", good.said);
        let bad = rollcall(&["doctor", &address, "--token", "nonsense"]);
        assert_eq!(bad.code, Some(1), "{}: {}", dialect.name(), bad.said);
        assert!(bad.said.contains("token: is refused"), "{}", bad.said);
    }
}

#[test]
fn the_doctor_asks_a_listener_as_a_proxy_would() {
    let allow_origins = vec!["https://elsewhere.example.org".to_owned()];
    let program = Program::in_world(&world(), Config { allow_origins, ..config() });
    let address = url(program.address(Dialect::Gym));
    let outer = rollcall(&["doctor", &address, "--host", "desk.example.org"]);
    assert_eq!(outer.code, Some(0), "{}", outer.said);
    assert!(outer.said.contains("https://desk.example.org may read"), "{}", outer.said);
    let strange = rollcall(&["doctor", &address, "--origin", "https://desk.example.org"]);
    assert_eq!(strange.code, Some(1), "{}", strange.said);
    assert!(strange.said.contains("the origin is refused"), "{}", strange.said);
}

#[test]
fn an_encrypted_address_is_answered_by_what_to_do_instead() {
    let done = rollcall(&["doctor", "https://desk.example.org"]);
    assert_eq!(done.code, Some(2), "{}", done.said);
    assert!(done.said.contains("such as http://127.0.0.1:8080"), "{}", done.said);
}

#[test]
fn a_tail_that_is_refused_for_good_ends_and_says_why() {
    let program = Program::start();
    let address = url(program.address(Dialect::Native));
    let (admin, member) =
        (program.token(Dialect::Native, "1"), program.token(Dialect::Native, "3"));
    for (room, token, why) in [
        ("cellar", &*admin, "the room cellar cannot be followed: room is none"),
        ("sheet/7/2026-01-01", &admin, "cannot be followed: room is none"),
        ("sheet/2026-01-01/none", &admin, "cannot be followed: there is no gathering"),
        ("accounts", &member, "the room accounts cannot be followed: 3 may not follow accounts"),
        ("desk", "nonsense", "the token is not accepted"),
    ] {
        for more in [&[][..], &["--json"]] {
            let args = ["tail", room, "--url", &address, "--token", token];
            let done = rollcall(&[&args[..], more].concat());
            assert_eq!(done.code, Some(1), "{room}: {}", done.said);
            assert!(done.said.contains(why), "{room}: {}", done.said);
        }
    }
    let gym = url(program.address(Dialect::Gym));
    let done = rollcall(&["tail", "desk", "--url", &gym, "--token", &admin]);
    assert_eq!(done.code, Some(1), "{}", done.said);
    assert!(done.said.contains("is it a native listener?"), "{}", done.said);
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_what_asked_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (data, keys) = (at("data"), at("keys.json"));
    fs::write(at("world.json"), world().to_string()).unwrap();
    let imported = rollcall(&["import", &at("world.json"), "--data", &data]);
    assert_eq!(imported.code, Some(0), "{}", imported.said);
    let key = |more: &str| format!(r#"{{"keys":[{{"kty":"oct","k":"AAAA"{more}}}]}}"#);
    for (text, why) in [
        ("nonsense", "is no JSON Web Key Set: "),
        (&*key(""), "holds a key without `kid`"),
        (&key(r#","kid":"r1""#), r#"holds the key "r1", which is no public key"#),
    ] {
        fs::write(&keys, text).unwrap();
        let done = rollcall(&[
            "serve",
            "--data",
            &data,
            "--listen",
            "native=127.0.0.1:0",
            "--jwks",
            &keys,
        ]);
        assert_eq!(done.code, Some(1), "{}", done.said);
        assert!(done.said.contains(&format!("rollcall: jwks: {keys} {why}")), "{}", done.said);
    }
    let nowhere = at("nowhere/copy.db");
    let done = rollcall(&["backup", &nowhere, "--data", &data]);
    assert_eq!(done.code, Some(1), "{}", done.said);
    let said = format!("rollcall: cannot write {nowhere}\n  because No such file or directory");
    assert!(done.said.contains(&said), "{}", done.said);
}
