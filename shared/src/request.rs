//! A request as it arrived.

use bytes::Bytes;
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};

use crate::auth::Caller;
use crate::digest::Digest;

/// What identifies a request in logs, answers and the archive.
#[derive(Debug, Clone)]
pub struct RequestIds {
    /// Lambda's request id. The one that senders see.
    pub request_id: String,
    /// API Gateway's request id, or the function URL's.
    pub api_request_id: Option<String>,
    /// The X-Ray trace id.
    pub trace_id: Option<String>,
}

impl RequestIds {
    /// The ids of a request.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let lambda = request.lambda_context_ref();
        let api_request_id = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => context.request_id.clone(),
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
            _ => None,
        };
        Self {
            request_id: lambda.map(|context| context.request_id.clone()).unwrap_or_default(),
            api_request_id,
            trace_id: lambda.and_then(|context| context.xray_trace_id.clone()),
        }
    }
}

/// The body of a request of an admitted sender. The bytes are those that arrived: what is hashed and archived is this.
#[derive(Debug, Clone)]
pub struct RawBody {
    /// The bytes.
    pub bytes: Bytes,
    /// Their digest.
    pub digest: Digest,
    /// When they came.
    pub received_at: Timestamp,
}

impl RawBody {
    /// Takes the body of a request, whatever its Content-Type. The caller stands for the check that it may be read.
    #[must_use]
    pub fn read(_admitted: &Caller<'_>, body: Body, received_at: Timestamp) -> Self {
        let bytes = match body {
            Body::Text(text) => Bytes::from(text),
            Body::Binary(bytes) => Bytes::from(bytes),
            _ => Bytes::new(),
        };
        Self { digest: Digest::of(&bytes), bytes, received_at }
    }
}
