//! Where a request begins and ends: lengths, chunks and versions that contradict themselves, and what is cut off.

use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;

use super::entry::{Entry, Expected};
use super::request::{Request, Sender, TAKEN};

const LENGTHS: [&str; 12] =
    ["-1", "+5", "", " ", "0x10", "1e2", "5 5", "5, 6", "five", "99999999999999999999", "5;", "\u{663}"];

const VERSIONS: [&str; 9] =
    ["", "HTTP/2.0", "HTTP/3", "HTTP/1.2", "HTTP/0.9", "HTTP/11", "http/1.1", "ICY", "HTTP/1.1 x"];

pub(super) fn entries(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let refused = |what: String, request| Entry::new(operation, what, request, Expected::Front(&[400]));
        for length in LENGTHS {
            let request = sender.spoilt(operation).with("Content-Length", format!("Content-Length: {length}"));
            entries.push(refused(format!("Content-Length: `{length}`"), request));
        }
        let two = sender.spoilt(operation).header("Content-Length: 3");
        entries.push(refused("two lengths".to_owned(), two));
        for version in VERSIONS {
            let line = format!("{} {} {version}", operation.method, operation.path);
            entries.push(refused(format!("version `{version}`"), sender.spoilt(operation).line(line)));
        }
        for (what, bytes) in
            [("TLS", &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..]), ("bytes", &[0xff; 500])]
        {
            entries.push(refused(format!("{what} in place of a request"), Request::raw(bytes)));
        }
        for encoding in ["identity", "gzip", "chunked, gzip", "xchunked"] {
            let request = sender.spoilt(operation).header(format!("Transfer-Encoding: {encoding}"));
            entries.push(refused(format!("Transfer-Encoding: {encoding}"), request));
        }
        entries.extend(that_hold(sender, operation));
    }
    entries
}

/// Oddities that are a request all the same.
fn that_hold(sender: &Sender, operation: &'static Operation) -> Vec<Entry> {
    let good = || sender.good(operation);
    let line = |version: &str| format!("{} {} {version}", operation.method, operation.path);
    let mut entries: Vec<_> = [
        ("HTTP/1.0", good().line(line("HTTP/1.0"))),
        ("an empty line before it", good().line(format!("\r\n{}", line("HTTP/1.1")))),
        ("Expect: 100-continue", good().header("Expect: 100-continue")),
        ("Expect: a miracle", good().header("Expect: a miracle")),
        ("an upgrade", good().header("Upgrade: websocket").header("Connection: upgrade")),
        ("an upgrade to HTTP/2", good().header("Upgrade: h2c").header("HTTP2-Settings: AAMAAABkAAQ")),
    ]
    .map(|(what, request)| Entry::new(operation, what, request, Expected::Taken))
    .into();
    for (what, length, reason) in
        [("no length", None, "empty-body"), ("a length that is too short", Some("Content-Length: 10"), "invalid-json")]
    {
        let request = sender.spoilt(operation).without("Content-Length");
        let request = length.into_iter().fold(request, Request::header);
        entries.push(Entry::new(operation, what, request, Expected::Refused(400, reason)));
    }
    for (what, bytes) in [("a request", &b"GET /admin HTTP/1.1\r\n\r\n"[..]), ("NULs", &[0; 4]), ("a line", b"\r\n")] {
        let body = sender.event(operation, TAKEN, "");
        // What stands behind the body is no part of it.
        let sent = [body.as_bytes(), bytes].concat();
        let request = sender.request(operation, body).without("Connection").sent_as(sent);
        entries.push(Entry::new(operation, format!("{what} behind it"), request, Expected::Taken));
    }
    for size in [1, 7, 1_000] {
        let body = sender.event(operation, TAKEN, "");
        let chunk = |chunk: &[u8]| [format!("{:x};a=b\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat();
        let chunks: Vec<u8> = body.as_bytes().chunks(size).flat_map(chunk).collect();
        let sent = [&chunks, &b"0\r\nX-Trailer: yes\r\n\r\n"[..]].concat();
        let request =
            sender.request(operation, body).with("Content-Length", "Transfer-Encoding: chunked").sent_as(sent);
        entries.push(Entry::new(operation, format!("chunks of {size} bytes"), request.clone(), Expected::Taken));
        // RFC 9112, section 6.3: the chunks count.
        let both = request.header("Content-Length: 3");
        entries.push(Entry::new(operation, format!("chunks of {size} bytes and a length"), both, Expected::Taken));
    }
    entries
}

/// Requests that the server in front does not hand to a function whole: it fails on them, or hangs up.
pub(super) fn entries_that_end_in_front(sender: &Sender) -> Vec<Entry> {
    let mut entries = Vec::new();
    for operation in OPERATIONS {
        let mut add = |what: &str, request| entries.push(Entry::new(operation, what, request, Expected::FrontFails));
        add("nothing", Request::raw(""));
        add("half a request line", Request::raw(&operation.method[..3]));
        add(
            "a head without an end",
            Request::raw(format!("{} {} HTTP/1.1\r\nHost: x\r\n", operation.method, operation.path)),
        );
        for bytes in [1, 10] {
            add(&format!("a body that lacks {bytes} bytes"), sender.spoilt(operation).cut_off(bytes));
        }
        let chunked = sender.spoilt(operation).with("Content-Length", "Transfer-Encoding: chunked");
        for chunks in ["zz\r\n", "5\r\nab", "-1\r\n", "ffffffffffffffffff\r\n", "5\r\nabcdefgh\r\n0\r\n\r\n"] {
            let mut cut = chunked.clone().sent_as(chunks);
            cut.is_cut_off = true;
            add(&format!("chunks that are none: {chunks:?}"), cut);
        }
        // Text by its type, and not UTF-8: API Gateway makes other text or Base64 of it (`events`), this server does
        // neither.
        for name in ["Host", "Cookie", "User-Agent", "X-Hostile", "Content-Type"] {
            let line = [name.as_bytes(), b": caf\xe9"].concat();
            add(&format!("{name} in Latin-1"), sender.spoilt(operation).with(name, line));
        }
        for (what, bytes) in
            [("Latin-1", &b"{\"a\":\"caf\xe9\"}"[..]), ("UTF-16", b"\xff\xfe{\x00}\x00"), ("bytes", &[0xff; 1_000])]
        {
            add(&format!("a body in {what} as JSON"), sender.request(operation, bytes));
        }
    }
    entries
}
