//! Paths beside the routes, and queries that nobody asked for.

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::Sender;

/// Paths that lead nowhere, of the operation's own.
fn astray(path: &str) -> Vec<String> {
    let name = &path[1..];
    let mut paths: Vec<_> =
        ["", "*", "/", "//", "/.", "/..", "/%2e%2e", "/.git/config", "/%00", "/%", "/%zz", "/?", "/favicon.ico"]
            .map(str::to_owned)
            .into();
    paths.extend([
        name.to_owned(),
        format!("{path}/"),
        format!("{path}//"),
        format!("{path}/1"),
        format!("{path}/.."),
        format!("{path}/../{name}"),
        format!("{path}%00"),
        format!("{path}%2f"),
        format!("{path};a=b"),
        format!("{path}.json"),
        format!("{path}\\"),
        format!("/{path}"),
        format!("/.{path}"),
        format!("/x/..{path}"),
        format!("/%{:x}{}", name.as_bytes()[0], &name[1..]),
        path.to_uppercase(),
        format!("{path}/{}", "x/".repeat(4_000)),
    ]);
    paths
}

/// What may stand behind a path, and changes nothing.
const BEHIND: [&str; 12] = [
    "?",
    "?a",
    "?a=b&a=c&&=&",
    "?%",
    "?%zz=%00",
    "?=%0d%0aX-Injected:%20yes",
    "?a[]=1&a[b]=2",
    "??",
    "?a=../../etc/passwd",
    "?a='%20OR%201=1",
    "?{}|^`",
    "#fragment",
];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    OPERATIONS.into_iter().flat_map(|operation| of(sender, operation)).collect()
}

fn of(sender: &Sender, operation: &'static Operation) -> Vec<Entry> {
    let mut entries = Vec::new();
    for path in astray(operation.path) {
        let request = sender.spoilt(operation).line(format!("{} {path} HTTP/1.1", operation.method));
        entries.push(Entry::new(operation, brief(&path), request, Expected::Front(&[400, 404, 405])));
    }
    let mut taken: Vec<_> = BEHIND.map(|behind| format!("{}{behind}", operation.path)).into();
    taken.extend([
        format!("{}?{}", operation.path, "a".repeat(8_000)),
        format!("{}?{}", operation.path, "a=b&".repeat(2_000)),
    ]);
    // A proxy is asked like this.
    taken.extend(
        ["http://receiver.example", "http://169.254.169.254", "https://user@[::1]:0"]
            .map(|host| format!("{host}{}", operation.path)),
    );
    for target in taken {
        let request = sender.good(operation).line(format!("{} {target} HTTP/1.1", operation.method));
        entries.push(Entry::new(operation, brief(&target), request, Expected::Taken));
    }
    for (what, target) in [
        ("bytes beyond ASCII", b"\xff\xfe".to_vec()),
        ("quotes", b"a=\"".to_vec()),
        ("angle brackets", b"<script>".to_vec()),
        ("a control character", vec![1]),
        ("70 KB", vec![b'a'; 70_000]),
    ] {
        let line = [operation.method.as_bytes(), b" ", operation.path.as_bytes(), b"?", &target, b" HTTP/1.1"].concat();
        let request = sender.spoilt(operation).line(line);
        entries.push(Entry::new(operation, format!("a query of {what}"), request, Expected::Front(&[400, 414])));
    }
    entries
}
