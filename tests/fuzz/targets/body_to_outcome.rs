//! Any bytes as a body.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::body_to_outcome::run(input));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    fuzz::mutate::body(data, size, max_size, seed, libfuzzer_sys::fuzzer_mutate)
});
