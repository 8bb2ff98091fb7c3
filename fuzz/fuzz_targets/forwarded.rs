//! What proxies tell of who asks.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::forwarded(input));
