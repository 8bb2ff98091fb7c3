//! The configuration's file, variables and flags.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::config(input));
