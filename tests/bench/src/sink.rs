//! S3 and `DynamoDB` as a function sees them: two https servers on loopback that take every write, after a latency. What
//! they hold is nothing; that the writes are right, the tests show.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, ETAG, HeaderValue, IF_MATCH};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

/// Which of the two a server plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Store {
    S3,
    DynamoDb,
}

/// What an item without members is in a request.
const WITHOUT_KEYS: &[u8] = b"\"Item\":{}";

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

    /// How many objects and items it has been given.
    pub(crate) fn writes(&self) -> (u64, u64) {
        (self.state.objects.load(Ordering::SeqCst), self.state.items.load(Ordering::SeqCst))
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
        Store::S3 if method == Method::PUT && !is_conditional => {
            state.objects.fetch_add(1, Ordering::SeqCst);
            headers.insert(ETAG, HeaderValue::from_static("\"0123456789abcdef0123456789abcdef\""));
        }
        Store::S3 => *response.status_mut() = StatusCode::NOT_FOUND,
        Store::DynamoDb => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
            let is_without_keys = body.windows(WITHOUT_KEYS.len()).any(|window| window == WITHOUT_KEYS);
            if is_put_item && is_without_keys {
                *response.status_mut() = StatusCode::BAD_REQUEST;
                *response.body_mut() = Full::from("{\"__type\":\"com.amazon.coral.validate#ValidationException\"}");
            } else {
                state.items.fetch_add(u64::from(is_put_item), Ordering::SeqCst);
                *response.body_mut() = Full::from("{}");
            }
        }
    }
    Ok(response)
}
