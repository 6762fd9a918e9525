//! Texts that mean something to a header, a log, a path, a query, a shell or a spreadsheet.

use dataconnect::payload::OPERATIONS;
use serde_json::json;

use super::entry::{Entry, Expected, brief};
use super::request::Sender;

const TEXTS: [&str; 32] = [
    "a\r\nX-Injected: yes",
    "a\nX-Injected: yes\n\n<html>",
    "a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "%0d%0aX-Injected:%20yes",
    "{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "\n{\"level\":\"ERROR\",\"message\":\"forged\"}\n",
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/absolute",
    "//",
    ".",
    "..",
    "a/../../raw/operation=post-punches/x",
    "tenant=other/customer=3",
    "a/b?c=d#e&versionId=1",
    "C:\\CON",
    "%2e%2e%2f",
    "%",
    "' OR '1'='1",
    "'; DROP TABLE punches;--",
    "\"}},\"Other\":{\"S\":\"",
    "{\"S\":\"a\"}",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "$(reboot)`reboot`;reboot|reboot",
    "=HYPERLINK(\"http://x\")",
    "+1+cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>&b;",
    "sha256-0000000000000000000000000000000000000000000000000000000000000000",
    "2/Securitime",
];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let id = operation.record_id;
        for text in TEXTS {
            let bodies = [
                ("Tenant", json!({ "CustomerId": 2, "Tenant": text, id: "1" })),
                (id, json!({ "CustomerId": 2, "Tenant": "hostile-injection", id: text })),
                (
                    "members",
                    json!({
                        "CustomerId": 2, "Tenant": "hostile-injection", id: format!("members {text}"),
                        "WorkOrderStem": text, "Description": text, text: { text: [text] },
                    }),
                ),
            ];
            for (place, body) in bodies {
                let what = format!("{} as {place}", brief(text));
                entries.push(Entry::new(operation, what, sender.request(operation, body.to_string()), Expected::Taken));
            }
        }
    }
    entries
}
