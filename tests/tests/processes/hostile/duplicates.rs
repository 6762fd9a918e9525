//! Members that stand there twice, or that another parser would take for others.

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::{REFUSED, Sender, TAKEN};

/// Names that mean something to us, to the database or to somebody's parser. `$serde_json::private::RawValue` is not
/// among them: the local database, which reads with `serde_json`, takes it for that parser's own and answers 400.
const NAMES: [&str; 30] = [
    "",
    " ",
    ".",
    "a.b",
    "a[0]",
    "#a",
    ":a",
    "$a",
    "/",
    "~0",
    "*",
    "__proto__",
    "constructor",
    "toString",
    "@type",
    "$ref",
    "$serde_json::private::Number",
    "CustomerTenant",
    "RecordId",
    "History",
    "Revision",
    "Drift",
    "ReceivedAt",
    "UpdatedAt",
    "DeletedAt",
    "Deletion",
    "Oversize",
    "TTL",
    "customerid",
    "tenant",
];

/// Members in front of an event's own that make its key ambiguous.
fn ambiguous(operation: &Operation) -> Vec<String> {
    let id = operation.record_id;
    vec![
        r#""CustomerId":3"#.to_owned(),
        r#""CustomerId":null"#.to_owned(),
        r#""CustomerId":"2""#.to_owned(),
        r#""CustomerId":[2]"#.to_owned(),
        r#""\u0043ustomerId":3"#.to_owned(),
        r#""Tenant":"Other""#.to_owned(),
        r#""Tenant":null"#.to_owned(),
        r#""Ten\u0061nt":"Other""#.to_owned(),
        format!(r#""{id}":"other""#),
        format!(r#""{id}":null"#),
        format!(r#""{id}":{{}}"#),
        format!(r#""\u00{:02x}{}":"other""#, id.as_bytes()[0], &id[1..]),
    ]
}

/// Members that stand there twice without harm.
const HARMLESS: [&str; 9] = [
    r#""CustomerId":2"#,
    r#""CustomerId":2.0"#,
    r#""CustomerId":20e-1"#,
    r#""Text":1,"Text":2"#,
    r#""Text":1,"Text":1"#,
    r#""Text":{"a":1,"a":2},"Text":{"a":1,"a":2}"#,
    r#""List":[{"CustomerId":3,"CustomerId":4}]"#,
    r#""WorkOrderStem":"1","WorkOrderStem":"2""#,
    r#""":1,"":2"#,
];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let mut add = |what: String, body: String, expected| {
            entries.push(Entry::new(operation, what, sender.request(operation, body), expected));
        };
        for members in ambiguous(operation) {
            let event = sender.event(operation, REFUSED, &members);
            add(format!("`{members}` behind"), event, Expected::Refused(400, "ambiguous-key"));
            let event = sender.event(operation, REFUSED, "");
            let event = event.replacen('{', &format!("{{{members},"), 1);
            add(format!("`{members}` in front"), event, Expected::Refused(400, "ambiguous-key"));
        }
        for members in HARMLESS {
            add(format!("`{members}`"), sender.event(operation, TAKEN, members), Expected::Taken);
        }
        for name in NAMES {
            for value in ["1", r#""1""#, r#"{"N":"1"}"#] {
                let event = sender.event(operation, TAKEN, &format!(r#""{name}":{value}"#));
                add(format!("{}: {value}", brief(name)), event, Expected::Taken);
            }
        }
        for length in [255, 65_535, 65_536, 300_000] {
            let event = sender.event(operation, TAKEN, &format!(r#""{}":1"#, "n".repeat(length)));
            add(format!("a name of {length} bytes"), event, Expected::Taken);
        }
        let often = vec![r#""Text":0"#; 50_000].join(",");
        add("one member 50000 times".to_owned(), sender.event(operation, TAKEN, &often), Expected::Taken);
    }
    entries
}
