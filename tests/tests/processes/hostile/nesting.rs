//! Lists and objects in one another, up to what exhausts a parser's stack.

use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected};
use super::request::{REFUSED, Sender, TAKEN};

/// What opens a level and what closes it.
const KINDS: [(&str, &str, &str); 3] = [("lists", "[", "]"), ("objects", "{\"a\":", "}"), ("both", "[{\"a\":", "}]")];

/// The levels that a member may have, within the body's own.
const DEEPEST: usize = 127;

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        for (kind, open, close) in KINDS {
            let levels = if kind == "both" { 2 } else { 1 };
            for repeats in [1, 14, 16, 29, 31, 32, 33, 63, 64, 126, 127, 128, 500, 10_000, 300_000] {
                let deep = format!("{}0{}", open.repeat(repeats), close.repeat(repeats));
                let (tenant, expected) = if repeats * levels <= DEEPEST {
                    (TAKEN, Expected::Taken)
                } else {
                    (REFUSED, Expected::Refused(400, "too-deep"))
                };
                let body = sender.event(operation, tenant, &format!("\"Deep\":{deep}"));
                let what = format!("{repeats} of {kind}");
                entries.push(Entry::new(operation, what, sender.request(operation, body), expected));
            }
            for (repeats, reason) in
                [(1, "invalid-json"), (60, "invalid-json"), (129, "too-deep"), (1_000_000, "too-deep")]
            {
                let request = sender.request(operation, open.repeat(repeats));
                let what = format!("{repeats} of {kind} that are never closed");
                entries.push(Entry::new(operation, what, request, Expected::Refused(400, reason)));
            }
        }
    }
    entries
}
