//! The functions and what they are held against are built alike, though in workspaces of their own: else what differs
//! would be the build.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

/// What a profile says that the code depends on.
const SETTINGS: [&str; 4] = ["codegen-units", "lto", "opt-level", "strip"];
/// The one crate of the subjects that the functions have no equal of by name.
const LEAN: &str = "bench-lean";
/// Its equal: the crate of the functions that calls the SDK.
const ITS_EQUAL: &str = "dataconnect";

/// The profiles of a manifest, by a path from the repository's root.
fn profiles(manifest: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(manifest);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut manifest: Table = text.parse().expect("TOML");
    let Some(Value::Table(profiles)) = manifest.remove("profile") else { panic!("{} has no profiles", path.display()) };
    profiles
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
        assert_eq!(setting(&subjects, "deployed", name), expected, "{name}");
    }
    let packages = subjects["deployed"]["package"].as_table().expect("packages");
    for package in packages.keys() {
        let equal = if package == LEAN { ITS_EQUAL } else { package };
        assert_eq!(level(&subjects, "deployed", package), level(&functions, "release", equal), "{package}");
    }
    assert!(packages.contains_key(LEAN), "the crate that calls the SDK");
}
