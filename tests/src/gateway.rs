//! Events as API Gateway and function URLs send them.

use dataconnect::gateway::{GatewayEvent, without_pitfalls};
use lambda_http::http::StatusCode;
use lambda_http::{Body, Context, LambdaEvent, Request, Response};
use serde_json::{Value, json};

/// Who invokes the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An HTTP API, payload format 2.0.
    HttpApi,
    /// A REST API, payload format 1.0.
    RestApi,
    /// A function URL, which has the HTTP API's format with another domain and a stage of its own.
    FunctionUrl,
}

/// The request that a function makes of an event.
///
/// # Errors
/// When the event is none of API Gateway's.
pub fn request(event: &Value) -> serde_json::Result<Request> {
    let event: GatewayEvent = serde_json::from_str(&event.to_string())?;
    Ok(without_pitfalls(LambdaEvent::new(event, Context::default())).payload.into())
}

/// One request, to be turned into an event.
#[derive(Debug, Clone)]
pub struct Call {
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// Name and value of each header, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as the event has it: text, or Base64 if `is_base64`.
    pub body: Option<String>,
    /// Whether the event says that the body is Base64.
    pub is_base64: bool,
}

impl Call {
    /// The event that carries this call.
    #[must_use]
    pub fn event(&self, origin: Origin) -> Value {
        let headers: Value = self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        match origin {
            Origin::RestApi => json!({
                "resource": self.path,
                "path": self.path,
                "httpMethod": self.method,
                "headers": headers,
                "multiValueHeaders": self.headers.iter().map(|(name, value)| (name.clone(), json!([value]))).collect::<Value>(),
                "queryStringParameters": null,
                "multiValueQueryStringParameters": null,
                "pathParameters": null,
                "stageVariables": null,
                "requestContext": {
                    "accountId": "123456789012", "apiId": "rest", "stage": "prod", "requestId": "api-request-1",
                    "resourceId": "r", "resourcePath": self.path, "httpMethod": self.method, "path": self.path,
                    "protocol": "HTTP/1.1", "identity": {"sourceIp": "127.0.0.1"}
                },
                "body": self.body,
                "isBase64Encoded": self.is_base64,
            }),
            Origin::HttpApi | Origin::FunctionUrl => json!({
                "version": "2.0",
                "routeKey": if origin == Origin::HttpApi { format!("{} {}", self.method, self.path) } else { "$default".to_owned() },
                "rawPath": self.path,
                "rawQueryString": "",
                "headers": headers,
                "requestContext": {
                    "accountId": "123456789012", "apiId": "http", "stage": "$default", "requestId": "api-request-1",
                    "domainName": if origin == Origin::HttpApi { "http.execute-api.us-east-1.amazonaws.com" } else { "url.lambda-url.us-east-1.on.aws" },
                    "http": {"method": self.method, "path": self.path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "wfx"},
                    "time": "23/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_435_200_000_u64
                },
                "body": self.body,
                "isBase64Encoded": self.is_base64,
            }),
        }
    }
}

/// What a sender sees.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The status.
    pub status: StatusCode,
    /// The headers, as a `HeaderMap`.
    pub headers: lambda_http::http::HeaderMap,
    /// The body, which is JSON for every answer.
    pub body: Value,
}

impl Seen {
    /// What a sender sees of a response.
    #[must_use]
    pub fn of(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let body = serde_json::from_slice(&body).expect("every answer is JSON");
        Self { status: head.status, headers: head.headers, body }
    }

    /// A member of the body that is a string.
    #[must_use]
    pub fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_else(|| panic!("no text {member} in {}", self.body))
    }
}
