//! What the functions link, held by a budget: every crate is loaded at each cold start, and reviewed at each update.

use std::collections::BTreeSet;
use std::process::Command;

use tests::fixtures::root;

/// Crates that the functions link, themselves included. More is a decision, to be taken here.
const BUDGET: usize = 168;

/// What a function must not link: the crate, how the banned versions begin, and why.
const BANNED: [(&str, &str, &str); 8] = [
    ("aws-lc-rs", "", "it gathers entropy for tens of milliseconds at the first connection; ring does not"),
    ("aws-lc-sys", "", "as aws-lc-rs"),
    ("openssl-sys", "", "rustls is the one TLS stack"),
    ("hyper", "0.", "the SDK's legacy HTTP stack, which its feature `rustls` brings"),
    ("rustls", "0.21.", "the SDK's legacy TLS stack, which its feature `rustls` brings"),
    ("p256", "", "only sigv4a needs it, which neither store asks for"),
    ("aws-config", "", "it looks for credentials in places that a function has none in, and brings a client of STS"),
    ("aws-sdk-sso", "", "Lambda gives credentials in the environment"),
];

/// Features that a function's crates must not have.
const BANNED_FEATURES: [(&str, &str); 3] =
    [("aws-sdk-dynamodb", "default-https-client"), ("aws-sdk-s3", "default-https-client"), ("aws-sigv4", "sigv4a")];

/// The crates that the functions link, each with what a format of `cargo tree` says of it. Procedural macros, and what
/// they need, run in the compiler.
fn linked(format: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
    // The processor does not matter to the functions' own choice of crates; the one that is deployed on does to others'.
    let arguments = ["tree", "--locked", "--offline", "--package=functions", "--target=aarch64-unknown-linux-gnu"];
    let more = ["--edges=normal,no-proc-macro", "--prefix=none", "--no-dedupe", "--format", format];
    let output = Command::new(cargo).args(arguments).args(more).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The name and the version of `name v1.2.3 (…)`.
fn crate_of(line: &str) -> (&str, &str) {
    let mut words = line.split(' ');
    let (name, version) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    (name, version.trim_start_matches('v'))
}

/// Why a crate of the functions is banned, if it is.
fn verdict(line: &str) -> Option<String> {
    let (name, version) = crate_of(line);
    let banned = BANNED.iter().find(|(banned, versions, _)| *banned == name && version.starts_with(versions));
    banned.map(|(.., reason)| format!("{name} {version}: {reason}"))
}

#[test]
fn the_functions_link_no_more_crates_than_their_budget() {
    let lines = linked("{p}");
    let crates: BTreeSet<_> = lines.iter().map(|line| crate_of(line)).collect();
    eprintln!("{} crates of {BUDGET}", crates.len());
    assert!(crates.iter().any(|(name, _)| *name == "ring"), "{crates:?}");
    assert!(crates.len() <= BUDGET, "{} crates, and the budget is {BUDGET}: {crates:?}", crates.len());
}

#[test]
fn the_functions_link_one_lean_stack_of_tls_and_http() {
    let found: Vec<_> = linked("{p}").iter().filter_map(|line| verdict(line)).collect();
    assert!(found.is_empty(), "{found:#?}");

    let features = linked("{p}|{f}");
    let has = |name: &str, feature: &str| {
        let lines =
            features.iter().filter_map(|line| line.split_once('|')).filter(|(line, _)| crate_of(line).0 == name);
        lines.flat_map(|(_, features)| features.split(',')).any(|found| found == feature)
    };
    // The lists are read right: these two are there.
    assert!(has("aws-sdk-s3", "rt-tokio") && has("aws-smithy-http-client", "rustls-ring"), "{features:?}");
    for (name, feature) in BANNED_FEATURES {
        assert!(!has(name, feature), "the feature {feature} of {name}");
    }
}

#[test]
fn a_banned_crate_is_told_from_its_successor() {
    let banned = ["aws-lc-rs v1.16.0", "hyper v0.14.32", "rustls v0.21.12", "aws-sdk-sso v1.90.0"];
    let allowed = ["hyper v1.12.0", "rustls v0.23.46", "ring v0.17.14", "hyper-util v0.1.21"];
    assert!(banned.iter().all(|line| verdict(line).is_some()));
    assert_eq!(allowed.iter().filter_map(|line| verdict(line)).collect::<Vec<_>>(), [""; 0]);
}
