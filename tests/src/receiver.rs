//! The receiver in this process: its pipeline against the local stack.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataconnect::archive::Archive;
use dataconnect::auth::Gate;
use dataconnect::digest::Digest;
use dataconnect::operation::Operation;
use dataconnect::pipeline::Pipeline;
use dataconnect::table::Table;
use dataconnect_local::stack::LocalStack;
use dataconnect_local::template::Template;
use lambda_http::http::StatusCode;
use serde_json::{Value, json};

use crate::fixtures::root;
use crate::gateway::{Call, Origin, Seen, request};
use crate::stores::{Stores, dynamodb, s3};

/// The token that the receivers of the tests accept.
pub const TOKEN: &str = "dc_test-token";

/// The setting `ACCESS_TOKENS` with [`TOKEN`] as its one entry, named `test`.
#[must_use]
pub fn access_tokens() -> String {
    format!("test:{}", Digest::of(TOKEN.as_bytes()))
}

/// The template that is deployed.
#[must_use]
pub fn template() -> Template {
    Template::read(root().join("template.yaml")).expect("template.yaml reads")
}

/// The one local stack, in memory, that the tests of a binary share. Each test keeps to a tenant of its own.
pub fn stack() -> &'static LocalStack {
    static STACK: OnceLock<LocalStack> = OnceLock::new();
    STACK.get_or_init(|| LocalStack::memory(&template()).expect("the local stack starts"))
}

/// A receiver of one operation, and its stores.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// What the function would run.
    pub pipeline: Pipeline,
    /// What it wrote.
    pub stores: Stores,
}

impl Receiver {
    /// The receiver of an operation as it is deployed: its own member as record id, [`TOKEN`] as the one token.
    #[must_use]
    pub fn of(operation: &'static Operation) -> Self {
        let stores = Stores::of(stack(), operation);
        let tokens = access_tokens();
        let pipeline = Pipeline {
            operation,
            gate: Gate::Tokens(tokens.parse().expect("an access list")),
            record_id: operation.record_id.parse().expect("a rule"),
            archive: Archive::new(s3(stack().s3_endpoint()), stores.bucket.clone()),
            table: Table::new(dynamodb(stack().dynamodb_endpoint()), stores.table.clone()),
        };
        Self { pipeline, stores }
    }

    /// The receiver of an operation that accepts these tokens, in the form of `ACCESS_TOKENS`.
    #[must_use]
    pub fn with_tokens(operation: &'static Operation, tokens: &str) -> Self {
        let mut receiver = Self::of(operation);
        receiver.pipeline.gate = Gate::Tokens(tokens.parse().expect("an access list"));
        receiver
    }

    /// The receiver of an operation whose records these members identify.
    #[must_use]
    pub fn identified_by(operation: &'static Operation, rule: &str) -> Self {
        let mut receiver = Self::of(operation);
        receiver.pipeline.record_id = rule.parse().expect("a rule");
        receiver
    }

    /// A body for the operation: customer 2, the tenant, the record's id, and more members.
    #[must_use]
    pub fn body(&self, tenant: &str, id: impl Into<Value>, more: &Value) -> String {
        let mut body = json!({ "CustomerId": 2, "Tenant": tenant, self.pipeline.operation.record_id: id.into() });
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        body.to_string()
    }

    /// A call to the operation with [`TOKEN`].
    #[must_use]
    pub fn call(&self, body: impl Into<String>) -> Call {
        Call {
            method: self.pipeline.operation.method.to_owned(),
            path: self.pipeline.operation.path.to_owned(),
            headers: vec![
                ("authorization".to_owned(), format!("Bearer {TOKEN}")),
                ("content-type".to_owned(), "application/json".to_owned()),
            ],
            body: Some(body.into()),
            is_base64: false,
        }
    }

    /// Sends a body as the sender would, through an HTTP API.
    pub async fn send(&self, body: impl Into<String>) -> Seen {
        self.answer(&self.call(body), Origin::HttpApi).await
    }

    /// Sends bytes, which API Gateway encodes as Base64 where they may be no text.
    pub async fn send_bytes(&self, body: &[u8]) -> Seen {
        let mut call = self.call(STANDARD.encode(body));
        call.is_base64 = true;
        self.answer(&call, Origin::HttpApi).await
    }

    /// Sends a body that must be accepted, and gives its outcome.
    pub async fn accepted(&self, body: impl Into<String>) -> String {
        let seen = self.send(body).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
        seen.text("outcome").to_owned()
    }

    /// Answers a call.
    pub async fn answer(&self, call: &Call, origin: Origin) -> Seen {
        self.answer_event(call.event(origin)).await
    }

    /// Answers an event.
    pub async fn answer_event(&self, event: Value) -> Seen {
        static REQUESTS: AtomicU64 = AtomicU64::new(0);
        let request_id = format!("test-request-{}", REQUESTS.fetch_add(1, Ordering::Relaxed));
        let request = request(&event).unwrap_or_else(|error| panic!("{error}: {event}"));
        let handled = self.pipeline.handle(request, &request_id).await;
        Seen::of(handled.answer.into_response(&request_id))
    }
}
