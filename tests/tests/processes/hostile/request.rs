//! Requests as they go over the wire, byte by byte, and who sends them.

use std::sync::atomic::{AtomicU64, Ordering};

use dataconnect::operation::Operation;

/// The tenant of events that are taken.
pub(super) const TAKEN: &str = "hostile-taken";

/// The tenant of events that are refused: nothing may be written for it.
pub(super) const REFUSED: &str = "hostile-refused";

/// A request. Nothing sees to it that it is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    line: Vec<u8>,
    headers: Vec<Vec<u8>>,
    body: Vec<u8>,
    /// What is sent after the head, where that is not the body as it is.
    sent: Option<Vec<u8>>,
    /// Whether the sender says that it has nothing more to send.
    pub(super) is_cut_off: bool,
}

impl Request {
    /// A request that is nothing but these bytes, after which its sender has nothing more to send.
    pub(super) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: bytes.into(), is_cut_off: true, ..Self::default() }
    }

    /// The same with another request line.
    pub(super) fn line(mut self, line: impl Into<Vec<u8>>) -> Self {
        self.line = line.into();
        self
    }

    /// The same with one more header line.
    pub(super) fn header(mut self, line: impl Into<Vec<u8>>) -> Self {
        self.headers.push(line.into());
        self
    }

    /// The same without the headers of a name.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|line| !is_of(line, name));
        self
    }

    /// The same with another line for a header.
    pub(super) fn with(self, name: &str, line: impl Into<Vec<u8>>) -> Self {
        self.without(name).header(line)
    }

    /// The same with these bytes after its head in place of its body, whatever its head says of them.
    pub(super) fn sent_as(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.sent = Some(bytes.into());
        self
    }

    /// The same, of which so many bytes at the end are never sent.
    pub(super) fn cut_off(self, bytes: usize) -> Self {
        let mut whole = self.bytes();
        whole.truncate(whole.len() - bytes);
        Self::raw(whole)
    }

    /// The body.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// All bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        if self.line.is_empty() {
            return self.body.clone();
        }
        let lines = [&self.line].into_iter().chain(&self.headers);
        let head: Vec<u8> = lines.flat_map(|line| [line, &b"\r\n"[..]].concat()).collect();
        [&head, &b"\r\n"[..], self.sent.as_ref().unwrap_or(&self.body)].concat()
    }
}

fn is_of(line: &[u8], name: &str) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        && line.get(name.len()) == Some(&b':')
}

/// A sender with the token that the functions accept.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) token: String,
    ids: AtomicU64,
}

impl Sender {
    pub(super) fn new(token: String) -> Self {
        Self { token, ids: AtomicU64::new(0) }
    }

    /// An event of a record of its own. The members, as they stand in the body, follow those that make its key.
    pub(super) fn event(&self, operation: &Operation, tenant: &str, members: &str) -> String {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let comma = if members.is_empty() { "" } else { "," };
        format!(r#"{{"CustomerId":2,"Tenant":"{tenant}","{}":"h-{id}"{comma}{members}}}"#, operation.record_id)
    }

    /// A request with a body, and nothing hostile about the rest of it.
    pub(super) fn request(&self, operation: &Operation, body: impl Into<Vec<u8>>) -> Request {
        let body = body.into();
        let headers = [
            "Host: receiver.example".to_owned(),
            format!("Authorization: Bearer {}", self.token),
            "Content-Type: application/json".to_owned(),
            format!("Content-Length: {}", body.len()),
            "Connection: close".to_owned(),
        ];
        Request {
            line: format!("{} {} HTTP/1.1", operation.method, operation.path).into_bytes(),
            headers: headers.map(String::into_bytes).to_vec(),
            body,
            sent: None,
            is_cut_off: false,
        }
    }

    /// A request that is taken.
    pub(super) fn good(&self, operation: &Operation) -> Request {
        self.request(operation, self.event(operation, TAKEN, ""))
    }

    /// A request that would be taken, was it not for what will be done to it.
    pub(super) fn spoilt(&self, operation: &Operation) -> Request {
        self.request(operation, self.event(operation, REFUSED, ""))
    }
}
