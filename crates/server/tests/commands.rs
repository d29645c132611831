//! The commands that look at a program, as somebody at a terminal runs them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]
#![allow(clippy::disallowed_methods, reason = "tests measure real time")]

mod support;

use std::{
    net::SocketAddr,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rollcall_wire::Dialect;
use support::{Program, SECRET};

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
