//! The bodies in `tests/fixtures/`: one for each operation, by its name, and odd ones.

use std::fs;
use std::path::PathBuf;

use dataconnect::operation::Operation;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The bytes of `tests/fixtures/<name>.json`.
#[must_use]
pub fn fixture(name: &str) -> Vec<u8> {
    let path = root().join("tests/fixtures").join(name).with_extension("json");
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The sample of an operation.
#[must_use]
pub fn sample(operation: &Operation) -> Vec<u8> {
    fixture(operation.name)
}
