//! The bodies in `tests/fixtures/`: one for each operation, by its name, and odd ones.

use std::fs;
use std::path::PathBuf;

use dataconnect::operation::Operation;
use dataconnect_local::template::{Function, Template};

use crate::receiver::template;

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

/// The template's function of an operation: the one that runs the binary of its name.
#[must_use]
pub fn function_of(template: &Template, operation: &Operation) -> Function {
    let found = template.functions().into_iter().find(|function| function.binary.as_deref() == Some(operation.name));
    found.unwrap_or_else(|| panic!("no function runs {}", operation.name))
}

/// How many seconds a function may take, by the template.
#[must_use]
pub fn function_timeout() -> u64 {
    template().document()["Globals"]["Function"]["Timeout"].as_u64().expect("a timeout for all functions")
}
