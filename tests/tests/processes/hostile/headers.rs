//! Headers that no sender needs, with values that nobody expects; far too many; and such that are none.

use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::Sender;

const NAMES: [&str; 33] = [
    "Accept",
    "Accept-Encoding",
    "Cache-Control",
    "Content-Disposition",
    "Content-Language",
    "Content-Location",
    "Content-MD5",
    "Content-Range",
    "Cookie",
    "Date",
    "Forwarded",
    "If-Match",
    "If-None-Match",
    "Origin",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "TE",
    "Trailer",
    "User-Agent",
    "Via",
    "X-Amz-Content-Sha256",
    "X-Amzn-RequestId",
    "X-Amzn-Trace-Id",
    "X-Api-Key",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-HTTP-Method-Override",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Status",
];

const VALUES: [&str; 10] = [
    "",
    "-1",
    "99999999999999999999999999",
    "a,b;c=\"d",
    "DELETE",
    "../../../../etc/passwd",
    "%0d%0aX-Injected: yes",
    "{\"$ne\":null}",
    "é😀",
    "a\tb",
];

/// What is no header, by RFC 9112.
const MALFORMED: [(&str, &[u8]); 12] = [
    ("a control character in a value", b"X-Hostile: a\x01b"),
    ("a NUL in a value", b"X-Hostile: a\x00b"),
    ("a DEL in a value", b"X-Hostile: a\x7fb"),
    ("a bare CR in a value", b"X-Hostile: a\rX-Injected: yes"),
    ("a folded value", b"X-Hostile: a\r\n b"),
    ("a blank in a name", b"X Hostile: a"),
    ("a blank before the colon", b"X-Hostile : a"),
    ("a blank before the name", b" X-Hostile: a"),
    ("no name", b": a"),
    ("no colon", b"X-Hostile"),
    ("a name beyond ASCII", "X-Höstile: a".as_bytes()),
    ("a name in parentheses", b"(X): a"),
];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    // Each function has its share of these.
    let mut operations = OPERATIONS.into_iter().cycle();
    for name in NAMES {
        for value in VALUES {
            let Some(operation) = operations.next() else { break };
            let request = sender.good(operation).header(format!("{name}: {value}"));
            entries.push(Entry::new(operation, format!("{name}: {}", brief(value)), request, Expected::Taken));
        }
    }
    for operation in OPERATIONS {
        for length in [8_000, 60_000, 300_000] {
            let request = sender.good(operation).header(format!("X-Hostile: {}", "x".repeat(length)));
            entries.push(Entry::new(operation, format!("a value of {length} bytes"), request, Expected::Taken));
        }
        for (count, expected) in [(90, Expected::Taken), (1_000, Expected::Front(&[431]))] {
            let good = if count == 90 { sender.good(operation) } else { sender.spoilt(operation) };
            let many = (0..count).fold(good, |request, number| request.header(format!("X-Hostile-{number}: x")));
            entries.push(Entry::new(operation, format!("{count} headers"), many, expected));
        }
        let repeated = (0..80).fold(sender.good(operation), |request, _| request.header("X-Hostile: x"));
        entries.push(Entry::new(operation, "one header 80 times", repeated, Expected::Taken));
        let huge = sender.spoilt(operation).header(format!("X-Hostile: {}", "x".repeat(2_000_000)));
        entries.push(Entry::new(operation, "a value of 2 MB", huge, Expected::Front(&[431])));
        for (what, line) in MALFORMED {
            let request = sender.spoilt(operation).header(line);
            entries.push(Entry::new(operation, what, request, Expected::Front(&[400])));
        }
    }
    entries
}
