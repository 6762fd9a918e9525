//! Any JSON as a payload.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::drift::run(input));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    fuzz::mutate::json(data, size, max_size, seed, libfuzzer_sys::fuzzer_mutate)
});
