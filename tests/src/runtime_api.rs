//! Lambda's Runtime API on loopback ("Using the Lambda runtime API for custom runtimes", Lambda developer guide): what
//! gives a function its events and takes its answers.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::fixtures::function_timeout;

/// What a function makes of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// Its response.
    Response(Value),
    /// The error that it, or the runtime in it, reports: an API then answers 500 or 502.
    Error(Value),
}

/// An event on its way to a function.
#[derive(Debug)]
struct Invocation {
    request_id: String,
    event: Value,
}

/// A Runtime API that serves one function, as long as the tokio runtime lives that it was started in.
#[derive(Debug, Clone)]
pub struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::UnboundedSender<Invocation>,
    api: Arc<Api>,
}

#[derive(Debug)]
struct Api {
    asked: AtomicBool,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    reports: Mutex<HashMap<String, oneshot::Sender<Report>>>,
}

impl RuntimeApi {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let (events, receiver) = mpsc::unbounded_channel();
        let api = Arc::new(Api {
            asked: AtomicBool::new(false),
            events: tokio::sync::Mutex::new(receiver),
            reports: Mutex::default(),
        });
        let invocation = "/2018-06-01/runtime/invocation";
        let router = Router::new()
            .route(&format!("{invocation}/next"), get(next))
            .route(&format!("{invocation}/{{id}}/response"), post(response))
            .route(&format!("{invocation}/{{id}}/error"), post(error))
            .route("/2018-06-01/runtime/init/error", post(async || StatusCode::ACCEPTED))
            .with_state(Arc::clone(&api));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { address, events, api }
    }

    /// The function's `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Whether the function has come for an event.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.api.asked.load(Ordering::SeqCst)
    }

    /// Hands an event to the function. Gives the request's id, and what the function reports, once it does.
    #[must_use]
    pub fn send(&self, event: Value) -> (String, oneshot::Receiver<Report>) {
        static REQUESTS: AtomicU64 = AtomicU64::new(1);
        let request_id = format!("8e5c0a3b-0000-4000-8000-{:012x}", REQUESTS.fetch_add(1, Ordering::Relaxed));
        let (report, reported) = oneshot::channel();
        self.api.reports.lock().expect("no panic").insert(request_id.clone(), report);
        let invocation = Invocation { request_id: request_id.clone(), event };
        self.events.send(invocation).expect("the API lives");
        (request_id, reported)
    }
}

impl Api {
    fn report(&self, request_id: &str, report: Report) -> StatusCode {
        match self.reports.lock().expect("no panic").remove(request_id) {
            // Whether anybody waits for it is not the function's business.
            Some(reported) => drop(reported.send(report)),
            None => return StatusCode::BAD_REQUEST,
        }
        StatusCode::ACCEPTED
    }
}

/// The X-Ray trace id of a request.
#[must_use]
pub fn trace_id(request_id: &str) -> String {
    format!("Root=1-5759e988-{};Sampled=1", request_id.replace('-', "").split_off(8))
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    api.asked.store(true, Ordering::SeqCst);
    // Not before there is one: the function's request waits, as long as it takes.
    let Some(Invocation { request_id, event }) = api.events.lock().await.recv().await else {
        std::future::pending().await
    };
    let deadline = SystemTime::now() + Duration::from_secs(function_timeout());
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_millis().to_string();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:tested".to_owned();
    let headers = [
        ("lambda-runtime-deadline-ms", deadline),
        ("lambda-runtime-invoked-function-arn", arn),
        ("lambda-runtime-trace-id", trace_id(&request_id)),
        ("lambda-runtime-aws-request-id", request_id),
    ];
    (headers.map(|(name, value)| (HeaderName::from_static(name), value)), event.to_string())
}

async fn response(State(api): State<Arc<Api>>, Path(request_id): Path<String>, body: Bytes) -> StatusCode {
    let response = serde_json::from_slice(&body).expect("a function's response is JSON");
    api.report(&request_id, Report::Response(response))
}

async fn error(State(api): State<Arc<Api>>, Path(request_id): Path<String>, body: Bytes) -> StatusCode {
    // Lambda does not ask for a Content-Type.
    let error = serde_json::from_slice(&body).expect("a function's error is JSON");
    api.report(&request_id, Report::Error(error))
}
