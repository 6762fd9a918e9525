//! Numbers that no program holds, and what is no number.

use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::{REFUSED, Sender, TAKEN};

/// JSON numbers, and whether they are a whole number from 0 to 2^64 - 1.
fn numbers() -> Vec<(String, bool)> {
    let written = [
        ("0", true),
        ("-0", true),
        ("-0.0e-0", true),
        ("2.000", true),
        ("20e-1", true),
        ("0.2E+1", true),
        ("1e19", true),
        ("0e99999999999999999999", true),
        ("9007199254740993", true),
        ("18446744073709551615", true),
        ("18446744073709551616", false),
        ("1e20", false),
        ("-1", false),
        ("-1e-1", false),
        ("0.1", false),
        ("2.0000000000000000000000000000000000000001", false),
        ("1e400", false),
        ("-1e400", false),
        ("1e-400", false),
        ("1e999999999", false),
        ("1e-999999999", false),
        ("9.9e125", false),
        ("1e126", false),
        ("1e-131", false),
        ("9223372036854775807e1", false),
        ("1e9223372036854775807", false),
        ("1e9223372036854775808", false),
        ("1e-9223372036854775809", false),
        ("1e99999999999999999999999999", false),
    ];
    let mut numbers: Vec<_> = written.map(|(number, whole)| (number.to_owned(), whole)).into();
    for digits in [38, 39, 1_000, 100_000] {
        numbers.push(("9".repeat(digits), false));
        numbers.push((format!("0.{}1", "0".repeat(digits)), false));
        numbers.push((format!("1.{}", "0".repeat(digits)), true));
    }
    numbers
}

const NO_NUMBERS: [&str; 26] = [
    "01",
    "-01",
    "00",
    "+1",
    ".5",
    "5.",
    "-",
    "-.5",
    "1e",
    "1e+",
    "1E-",
    "1e1.5",
    "0x10",
    "0b1",
    "0o7",
    "1_000",
    "1,000.5x",
    "--1",
    "1-",
    "NaN",
    "-NaN",
    "Infinity",
    "-Infinity",
    "1n",
    "1.2.3",
    "\u{661}\u{662}",
];

/// Texts as CustomerId, and whether they are one.
const CUSTOMERS: [(&str, bool); 14] = [
    ("2", true),
    ("002", true),
    ("18446744073709551615", true),
    ("00000000000000000000000000000000000000002", true),
    ("18446744073709551616", false),
    ("+2", false),
    ("-2", false),
    (" 2", false),
    ("2 ", false),
    ("2.0", false),
    ("2e0", false),
    ("0x2", false),
    ("2/Securitime", false),
    ("\u{662}", false),
];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let id = operation.record_id;
        let mut add = |what: String, body: String, expected| {
            entries.push(Entry::new(operation, what, sender.request(operation, body), expected));
        };
        let customer = |written: &str, is_one: bool| {
            let (tenant, expected) = if is_one {
                (TAKEN, Expected::Taken)
            } else {
                (REFUSED, Expected::Refused(400, "invalid-customer-id"))
            };
            (format!(r#"{{"CustomerId":{written},"Tenant":"{tenant}","{id}":"1"}}"#), expected)
        };
        for (number, is_whole) in numbers() {
            let shown = brief(&number);
            add(
                format!("a member is {shown}"),
                sender.event(operation, TAKEN, &format!("\"Pay\":[{number}]")),
                Expected::Taken,
            );
            let (body, expected) = customer(&number, is_whole);
            add(format!("CustomerId is {shown}"), body, expected);
            // An id that long is no key, and is refused.
            let is_key = number.len() < 1_024 || is_whole || number.starts_with("0.");
            let (tenant, expected) =
                if is_key { (TAKEN, Expected::Taken) } else { (REFUSED, Expected::Refused(400, "invalid-record-id")) };
            add(
                format!("{id} is {shown}"),
                format!(r#"{{"CustomerId":2,"Tenant":"{tenant}","{id}":{number}}}"#),
                expected,
            );
        }
        for no_number in NO_NUMBERS {
            let body = sender.event(operation, REFUSED, &format!("\"Pay\":{no_number}"));
            add(format!("a member is {no_number}"), body, Expected::Refused(400, "invalid-json"));
        }
        for (text, is_one) in CUSTOMERS {
            let (body, expected) = customer(&format!("\"{text}\""), is_one);
            add(format!("CustomerId is the text `{text}`"), body, expected);
        }
    }
    entries
}
