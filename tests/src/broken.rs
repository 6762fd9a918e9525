//! Stores that do not do their work.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;

/// An endpoint that refuses connections.
///
/// # Panics
/// If no port is free.
pub async fn refusing() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    format!("http://{address}")
}

/// An endpoint that counts what it is asked.
#[derive(Debug, Clone)]
pub struct Counting {
    /// Where it is.
    pub endpoint: String,
    requests: Arc<AtomicUsize>,
}

impl Counting {
    /// One that takes requests and never answers.
    pub async fn hanging() -> Self {
        Self::start(|_| std::future::pending()).await
    }

    /// One that answers the first request with a status, and every later one with 200.
    pub async fn recovering(first: StatusCode) -> Self {
        Self::start(move |before| std::future::ready(if before == 0 { first } else { StatusCode::OK })).await
    }

    /// One that answers as it is told by the number of requests before.
    async fn start<F, R>(answer: F) -> Self
    where
        F: Fn(usize) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = StatusCode> + Send,
    {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let count = async move || answer(counter.fetch_add(1, Ordering::SeqCst)).await;
        Self { endpoint: serve(Router::new().fallback(count)).await, requests }
    }

    /// How many requests it has taken.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// An endpoint that answers every request with a status and a text made of all that was sent: the worst that a store
/// may say.
pub async fn quoting(status: StatusCode, text: fn(&str) -> String) -> String {
    let quote =
        async move |uri: Uri, headers: HeaderMap, body: String| (status, text(&format!("{uri} {headers:?} {body}")));
    serve(Router::new().fallback(quote)).await
}

/// `DynamoDB`'s refusal of an item, whose message quotes a value.
#[must_use]
pub fn dynamodb_refusal(quoted: &str) -> String {
    serde_json::json!({ "__type": "com.amazon.coral.validate#ValidationException", "message": quoted }).to_string()
}

/// S3's refusal of an object, whose message quotes a value.
#[must_use]
pub fn s3_refusal(quoted: &str) -> String {
    let quoted = quoted.replace('&', "&amp;").replace('<', "&lt;");
    format!("<?xml version=\"1.0\"?><Error><Code>InvalidArgument</Code><Message>{quoted}</Message></Error>")
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async { axum::serve(listener, router).await });
    format!("http://{address}")
}
