//! One request and its answer on a connection of their own, without an HTTP client: it would refuse to send most of
//! them.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::request::Request;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Name, in lower case, and value of each header.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    /// The value of a header, or nothing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Sends a request and reads the answer. `None` when the server hangs up without one.
pub(super) async fn exchange(address: SocketAddr, request: &Request) -> Option<Answer> {
    let (mut reader, mut writer) =
        TcpStream::connect(address).await.expect("the server takes connections").into_split();
    let sending = async {
        // A server that has read enough may answer and hang up before it has been sent everything.
        let _ = writer.write_all(&request.bytes()).await;
        if request.is_cut_off {
            let _ = writer.shutdown().await;
        }
        std::future::pending::<()>().await;
    };
    let receiving = async {
        let mut received = Vec::new();
        loop {
            // A reset is an end like any other: what counts is whether an answer came before.
            let is_over = reader.read_buf(&mut received).await.unwrap_or(0) == 0;
            if let Some(answer) = answer(&received, is_over) {
                return Some(answer);
            }
            if is_over {
                return None;
            }
        }
    };
    tokio::select! {
        () = sending => None,
        answer = receiving => answer,
    }
}

/// The answer that these bytes begin with, if it is whole.
fn answer(received: &[u8], is_over: bool) -> Option<Answer> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(received).expect("an answer in HTTP");
    let httparse::Status::Complete(head) = parsed else { return None };
    let status = response.code.expect("a status");
    if status == 100 {
        return answer(&received[head..], is_over);
    }
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = response.headers.iter().map(|header| (header.name.to_ascii_lowercase(), text(header.value)));
    let mut answer = Answer { status, headers: headers.collect(), body: String::new() };
    let length: usize = answer.header("content-length").parse().unwrap_or(0);
    let body = &received[head..];
    if body.len() < length && !is_over {
        return None;
    }
    // Another answer may follow, to what the server took for another request.
    answer.body = text(&body[..body.len().min(length)]);
    Some(answer)
}
