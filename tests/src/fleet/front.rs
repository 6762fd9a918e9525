//! The API in front of the functions.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Answer, Backend};
use crate::gateway::{Call, Origin};

/// An HTTP API on loopback. It ends when this is dropped.
#[derive(Debug)]
pub struct Front {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Front {
    /// Serves the five routes from a backend.
    pub async fn start(backend: Arc<impl Backend>) -> Self {
        let router = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(backend);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let serving = tokio::spawn(async { drop(axum::serve(listener, router).await) });
        Self { address, serving }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer<B: Backend>(State(backend): State<Arc<B>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Some(operation) = routed(&head.method, head.uri.path()) else {
        return response(StatusCode::NOT_FOUND, "{\"message\":\"Not Found\"}".to_owned());
    };
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return response(StatusCode::BAD_REQUEST, String::new());
    };
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let call = Call {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        headers: headers.collect(),
        body: Some(as_text(&body)),
        is_base64: false,
    };
    // A sender that hangs up does not end what the function is doing: Lambda knows nothing of it.
    let answering = tokio::spawn(async move { backend.answer(operation, call.event(Origin::HttpApi)).await });
    let Answer { status, body } = answering.await.unwrap_or_else(|_| Answer::crashed());
    response(status, body.to_string())
}

fn routed(method: &Method, path: &str) -> Option<&'static Operation> {
    OPERATIONS.into_iter().find(|operation| operation.method == method.as_str() && operation.path == path)
}

/// Senders of a script send JSON, which API Gateway hands on as text.
fn as_text(body: &Bytes) -> String {
    String::from_utf8_lossy(body).into_owned()
}

fn response(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
    response
}
