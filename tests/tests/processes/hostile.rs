//! Hostile requests, as bytes on a socket: the real binaries under `cargo lambda watch` answer each with a 4xx or a
//! 200, and go on. What that server itself fails on, before any function sees it, the binaries are given as events.

mod base64_claims;
mod checks;
mod duplicates;
mod encodings;
mod entry;
mod events;
mod framing;
mod headers;
mod hosts;
mod injection;
mod methods;
mod nesting;
mod numbers;
mod paths;
mod request;
mod shapes;
mod sizes;
mod target;
mod tokens;
mod unicode;
mod wire;

use entry::Entry;
use request::Sender;
use target::Target;

/// One kind of hostility.
type Group = fn(&Sender) -> Vec<Entry>;

const GROUPS: [(&str, Group); 16] = [
    ("hosts", hosts::entries),
    ("headers", headers::entries),
    ("methods", methods::entries),
    ("paths", paths::entries),
    ("framing", framing::entries),
    ("tokens", tokens::entries),
    ("encodings", encodings::entries),
    ("Base64", base64_claims::entries),
    ("shapes", shapes::entries),
    ("numbers", numbers::entries),
    ("nesting", nesting::entries),
    ("Unicode", unicode::entries),
    ("duplicate members", duplicates::entries),
    ("injection", injection::entries),
    ("sizes", sizes::entries),
    ("what the server in front fails on", framing::entries_that_end_in_front),
];

#[tokio::test]
#[ignore = "needs cargo-lambda, which `make run` installs with Python 3 and a network; `make test` runs it"]
async fn no_hostile_request_is_answered_with_a_5xx_hangs_or_ends_a_function() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::start(folder.path());
    let mut counts = Vec::new();
    for (group, entries) in GROUPS {
        let entries = entries(&target.sender);
        counts.push((group, entries.len()));
        target.attack(group, entries).await;
        target.assert_alive(group).await;
    }
    target.assert_nothing_else_is_stored().await;
    target.assert_the_log_is_whole();
    target.stop();

    counts.push(("all", counts.iter().map(|(_, count)| count).sum()));
    for (group, count) in counts {
        eprintln!("{count:5} hostile requests: {group}");
    }
}
