//! Frames of a client.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::client_frame(input));
