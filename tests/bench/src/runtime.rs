//! Lambda's Runtime API on loopback ("Using the Lambda runtime API for custom runtimes", Lambda developer guide), with a
//! clock: when a function polls, and when it answers.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long an answer is waited for, under valgrind too. No measure of speed.
const PATIENCE: Duration = Duration::from_mins(2);
/// As the template has it.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(15);

/// What a function does.
#[derive(Debug)]
enum Doing {
    Polls(Instant),
    Answers(Instant, Bytes),
    /// Reports an error, of its initialisation or of an event.
    Fails(Bytes),
}

/// The Runtime API of one process. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Runtime {
    /// The function's `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: SocketAddr,
    events: mpsc::UnboundedSender<Bytes>,
    doings: mpsc::UnboundedReceiver<Doing>,
    serving: JoinHandle<()>,
}

struct Api {
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
    doings: mpsc::UnboundedSender<Doing>,
}

impl Runtime {
    /// Starts it on a free port.
    pub(crate) async fn start() -> Result<Self> {
        let (events, to_send) = mpsc::unbounded_channel();
        let (done, doings) = mpsc::unbounded_channel();
        let api = Arc::new(Api { events: Mutex::new(to_send), doings: done });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                socket.set_nodelay(true).ok();
                let api = Arc::clone(&api);
                let answering = service_fn(move |request| answer(request, Arc::clone(&api)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), answering));
            }
        });
        Ok(Self { address, events, doings, serving })
    }

    /// Waits until the function asks for an event, and says when it did.
    pub(crate) async fn polled(&mut self) -> Result<Instant> {
        match self.doing().await? {
            Doing::Polls(at) => Ok(at),
            other => bail!("the function should poll, and {other:?}"),
        }
    }

    /// Has the function, which has polled, answer an event, and gives how long it took and the answer.
    pub(crate) async fn answered(&mut self, event: Bytes) -> Result<(Duration, Bytes)> {
        let sent = Instant::now();
        self.events.send(event)?;
        match self.doing().await? {
            Doing::Answers(at, answer) => Ok((at - sent, answer)),
            other => bail!("the function should answer, and {other:?}"),
        }
    }

    async fn doing(&mut self) -> Result<Doing> {
        let doing = timeout(PATIENCE, self.doings.recv()).await.context("the function does nothing")?;
        match doing.context("the Runtime API has ended")? {
            Doing::Fails(report) => bail!("the function reports {}", String::from_utf8_lossy(&report)),
            doing => Ok(doing),
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(request: Request<Incoming>, api: Arc<Api>) -> Result<Response<Full<Bytes>>, Infallible> {
    let arrived = Instant::now();
    if request.method() == Method::GET {
        api.doings.send(Doing::Polls(arrived)).ok();
        // Not before there is one: the function's request waits.
        let Some(event) = api.events.lock().await.recv().await else { std::future::pending().await };
        return Ok(invocation(event));
    }
    let is_answer = request.uri().path().ends_with("/response");
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let doing = if is_answer { Doing::Answers(Instant::now(), body) } else { Doing::Fails(body) };
    api.doings.send(doing).ok();
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}

fn invocation(event: Bytes) -> Response<Full<Bytes>> {
    let deadline = SystemTime::now() + FUNCTION_TIMEOUT;
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let mut response = Response::new(Full::new(event));
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", "8e5c0a3b-0000-4000-8000-000000000001".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5759e988-000000000000000000000001;Sampled=1".to_owned()),
    ];
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
