//! The first frame, and where a session goes on.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::hello(input));
