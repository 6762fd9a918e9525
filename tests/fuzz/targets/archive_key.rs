//! Any parts of an archive key.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::archive_key::run(input));
