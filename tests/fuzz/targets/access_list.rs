//! Any setting `ACCESS_TOKENS`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::access_list::run(input));
