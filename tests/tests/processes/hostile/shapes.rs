//! Bodies that are no event, or not quite JSON.

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief, without_id};
use super::request::{REFUSED, Sender, TAKEN};

/// Bodies with the end of the problem's type.
const BODIES: [(&str, &str); 49] = [
    ("", "empty-body"),
    (" ", "empty-body"),
    ("\r\n\t \n", "empty-body"),
    ("null", "not-an-object"),
    ("true", "not-an-object"),
    ("0", "not-an-object"),
    ("-0", "not-an-object"),
    ("1e400", "not-an-object"),
    ("\"\"", "not-an-object"),
    ("\"{}\"", "not-an-object"),
    ("[]", "not-an-object"),
    ("[{}]", "not-an-object"),
    ("{}", "invalid-customer-id"),
    ("{\"customerid\":2}", "invalid-customer-id"),
    ("{\"CustomerId \":2}", "invalid-customer-id"),
    ("{\"Body\":{\"CustomerId\":2}}", "invalid-customer-id"),
    ("{\"CustomerId\":2}", "invalid-tenant"),
    ("{\"CustomerId\":2,\"tenant\":\"x\"}", "invalid-tenant"),
    ("{", "invalid-json"),
    ("}", "invalid-json"),
    ("]", "invalid-json"),
    ("[}", "invalid-json"),
    ("{]", "invalid-json"),
    ("{,}", "invalid-json"),
    ("{:}", "invalid-json"),
    ("{\"a\"}", "invalid-json"),
    ("{\"a\":}", "invalid-json"),
    ("{\"a\":1,}", "invalid-json"),
    ("{\"a\":1 \"b\":2}", "invalid-json"),
    ("{\"a\"::1}", "invalid-json"),
    ("{a:1}", "invalid-json"),
    ("{'a':1}", "invalid-json"),
    ("{1:1}", "invalid-json"),
    ("{null:1}", "invalid-json"),
    ("{\"a\":undefined}", "invalid-json"),
    ("{\"a\":True}", "invalid-json"),
    ("{\"a\":nul}", "invalid-json"),
    ("{\"a\":\"b}", "invalid-json"),
    ("{\"a\":\"\n\"}", "invalid-json"),
    ("{\"a\":\"\\x\"}", "invalid-json"),
    ("{\"a\":\"\\u12\"}", "invalid-json"),
    ("{}{}", "invalid-json"),
    ("{} x", "invalid-json"),
    ("// a comment\n{}", "invalid-json"),
    ("{/* a comment */}", "invalid-json"),
    (")]}',\n{}", "invalid-json"),
    ("<event/>", "invalid-json"),
    ("a=b&c=d", "invalid-json"),
    ("--- \na: 1", "invalid-json"),
];

/// Values of all kinds but text.
const VALUES: [&str; 8] = ["null", "true", "[]", "[1]", "[\"1\"]", "{}", "{\"a\":1}", "\"\""];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        for (body, reason) in BODIES {
            let request = sender.request(operation, body);
            entries.push(Entry::new(operation, brief(body), request, Expected::Refused(400, reason)));
        }
        for value in VALUES {
            let mut add = |member: &str, body: String, expected| {
                let request = sender.request(operation, body);
                entries.push(Entry::new(operation, format!("{member} is {value}"), request, expected));
            };
            let id = operation.record_id;
            let customer = format!(r#"{{"CustomerId":{value},"Tenant":"{REFUSED}","{id}":"1"}}"#);
            add("CustomerId", customer, Expected::Refused(400, "invalid-customer-id"));
            let tenant = format!(r#"{{"CustomerId":2,"Tenant":{value},"{id}":"1"}}"#);
            add("Tenant", tenant, Expected::Refused(400, "invalid-tenant"));
            add(id, with_id(operation, value), id_expected(operation, value));
            add("another member", sender.event(operation, TAKEN, &format!("\"Other\":{value}")), Expected::Taken);
            add(
                "WorkOrderStem",
                sender.event(operation, TAKEN, &format!("\"WorkOrderStem\":{value}")),
                Expected::Taken,
            );
        }
    }
    entries
}

fn id_expected(operation: &Operation, value: &str) -> Expected {
    if value == "\"\"" { Expected::Refused(400, "invalid-record-id") } else { without_id(operation) }
}

fn with_id(operation: &Operation, value: &str) -> String {
    let tenant = if id_expected(operation, value) == Expected::Taken { TAKEN } else { REFUSED };
    format!(r#"{{"CustomerId":2,"Tenant":"{tenant}","{}":{value}}}"#, operation.record_id)
}
