//! What a browser tells in its headers.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::cookie(input));
