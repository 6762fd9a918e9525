//! Texts that are shown, sorted, compared or cut otherwise than they are written.

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::{REFUSED, Sender};

/// Texts as they stand in the body, between quotes.
fn texts() -> Vec<String> {
    let mut texts: Vec<_> = [
        "\\u0000",
        "a\\u0000b",
        "\\u0001\\u001f",
        "\\u007f\\u0080\\u009f",
        "\\ud83d\\ude00",
        "😀",
        "👩‍👩‍👧‍👦",
        "é",
        "e\u{301}",
        "\u{212b}\u{c5}A\u{30a}",
        "ﬁ",
        "ß\u{1e9e}",
        "İı",
        "Ⅷ①",
        "\u{feff}",
        "a\u{feff}b",
        "\u{fffd}",
        "\u{fffe}\u{ffff}",
        "\u{10ffff}",
        "\u{e000}\u{f8ff}",
        "\u{e0001}\u{e0020}",
        "\u{200b}\u{200d}\u{2060}",
        "\u{202e}gnp.exe",
        "\u{2066}\u{2067}\u{2069}",
        "\u{2028}\u{2029}",
        "\u{85}\u{a0}\u{3000}",
        "سلام",
        "Ꮃork Оrder",
        "Zalgo",
        "\\u002e\\u002e\\u002f",
        "\\/\\b\\f\\n\\r\\t\\\\\\\"",
    ]
    .map(str::to_owned)
    .into();
    texts.extend(["\u{301}".repeat(300), "😀".repeat(200), "\\u0000".repeat(300), "\\ud83d\\ude00".repeat(200)]);
    texts
}

/// What is no text: halves of surrogate pairs, and escapes that are none.
const NO_TEXTS: [&str; 14] = [
    "\\ud800",
    "\\udfff",
    "\\ud83dx",
    "\\ud83d\\n",
    "\\ud83d\\u0041",
    "\\ude00\\ud83d",
    "\\ud83d\\ud83d",
    "\\u{1F600}",
    "\\U0001F600",
    "\\u00g0",
    "\\u 041",
    "\\x41",
    "\\0",
    "\u{1}",
];

/// A body with a text, as it stands there, for each member of the key and for another one.
fn bodies(sender: &Sender, operation: &Operation, tenant: &str, text: &str) -> [(&'static str, String); 4] {
    let id = operation.record_id;
    [
        ("Tenant", format!(r#"{{"CustomerId":2,"Tenant":"{text}","{id}":"1"}}"#)),
        ("the record id", format!(r#"{{"CustomerId":2,"Tenant":"{tenant}","{id}":"{text}"}}"#)),
        ("a member", sender.event(operation, tenant, &format!(r#""Text":["{text}"]"#))),
        ("a member's name", sender.event(operation, tenant, &format!(r#""{text}":1"#))),
    ]
}

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        for text in texts() {
            for (place, body) in bodies(sender, operation, "hostile-unicode", &text) {
                let what = format!("{place} is {}", brief(&text));
                entries.push(Entry::new(operation, what, sender.request(operation, body), Expected::Taken));
            }
        }
        for text in NO_TEXTS {
            for (place, body) in bodies(sender, operation, REFUSED, text) {
                let what = format!("{place} is {}", brief(text));
                let expected = Expected::Refused(400, "invalid-json");
                entries.push(Entry::new(operation, what, sender.request(operation, body), expected));
            }
        }
    }
    entries
}
