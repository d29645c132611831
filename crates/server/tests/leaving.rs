//! Whoever leaves has what was said before carried out, and answered as long as somebody reads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

mod support;

use std::{io::Write, net::Shutdown};

use rollcall_wire::Dialect;
use serde_json::{Value, json};
use support::{Program, Socket};

/// Check-ins that are sent in one breath; more than one of them waits for its turn.
const TAPS: usize = 40;

fn check_in(dialect: Dialect, number: usize) -> Value {
    let member = format!("GYM{number:04}");
    match dialect {
        Dialect::Gym => json!({"type": "check_in", "payload": {"memberId": member}}),
        _ => {
            let command = json!({"type": "check_in", "data": {"person": {"number": member}}});
            json!({"type": "command", "data": {"id": member, "command": command}})
        }
    }
}

/// A masked frame; the mask is nought.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u8::try_from(payload.len()) {
        Ok(short @ 0..126) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

fn taps(dialect: Dialect) -> Vec<u8> {
    let tap = |number| frame(0x81, check_in(dialect, number).to_string().as_bytes());
    (1..=TAPS).flat_map(tap).collect()
}

fn clients(program: &Program) -> [(Dialect, Socket, &'static str); 2] {
    [
        (Dialect::Native, program.native("2"), "answer"),
        (Dialect::Gym, program.gym("2"), "check_in_success"),
    ]
}

#[test]
fn commands_before_a_half_close_are_answered_before_the_socket_ends() {
    let program = Program::with_people(TAPS);
    for (dialect, mut socket, answer) in clients(&program) {
        let stream = socket.0.get_mut();
        stream.write_all(&taps(dialect)).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answers = 0;
        while let Ok(said) = socket.try_next() {
            answers += usize::from(said["type"] == answer);
        }
        assert_eq!(answers, TAPS, "{dialect:?}");
        assert_eq!(support::tally(&*program.store).currently_in, TAPS as u64);
        everybody_out(&program);
    }
    program.serves();
}

#[test]
fn commands_before_a_close_are_carried_out_and_the_close_is_answered_with_its_code() {
    let program = Program::with_people(TAPS);
    for (dialect, mut socket, answer) in clients(&program) {
        let close = frame(0x88, &[&4444_u16.to_be_bytes()[..], b"enough"].concat());
        socket.0.get_mut().write_all(&[taps(dialect), close].concat()).unwrap();
        let (said, code) = socket.ending();
        assert_eq!(code, 4444, "{dialect:?}");
        assert_eq!(support::tally(&*program.store).currently_in, TAPS as u64, "{dialect:?}");
        let answers = said.iter().filter(|said| said["type"] == answer).count();
        assert_eq!(answers, TAPS, "{dialect:?}");
        everybody_out(&program);
    }
    program.serves();
}

fn everybody_out(program: &Program) {
    for visit in support::desk(&*program.store).visits.into_values() {
        if visit.check_out.is_none() {
            program.operator(json!({"type": "check_out", "data": {"visit": visit.id}})).unwrap();
        }
    }
}
