//! Any bytes at all to `rollcall_wire::socketio::drive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| rollcall_wire::socketio::drive(input));
