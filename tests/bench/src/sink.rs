//! S3 and `DynamoDB` as a function sees them: two https servers on loopback that take every write, after a latency, or
//! refuse it as if something stood there. What they hold is nothing; that the writes are right, the tests show.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use crate::standing::Standing;

/// Which of the two a server plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Store {
    S3,
    DynamoDb,
}

/// What an item without members is in a request, and the most bytes of such a request. Every event's is longer.
const WITHOUT_KEYS: &[u8] = b"\"Item\":{}";
const OPENING: usize = 256;
/// What S3 says of an object that is there already.
const THERE_ALREADY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>PreconditionFailed</Code>\
    <Message>At least one of the pre-conditions you specified did not hold</Message>\
    <Condition>If-None-Match</Condition></Error>";

/// Both stores, as long as the tokio runtime lives that they were started in.
#[derive(Debug, Clone)]
pub(crate) struct Sink {
    pub(crate) s3: SocketAddr,
    pub(crate) dynamodb: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    latency_micros: AtomicU64,
    longest_micros: AtomicU64,
    objects: AtomicU64,
    items: AtomicU64,
    refused: AtomicU64,
    connections: AtomicU64,
    openings: AtomicU64,
    standing: Mutex<Standing>,
}

/// What the stores were asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Writes {
    /// Objects that S3 took.
    pub(crate) objects: u64,
    /// Items that `DynamoDB` took.
    pub(crate) items: u64,
    /// Writes that either refused because of what stood there.
    pub(crate) refused: u64,
}

impl Writes {
    /// Those that came after others.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            objects: self.objects - before.objects,
            items: self.items - before.items,
            refused: self.refused - before.refused,
        }
    }

    /// So many times as many.
    pub(crate) fn times(self, events: u64) -> Self {
        Self { objects: self.objects * events, items: self.items * events, refused: self.refused * events }
    }
}

impl State {
    fn standing(&self) -> Standing {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink {
    /// Starts both on free ports, without latency.
    pub(crate) async fn start(tls: Arc<ServerConfig>) -> Result<Self> {
        let state = Arc::<State>::default();
        let s3 = serve(Store::S3, TlsAcceptor::from(Arc::clone(&tls)), Arc::clone(&state)).await?;
        let dynamodb = serve(Store::DynamoDb, TlsAcceptor::from(tls), Arc::clone(&state)).await?;
        Ok(Self { s3, dynamodb, state })
    }

    /// Has every answer from now on wait.
    pub(crate) fn set_latency(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.state.latency_micros.store(micros, Ordering::SeqCst);
    }

    /// The longest that an answer took since this was asked last: a sleep is longer than its latency, by up to two
    /// milliseconds.
    pub(crate) fn take_longest(&self) -> Duration {
        Duration::from_micros(self.state.longest_micros.swap(0, Ordering::SeqCst))
    }

    /// Says what stands in the stores from now on.
    pub(crate) fn set_standing(&self, standing: Standing) {
        *self.state.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    /// The connections that stood.
    pub(crate) fn connections(&self) -> u64 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// The calls answered that a function opens its connections with.
    pub(crate) fn openings(&self) -> u64 {
        self.state.openings.load(Ordering::SeqCst)
    }

    /// What both have been asked for.
    pub(crate) fn writes(&self) -> Writes {
        let [objects, items, refused] = [&self.state.objects, &self.state.items, &self.state.refused];
        let count = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        Writes { objects: count(objects), items: count(items), refused: count(refused) }
    }
}

async fn serve(store: Store, tls: TlsAcceptor, state: Arc<State>) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (tls, state) = (tls.clone(), Arc::clone(&state));
            tokio::spawn(async move {
                socket.set_nodelay(true).ok();
                // A client that goes away in mid-handshake is its own affair.
                let Ok(stream) = tls.accept(socket).await else { return };
                state.connections.fetch_add(1, Ordering::SeqCst);
                let answering = service_fn(|request| answer(store, request, &state));
                http1::Builder::new().serve_connection(TokioIo::new(stream), answering).await.ok();
            });
        }
    });
    Ok(address)
}

async fn answer(store: Store, request: Request<Incoming>, state: &State) -> Result<Response<Full<Bytes>>, Infallible> {
    // What a function opens its connections with: writes that neither store takes.
    let is_conditional = request.headers().contains_key(IF_MATCH);
    let is_kept_from = request.headers().contains_key(IF_NONE_MATCH) && state.standing() == Standing::SameEvent;
    let method = request.method().clone();
    let is_put_item = request.headers().get("x-amz-target").is_some_and(|target| target == "DynamoDB_20120810.PutItem");
    // The write is taken when it has come in whole.
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let (came, latency) = (Instant::now(), Duration::from_micros(state.latency_micros.load(Ordering::SeqCst)));
    if !latency.is_zero() {
        sleep(latency).await;
    }
    let took = u64::try_from(came.elapsed().as_micros()).unwrap_or(u64::MAX);
    state.longest_micros.fetch_max(took, Ordering::SeqCst);
    let mut response = Response::new(Full::default());
    let headers = response.headers_mut();
    match store {
        Store::S3 if method == Method::PUT && is_kept_from => {
            state.refused.fetch_add(1, Ordering::SeqCst);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
            *response.status_mut() = StatusCode::PRECONDITION_FAILED;
            *response.body_mut() = Full::from(THERE_ALREADY);
        }
        Store::S3 if method == Method::PUT && !is_conditional => {
            state.objects.fetch_add(1, Ordering::SeqCst);
            headers.insert(ETAG, HeaderValue::from_static("\"0123456789abcdef0123456789abcdef\""));
        }
        Store::S3 => {
            state.openings.fetch_add(1, Ordering::SeqCst);
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        Store::DynamoDb => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
            if is_put_item && is_without_keys(&body) {
                state.openings.fetch_add(1, Ordering::SeqCst);
                *response.status_mut() = StatusCode::BAD_REQUEST;
                *response.body_mut() = Full::from("{\"__type\":\"com.amazon.coral.validate#ValidationException\"}");
            } else if let Some(refusal) = state.standing().refusal(&body).filter(|_| is_put_item) {
                state.refused.fetch_add(1, Ordering::SeqCst);
                *response.status_mut() = StatusCode::BAD_REQUEST;
                *response.body_mut() = Full::from(refusal);
            } else {
                state.items.fetch_add(u64::from(is_put_item), Ordering::SeqCst);
                *response.body_mut() = Full::from("{}");
            }
        }
    }
    Ok(response)
}

/// Whether a body is one that opens a connection. The longer ones of events are not searched: that would be in their time.
fn is_without_keys(body: &[u8]) -> bool {
    body.len() <= OPENING && body.windows(WITHOUT_KEYS.len()).any(|window| window == WITHOUT_KEYS)
}
