//! Any event of API Gateway.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::api_event::run(input));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    fuzz::mutate::request(data, size, max_size, seed, libfuzzer_sys::fuzzer_mutate)
});
