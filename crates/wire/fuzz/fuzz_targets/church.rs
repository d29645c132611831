//! Any bytes at all to `rollcall_wire_fuzz::church`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| rollcall_wire_fuzz::church(input));
