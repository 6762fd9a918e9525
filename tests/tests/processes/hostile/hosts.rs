//! Absurd Hosts. `lambda_http` makes a URL of the Host, and panics when there is none to be made.

use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected, brief};
use super::request::Sender;

const HOSTS: [&str; 36] = [
    "",
    " ",
    "12345",
    "0",
    "0x7f.1",
    "127.0.0.1",
    "169.254.169.254",
    "localhost",
    ".",
    "..",
    "-",
    "*",
    "@",
    "%",
    "%00",
    "%0d%0aX-Injected:%20yes",
    "\\",
    "//",
    "?",
    "#",
    "a b",
    "a\tb",
    "a,b",
    "a:b:c",
    "host:",
    "host:-1",
    "host:99999",
    "host:port",
    "user:password@host",
    "http://host",
    "::::/@[",
    "[::1",
    "[::1]:99999",
    "höst.example",
    "😀",
    "${jndi:ldap://host}",
];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut hosts: Vec<_> = HOSTS.map(str::to_owned).into();
    hosts.extend([300, 8_000, 60_000].map(|length| "h".repeat(length)));
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        for host in &hosts {
            let request = sender.good(operation).with("Host", format!("Host: {host}"));
            entries.push(Entry::new(operation, brief(host), request, Expected::Taken));
        }
        let without = sender.good(operation).without("Host");
        entries.push(Entry::new(operation, "none", without, Expected::Taken));
        let two = sender.good(operation).header("Host: 12345");
        entries.push(Entry::new(operation, "two", two, Expected::Taken));
        let port = sender.good(operation).header("X-Forwarded-Proto: ht tp").header("X-Forwarded-Port: -1");
        entries.push(Entry::new(operation, "no URL by what a proxy adds", port, Expected::Taken));
    }
    entries
}
