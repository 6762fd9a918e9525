//! Bodies as large as Lambda takes them, 6 MB, and what is as large in them.

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected};
use super::request::{REFUSED, Sender, TAKEN};

/// What Lambda takes of a request and a response, 6 MB, less what the event around the body needs of it.
const LARGEST: usize = 6_000_000;

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |operation, what: &str, body: String, expected| {
        entries.push(Entry::new(operation, what, sender.request(operation, body), expected));
    };
    for operation in OPERATIONS {
        // Around DynamoDB's 400 KB, and the largest.
        for size in [399_000, 400_000, 409_000, 409_600, 410_000, 1_000_000, LARGEST] {
            let body = sender.event(operation, TAKEN, &format!(r#""Text":"{}""#, "x".repeat(size - 100)));
            add(operation, &format!("a text of {size} bytes"), body, Expected::Taken);
        }
        for (bytes, expected) in [(2_046, Expected::Taken), (2_047, Expected::Refused(400, "invalid-tenant"))] {
            let body = format!(r#"{{"CustomerId":2,"Tenant":"{}","{}":"1"}}"#, "t".repeat(bytes), operation.record_id);
            add(operation, &format!("a Tenant of {bytes} bytes"), body, expected);
        }
        for (bytes, expected) in [(1_024, Expected::Taken), (1_025, Expected::Refused(400, "invalid-record-id"))] {
            let tenant = if expected == Expected::Taken { TAKEN } else { REFUSED };
            let body =
                format!(r#"{{"CustomerId":2,"Tenant":"{tenant}","{}":"{}"}}"#, operation.record_id, "i".repeat(bytes));
            add(operation, &format!("a record id of {bytes} bytes"), body, expected);
        }
    }
    // One operation each has these in turn: they are slow.
    let mut operations = OPERATIONS.into_iter().cycle();
    for (what, make, expected) in LARGE {
        let Some(operation) = operations.next() else { break };
        let body = make(sender, operation);
        assert!(body.len() > 5_000_000, "{what}: {}", body.len());
        add(operation, what, body, expected);
    }
    entries
}

type Large = (&'static str, fn(&Sender, &Operation) -> String, Expected);

const LARGE: [Large; 19] = [
    ("6 MB of blanks", |_, _| " ".repeat(LARGEST), Expected::Refused(400, "empty-body")),
    (
        "6 MB of blanks around an event",
        |sender, operation| {
            let blanks = "\n".repeat(LARGEST / 2);
            format!("{blanks}{}{blanks}", sender.event(operation, TAKEN, ""))
        },
        Expected::Taken,
    ),
    ("6 MB of NULs", |_, _| "\0".repeat(LARGEST), Expected::Refused(400, "invalid-json")),
    ("6 MB of quotes", |_, _| "\"".repeat(LARGEST), Expected::Refused(400, "invalid-json")),
    (
        "6 MB of text without an end",
        |_, _| format!("\"{}", "x".repeat(LARGEST)),
        Expected::Refused(400, "invalid-json"),
    ),
    (
        "6 MB of escapes",
        |sender, operation| sender.event(operation, TAKEN, &format!("\"Text\":\"{}\"", "\\u0041".repeat(LARGEST / 6))),
        Expected::Taken,
    ),
    (
        "6 MB of emoji",
        |sender, operation| sender.event(operation, TAKEN, &format!("\"Text\":\"{}\"", "😀".repeat(LARGEST / 4))),
        Expected::Taken,
    ),
    (
        "6 MB of digits",
        |sender, operation| sender.event(operation, TAKEN, &format!("\"Pay\":{}", "7".repeat(LARGEST))),
        Expected::Taken,
    ),
    (
        "6 MB of zeros after the point",
        |sender, operation| sender.event(operation, TAKEN, &format!("\"Pay\":0.{}1", "0".repeat(LARGEST))),
        Expected::Taken,
    ),
    (
        "6 MB of exponent",
        |sender, operation| sender.event(operation, TAKEN, &format!("\"Pay\":1e{}", "9".repeat(LARGEST))),
        Expected::Taken,
    ),
    (
        "6 MB of digits as CustomerId",
        |_, operation| {
            format!(
                "{{\"CustomerId\":{},\"Tenant\":\"{REFUSED}\",\"{}\":\"1\"}}",
                "7".repeat(LARGEST),
                operation.record_id
            )
        },
        Expected::Refused(400, "invalid-customer-id"),
    ),
    (
        "6 MB of Tenant",
        |_, operation| {
            format!("{{\"CustomerId\":2,\"Tenant\":\"{}\",\"{}\":\"1\"}}", "t".repeat(LARGEST), operation.record_id)
        },
        Expected::Refused(400, "invalid-tenant"),
    ),
    (
        "6 MB of record id",
        |_, operation| {
            format!(
                "{{\"CustomerId\":2,\"Tenant\":\"{REFUSED}\",\"{}\":\"{}\"}}",
                operation.record_id,
                "i".repeat(LARGEST)
            )
        },
        Expected::Refused(400, "invalid-record-id"),
    ),
    (
        "6 MB of a name",
        |sender, operation| sender.event(operation, TAKEN, &format!("\"{}\":1", "n".repeat(LARGEST))),
        Expected::Taken,
    ),
    ("6 MB of list", |_, _| format!("[{}0]", "0,".repeat(LARGEST / 2)), Expected::Refused(400, "too-many-values")),
    (
        "6 MB of empty objects",
        |_, _| format!("[{}{{}}]", "{},".repeat(LARGEST / 3)),
        Expected::Refused(400, "too-many-values"),
    ),
    ("6 MB of lists in lists", |_, _| "[".repeat(LARGEST), Expected::Refused(400, "too-deep")),
    (
        "6 MB of members of one name",
        |sender, operation| {
            sender.event(
                operation,
                TAKEN,
                &vec!["\"Text with a name of some length, to fill it up\":12345"; 99_000].join(","),
            )
        },
        Expected::Taken,
    ),
    (
        "6 MB of members of many names",
        |sender, operation| {
            let members: Vec<_> = (0..99_000)
                .map(|number| format!("\"Text with a name of some length {number}\":\"a text of some length\""))
                .collect();
            sender.event(operation, TAKEN, &members.join(","))
        },
        Expected::Taken,
    ),
];
