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

/// An endpoint that takes requests and never answers.
#[derive(Debug, Clone)]
pub struct Hanging {
    /// Where it is.
    pub endpoint: String,
    requests: Arc<AtomicUsize>,
}

impl Hanging {
    /// Starts it.
    pub async fn start() -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let hang = async move || -> StatusCode {
            counter.fetch_add(1, Ordering::SeqCst);
            std::future::pending().await
        };
        Self { endpoint: serve(Router::new().fallback(hang)).await, requests }
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
