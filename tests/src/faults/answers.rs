//! What the services say when they do not serve, and what stands in between when it answers in their place.
//!
//! `DynamoDB`: "Error handling" in its developer guide. S3: "Error responses" in its API reference. `DynamoDB` also sends
//! `x-amz-crc32`, which the SDK does not look at.

use std::iter;

use bytes::Bytes;
use fastrand::Rng;
use hyper::header::{CONTENT_TYPE, DATE, SERVER};
use hyper::{Response, StatusCode};
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use super::Store;

/// How far the service's clock is from the client's. The services bear 15 minutes.
const SKEW: SignedDuration = SignedDuration::from_mins(20);

/// An error as a service names it.
struct Refusal {
    status: StatusCode,
    /// Of `DynamoDB` with its namespace.
    code: &'static str,
    message: String,
    /// What stands in S3's document besides.
    more: String,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), more: String::new() }
    }
}

/// Too many requests.
pub(super) fn throttled(store: Store, chance: &mut Rng) -> Response<Bytes> {
    let refusal = match store {
        Store::DynamoDb if chance.bool() => Refusal::new(
            StatusCode::BAD_REQUEST,
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your \
             provisioning level with the UpdateTable API.",
        ),
        Store::DynamoDb => Refusal::new(
            StatusCode::BAD_REQUEST,
            "com.amazon.coral.availability#ThrottlingException",
            "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your \
             table or index so please try again shortly.",
        ),
        Store::S3 => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate."),
    };
    answer(store, refusal, Timestamp::now(), chance)
}

/// 500.
pub(super) fn internal_error(store: Store, chance: &mut Rng) -> Response<Bytes> {
    let (code, message) = match store {
        Store::DynamoDb => ("com.amazonaws.dynamodb.v20120810#InternalServerError", "Internal server error"),
        Store::S3 => ("InternalError", "We encountered an internal error. Please try again."),
    };
    answer(store, Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, code, message), Timestamp::now(), chance)
}

/// 503.
pub(super) fn unavailable(store: Store, chance: &mut Rng) -> Response<Bytes> {
    let (code, message) = match store {
        Store::DynamoDb => (
            "com.amazon.coral.availability#ServiceUnavailableException",
            "The service is currently unavailable or busy.",
        ),
        Store::S3 => ("ServiceUnavailable", "Service is unable to handle request."),
    };
    answer(store, Refusal::new(StatusCode::SERVICE_UNAVAILABLE, code, message), Timestamp::now(), chance)
}

/// The client's clock is wrong, and so is the answer's date, seen from there.
pub(super) fn skewed(store: Store, chance: &mut Rng) -> Response<Bytes> {
    let (client, service) = (Timestamp::now(), Timestamp::now() + SKEW);
    let compact = |time: Timestamp| time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let refusal = match store {
        Store::DynamoDb => {
            let [sent, earliest, now] = [client, service - SignedDuration::from_mins(15), service].map(compact);
            let message = format!("Signature expired: {sent} is now earlier than {earliest} ({now} - 15 min.)");
            Refusal::new(StatusCode::BAD_REQUEST, "com.amazon.coral.service#InvalidSignatureException", &message)
        }
        Store::S3 => {
            let message = "The difference between the request time and the current time is too large.";
            let more = format!(
                "<RequestTime>{}</RequestTime><ServerTime>{service:.0}</ServerTime>\
                 <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>",
                compact(client),
            );
            Refusal { more, ..Refusal::new(StatusCode::FORBIDDEN, "RequestTimeTooSkewed", message) }
        }
    };
    answer(store, refusal, service, chance)
}

/// Something in between that does not reach the service, or thinks so.
pub(super) fn bad_gateway() -> Response<Bytes> {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                </center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n";
    let mut response = Response::new(Bytes::from_static(page.as_bytes()));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response.headers_mut().insert(CONTENT_TYPE, "text/html".parse().expect("a header's value"));
    response
}

/// Bytes that are neither JSON, XML nor UTF-8.
pub(super) fn garbage(chance: &mut Rng) -> Bytes {
    let length = chance.usize(1..200);
    // 0xFF begins nothing in UTF-8.
    iter::once(0xFF).chain(iter::repeat_with(|| chance.u8(..))).take(length).collect()
}

fn answer(store: Store, refusal: Refusal, date: Timestamp, chance: &mut Rng) -> Response<Bytes> {
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&date).expect("a date of this century");
    let response = Response::builder().status(refusal.status).header(DATE, date);
    let response = match store {
        Store::DynamoDb => {
            let request_id = id(chance, 52);
            let body = format!(r#"{{"__type":"{}","message":"{}"}}"#, refusal.code, refusal.message);
            let response = response.header(SERVER, "Server").header("x-amzn-requestid", request_id);
            response.header(CONTENT_TYPE, "application/x-amz-json-1.0").body(body)
        }
        Store::S3 => {
            let (request_id, host_id) = (id(chance, 16), id(chance, 76));
            let Refusal { code, message, more, .. } = refusal;
            let body = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>\
                 {more}<RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>"
            );
            let response = response.header(SERVER, "AmazonS3").header("x-amz-request-id", request_id);
            response.header("x-amz-id-2", host_id).header(CONTENT_TYPE, "application/xml").body(body)
        }
    };
    response.expect("these headers are valid").map(Bytes::from)
}

fn id(chance: &mut Rng, length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    iter::repeat_with(|| char::from(LETTERS[chance.usize(..LETTERS.len())])).take(length).collect()
}
