//! Methods that no route has. The functions' own answer to another method is driven by events.

use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::Sender;

const UNROUTED: [&str; 17] = [
    "GET",
    "HEAD",
    "PUT",
    "PATCH",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "MKCOL",
    "LOCK",
    "PURGE",
    "DEBUG",
    "TRACK",
    "QUERY",
    "post",
    "Delete",
    "P",
    "!#$%&'*+-.^_`|~",
];

const MALFORMED: [&str; 7] = ["", " POST", "PO ST", "POST,DELETE", "P\u{d6}ST", "POST\0", "\"POST\""];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let mut add = |method: &str, statuses| {
            let request = sender.spoilt(operation).line(format!("{method} {} HTTP/1.1", operation.path));
            entries.push(Entry::new(operation, brief(method), request, Expected::Front(statuses)));
        };
        for method in UNROUTED {
            add(method, &[404, 405]);
        }
        // What a browser asks before it sends anything.
        add("OPTIONS", &[200]);
        add(&"P".repeat(5_000), &[400, 404, 405]);
        for method in MALFORMED {
            add(method, &[400]);
        }
    }
    entries
}
