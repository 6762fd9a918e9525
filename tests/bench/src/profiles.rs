//! The functions and what they are held against are built alike, though in workspaces of their own: else what differs
//! would be the build.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// What a profile says that the code depends on.
const SETTINGS: [&str; 4] = ["codegen-units", "lto", "opt-level", "strip"];
/// The one crate of the subjects that the functions have no equal of by name.
const LEAN: &str = "bench-lean";
/// Its equal: the crate of the functions that calls the SDK.
const ITS_EQUAL: &str = "dataconnect";

/// A file of cargo's, by a path from the repository's root.
fn read(path: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().expect("TOML")
}

/// The profiles of a manifest.
fn profiles(manifest: &str) -> Table {
    let Some(Value::Table(profiles)) = read(manifest).remove("profile") else { panic!("{manifest} has no profiles") };
    profiles
}

/// The packages of a Cargo.lock by their names. Of several versions the last, which is the newest.
fn packages(lock: &str) -> HashMap<String, Table> {
    let Some(Value::Array(packages)) = read(lock).remove("package") else { panic!("{lock} has no packages") };
    let packages = packages.into_iter().map(|package| package.try_into().expect("a package"));
    packages.map(|package: Table| (package["name"].as_str().expect("a name").to_owned(), package)).collect()
}

/// A setting of a profile, or of the one that it inherits from.
fn setting<'profiles>(profiles: &'profiles Table, name: &str, setting: &str) -> Option<&'profiles Value> {
    let profile = profiles.get(name)?;
    profile.get(setting).or_else(|| self::setting(profiles, profile.get("inherits")?.as_str()?, setting))
}

/// How far a profile has a crate optimised.
fn level<'profiles>(profiles: &'profiles Table, name: &str, package: &str) -> Option<&'profiles Value> {
    profiles.get(name)?.get("package")?.get(package)?.get("opt-level")
}

#[test]
fn the_subjects_are_built_as_the_functions_are() {
    let (functions, subjects) = (profiles("Cargo.toml"), profiles("tests/bench/subjects/Cargo.toml"));
    for name in SETTINGS {
        let expected = setting(&functions, "release", name);
        assert!(expected.is_some(), "{name} is said");
        assert_eq!(setting(&subjects, "release", name), expected, "{name}");
    }
    let packages = subjects["release"]["package"].as_table().expect("packages");
    for package in packages.keys() {
        let equal = if package == LEAN { ITS_EQUAL } else { package };
        assert_eq!(level(&subjects, "release", package), level(&functions, "release", equal), "{package}");
    }
    assert!(packages.contains_key(LEAN), "the crate that calls the SDK");
}

#[test]
fn the_lean_subject_calls_the_same_versions_as_the_functions_do() {
    let (functions, subjects) = (packages("Cargo.lock"), packages("tests/bench/subjects/Cargo.lock"));
    let called: Vec<&str> =
        subjects[LEAN]["dependencies"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(called.contains(&"aws-sdk-dynamodb") && called.contains(&"aws-sdk-s3"), "{called:?}");
    for name in called {
        // A version is said where there are several.
        let name = name.split(' ').next().unwrap_or(name);
        assert_eq!(subjects[name]["version"], functions[name]["version"], "{name}: update both, and measure again");
    }
}
