//! One request: passed on, or met by a fault.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use dataconnect::clients::ATTEMPT;
use fastrand::Rng;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING};
use hyper::http::uri::{Authority, Scheme};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::sleep;

use super::wire::{Conduct, Manner};
use super::{Fault, Store, answers};

/// How late the answer to [`Fault::Slow`] is, in milliseconds.
pub const SLOW: Range<u64> = 50..500;
/// How long [`Fault::Hang`] lasts before anything happens.
pub const HANG: Duration = ATTEMPT.saturating_add(Duration::from_millis(100));
/// The longest that it lasts: a write that is under way then may still take effect, long after its sender gave it up.
pub const LATEST: Duration = ATTEMPT.saturating_add(Duration::from_millis(1_100));

/// How long the pauses of [`Fault::SlowBody`] are, in milliseconds.
const PAUSES: Range<u64> = 20..100;
/// In how many pieces it comes.
const PIECES: Range<usize> = 3..9;

/// An answer's body: the service's, as it comes, or bytes at hand.
pub(super) type Body = Either<Incoming, Full<Bytes>>;

/// There is no answer: the connection ends.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connection is reset")]
pub(super) struct ConnectionReset;

/// The way to the service.
#[derive(Debug, Clone)]
pub(super) struct Proxy {
    store: Store,
    upstream: Authority,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Proxy {
    pub(super) fn new(store: Store, upstream: Authority) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { store, upstream, client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// Passes a request on.
    pub(super) async fn pass(&self, request: Request<Bytes>) -> Result<Response<Body>, ConnectionReset> {
        let mut request = request.map(Full::new);
        let mut uri = std::mem::take(request.uri_mut()).into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.upstream.clone());
        *request.uri_mut() = Uri::from_parts(uri).expect("a request has a path");
        // These are about the connection to the client. The body is at hand, with its length.
        for name in [CONNECTION, EXPECT, TRANSFER_ENCODING] {
            request.headers_mut().remove(name);
        }
        let response = self.client.request(request).await.map_err(|_| ConnectionReset)?;
        Ok(response.map(Either::Left))
    }

    /// Answers a request badly.
    pub(super) async fn misbehave(
        self,
        fault: Fault,
        mut chance: Rng,
        request: Request<Bytes>,
        conduct: &Conduct,
    ) -> Result<Response<Body>, ConnectionReset> {
        let (store, chance) = (self.store, &mut chance);
        match fault {
            Fault::Throttled => Ok(whole(answers::throttled(store, chance))),
            Fault::Skewed => Ok(whole(answers::skewed(store, chance))),
            Fault::InternalError => {
                self.pass_or_drop(request, chance).await?;
                Ok(whole(answers::internal_error(store, chance)))
            }
            Fault::Unavailable => {
                self.pass_or_drop(request, chance).await?;
                Ok(whole(answers::unavailable(store, chance)))
            }
            Fault::Slow => {
                sleep(Duration::from_millis(chance.u64(SLOW))).await;
                self.pass(request).await
            }
            Fault::Hang => self.hang(request, chance).await,
            Fault::ResetBefore => Err(ConnectionReset),
            Fault::ResetAfter => {
                self.pass_whole(request).await?;
                Err(ConnectionReset)
            }
            Fault::Truncated => {
                let response = self.pass_whole(request).await?;
                conduct.set(Manner::BreakOff { left: place_of_break(&response, chance) });
                Ok(whole(response))
            }
            Fault::Garbled => {
                let response = self.pass_whole(request).await?;
                Ok(whole(garbled(response, chance)))
            }
            Fault::SlowBody => {
                let response = self.pass_whole(request).await?;
                let left = head_bytes(&response) + response.body().len();
                let (piece, pause) = (left / chance.usize(PIECES), Duration::from_millis(chance.u64(PAUSES)));
                conduct.set(Manner::Trickle { left, piece, pause });
                Ok(whole(response))
            }
        }
    }

    /// Passes a request on and waits for all of the answer: whatever the request does is done then.
    async fn pass_whole(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ConnectionReset> {
        let (head, body) = self.pass(request).await?.into_parts();
        let body = body.collect().await.map_err(|_| ConnectionReset)?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }

    /// Passes a request on, or not.
    async fn pass_or_drop(&self, request: Request<Bytes>, chance: &mut Rng) -> Result<(), ConnectionReset> {
        if chance.bool() {
            self.pass_whole(request).await?;
        }
        Ok(())
    }

    /// Lets the client wait until it has gone. Its going ends the answer, and not the write: that is under way.
    async fn hang(self, request: Request<Bytes>, chance: &mut Rng) -> Result<Response<Body>, ConnectionReset> {
        let span = LATEST.saturating_sub(HANG);
        let length = HANG + span.mul_f64(chance.f64());
        let takes_effect = chance.bool();
        let hanging = tokio::spawn(async move {
            sleep(length).await;
            if takes_effect { self.pass_whole(request).await.map(whole) } else { Err(ConnectionReset) }
        });
        hanging.await.unwrap_or(Err(ConnectionReset))
    }
}

fn whole(response: Response<Bytes>) -> Response<Body> {
    response.map(|body| Either::Right(Full::new(body)))
}

/// How many bytes an answer's head has at least. Hyper may add headers.
fn head_bytes(response: &Response<Bytes>) -> usize {
    let status_line = "HTTP/1.1 200 \r\n".len();
    let headers = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    status_line + headers.sum::<usize>() + "\r\n".len()
}

/// After how many bytes an answer breaks off: half of the times in its body, if it has one.
fn place_of_break(response: &Response<Bytes>, chance: &mut Rng) -> usize {
    let (head, body) = (head_bytes(response), response.body().len());
    if body > 0 && chance.bool() { head + chance.usize(..body) } else { chance.usize(1..head) }
}

fn garbled(response: Response<Bytes>, chance: &mut Rng) -> Response<Bytes> {
    if chance.u8(..4) == 0 {
        return answers::bad_gateway();
    }
    let (mut head, _) = response.into_parts();
    let body = answers::garbage(chance);
    head.headers.remove(TRANSFER_ENCODING);
    head.headers.insert(CONTENT_LENGTH, body.len().into());
    Response::from_parts(head, body)
}
