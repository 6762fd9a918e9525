//! A whole event of API Gateway, answered by the receiver with its stores.
//!
//! An input that begins with a brace is the event itself. Any other reads like an HTTP request: a byte for the operation
//! and the kind of API, lines `name: value`, an empty line, the body. A name that begins with a colon is not a header:
//! `:method`, `:path`, and `:base64`, which says that the body is Base64 whether it is or not.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataconnect::archive::ArchiveKey;
use dataconnect::operation::Operation;
use jiff::{SignedDuration, Timestamp};
use lambda_http::Request;
use lambda_http::http::HeaderName;
use lambda_http::http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;
use tests::gateway::{Call, Origin, Seen, request};
use tests::receiver::TOKEN;
use tests::stores::Stores;

use crate::chosen;
use crate::world::World;

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// The input is an event, or what makes one.
pub fn run(input: &[u8]) {
    let Some(Sent { operation, event, body }) = Sent::read(input) else { return };
    let Ok(request) = request(&event) else {
        assert!(body.is_none(), "an event that API Gateway sends is not read: {event}");
        return;
    };
    if let Some(body) = &body {
        assert!(**request.body() == **body, "the body is not the one that was sent");
    }

    WORLD.with_borrow_mut(|world| {
        if world.as_mut().is_none_or(World::is_old) {
            *world = None;
            *world = Some(World::new());
        }
        let world = world.as_ref().expect("made above");
        world.runtime.block_on(answer(world, operation, request, holds_the_token(&event)));
    });
}

/// What an input comes to.
struct Sent {
    operation: &'static Operation,
    event: Value,
    /// The body that the receiver must see, where it is known apart from the event.
    body: Option<Vec<u8>>,
}

impl Sent {
    fn read(input: &[u8]) -> Option<Self> {
        if input.first() == Some(&b'{') {
            let event = serde_json::from_slice(input).ok()?;
            return Some(Self { operation: chosen(input.len().to_le_bytes()[0]), event, body: None });
        }
        let (choice, rest) = input.split_first()?;
        let operation = chosen(*choice);
        let origin = [Origin::HttpApi, Origin::RestApi, Origin::FunctionUrl][usize::from(choice / 16) % 3];
        let (head, body) = split_at_empty_line(rest);
        let text = String::from_utf8_lossy(head);
        let (controls, headers): (Vec<_>, Vec<_>) = text
            .lines()
            .filter_map(|line| line.rsplit_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .partition(|(name, _)| name.starts_with(':'));
        let control = |wanted: &str| controls.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());

        let as_text = String::from_utf8(body.to_vec()).ok();
        let claims_base64 = control(":base64").is_some();
        let is_base64 = claims_base64 || as_text.is_none();
        let claimed = as_text.as_ref().filter(|_| claims_base64).and_then(|text| STANDARD.decode(text).ok());
        let call = Call {
            method: control(":method").filter(|name| is_token(name)).unwrap_or_else(|| operation.method.to_owned()),
            path: control(":path").unwrap_or_else(|| operation.path.to_owned()),
            headers: headers.into_iter().filter(|(name, value)| is_header(name, value)).collect(),
            body: Some(as_text.unwrap_or_else(|| STANDARD.encode(body))),
            is_base64,
        };
        Some(Self { operation, event: call.event(origin), body: Some(claimed.unwrap_or_else(|| body.to_vec())) })
    }
}

fn split_at_empty_line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&text[..end], &text[end + 2..]),
        None => (text, b""),
    }
}

fn is_token(text: &str) -> bool {
    HeaderName::from_bytes(text.as_bytes()).is_ok()
}

/// API Gateway refuses others by itself.
fn is_header(name: &str, value: &str) -> bool {
    is_token(name) && value.chars().all(|character| character == '\t' || !character.is_ascii_control())
}

/// Without it nobody is let in.
fn holds_the_token(event: &Value) -> bool {
    match event {
        Value::String(text) => text.contains(TOKEN),
        Value::Array(elements) => elements.iter().any(holds_the_token),
        Value::Object(members) => members.values().any(holds_the_token),
        _ => false,
    }
}

async fn answer(world: &World, operation: &'static Operation, request: Request, may_hold_token: bool) {
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let request_id = format!("request-{}", REQUESTS.fetch_add(1, Ordering::Relaxed));
    let (pipeline, stores) = world.receiver(operation);
    let (body, is_its_method) = (request.body().to_vec(), request.method() == operation.method);

    let started = Timestamp::now();
    let handled = pipeline.handle(request, &request_id).await;
    let record = handled.answer.key().cloned();
    let seen = Seen::of(handled.answer.into_response(&request_id));

    assert!(may_hold_token || seen.status == 401, "{} without a token", seen.status);
    assert_eq!(seen.text("requestId"), request_id);
    match seen.status.as_u16() {
        200 => {
            assert!(is_its_method, "another method is accepted");
            assert_eq!(stores.body(seen.text("archiveKey")).await, body, "what is archived is not what came");
            let record = record.expect("an accepted event has a record");
            assert_eq!(seen.text("recordId"), record.record_id.as_str());
            let item = stores.item(&record.customer_tenant.to_string(), record.record_id.as_str()).await;
            assert!(item.is_some(), "no item of {record:?}");
        }
        400 | 403 => {
            let reason = assert_is_problem(&seen);
            assert_is_kept(stores, operation, &reason, &request_id, started, &body).await;
        }
        401 | 405 => drop(assert_is_problem(&seen)),
        _ => panic!("{} {}", seen.status, seen.body),
    }
}

/// Problem details (RFC 9457). Gives the last part of the type: the reason.
fn assert_is_problem(seen: &Seen) -> String {
    assert_eq!(seen.headers[CONTENT_TYPE], "application/problem+json");
    assert!(!seen.headers.contains_key(RETRY_AFTER));
    assert_eq!(seen.body["status"], seen.status.as_u16());
    assert!(!seen.text("title").is_empty());
    let name = seen.text("type").strip_prefix("urn:problem-type:dataconnect:").expect("a type of ours");
    name.to_owned()
}

/// The body is under `rejected/`, byte for byte. Midnight may have come between the request and now.
async fn assert_is_kept(
    stores: &Stores,
    operation: &Operation,
    reason: &str,
    request_id: &str,
    started: Timestamp,
    body: &[u8],
) {
    for day in [started, started + SignedDuration::from_mins(1)] {
        let key = ArchiveKey::rejected(operation, reason, request_id, day);
        if let Some(object) = stores.object(key.as_str()).await {
            let kept = object.body.collect().await.expect("the object's bytes").to_vec();
            assert_eq!(kept, body, "what is kept is not what came");
            return;
        }
    }
    panic!("a body that was rejected ({reason}) is not kept");
}
