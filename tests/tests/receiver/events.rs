//! Bodies and headers as senders and gateways may send them. The receiver looks at the bytes alone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataconnect::payload::{OPERATIONS, POST_INCIDENTS};
use lambda_http::http::StatusCode;
use serde_json::{Value, json};
use tests::fixtures::fixture;
use tests::gateway::{Call, Origin, Seen};
use tests::receiver::Receiver;

const ORIGINS: [Origin; 3] = [Origin::HttpApi, Origin::RestApi, Origin::FunctionUrl];

/// The event of a call, with other values at these JSON Pointers, as far as the origin's events have them.
fn event(call: &Call, origin: Origin, changes: &[(&str, Value)]) -> Value {
    let mut event = call.event(origin);
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match event.pointer_mut(parent) {
            Some(parent) if parent.get(name).is_some() || name == "host" => parent[name] = value.clone(),
            _ => {}
        }
    }
    event
}

fn assert_taken(seen: &Seen, what: &str) {
    assert_eq!(
        (seen.status, seen.body["outcome"].as_str()),
        (StatusCode::OK, Some("Created")),
        "{what}: {}",
        seen.body
    );
}

#[tokio::test]
async fn all_three_gateways_bring_every_operation_its_body() {
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        for origin in ORIGINS {
            let tenant = format!("events-{origin:?}-{}", operation.name);
            let body = receiver.body(&tenant, 1, &json!({ "Text": "é\u{1F600}" }));
            for (is_base64, outcome) in [(false, None), (true, Some("Duplicate"))] {
                let mut call = receiver.call(if is_base64 { STANDARD.encode(&body) } else { body.clone() });
                call.is_base64 = is_base64;
                let seen = receiver.answer(&call, origin).await;
                assert_eq!(seen.status, StatusCode::OK, "{origin:?} {}", seen.body);
                assert!(outcome.is_none_or(|outcome| seen.text("outcome") == outcome));
                assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body.as_bytes());
            }
        }
    }
}

#[tokio::test]
async fn the_content_type_makes_no_difference() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let types = [
        None,
        Some(""),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/octet-stream"),
        Some("application/json; charset=utf-16"),
        Some("APPLICATION/JSON"),
        Some("application/cloudevents+json"),
        Some("multipart/form-data; boundary=x"),
        Some("image/png"),
        Some("no type at all"),
        Some("/"),
        Some("é"),
    ];
    for (index, content_type) in types.into_iter().enumerate() {
        for origin in ORIGINS {
            let body = receiver.body(&format!("events-type-{origin:?}"), index, &json!({}));
            let mut call = receiver.call(body);
            call.headers.retain(|(name, _)| name != "content-type");
            call.headers.extend(content_type.map(|value| ("content-type".to_owned(), value.to_owned())));
            assert_taken(&receiver.answer(&call, origin).await, &format!("{content_type:?} {origin:?}"));
        }
    }
}

#[tokio::test]
async fn what_only_claims_to_be_base64_is_taken_as_it_is() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for origin in ORIGINS {
        let mut call = receiver.call(receiver.body(&format!("events-claimed-{origin:?}"), 1, &json!({})));
        call.is_base64 = true;
        assert_taken(&receiver.answer(&call, origin).await, &format!("{origin:?}"));
        for broken in ["====", "e30", "e30=\n", "e3 0=", "-_-_"] {
            call.body = Some(broken.to_owned());
            let seen = receiver.answer(&call, origin).await;
            assert_eq!(seen.text("type"), "urn:problem-type:dataconnect:invalid-json", "{broken:?}");
        }
    }
}

#[tokio::test]
async fn no_body_is_an_empty_one() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for origin in ORIGINS {
        for (body, is_base64) in [(None, false), (None, true), (Some(""), false), (Some(""), true)] {
            let mut call = receiver.call("");
            (call.body, call.is_base64) = (body.map(str::to_owned), is_base64);
            let mut event = call.event(origin);
            for absent in [false, true] {
                if absent {
                    event.as_object_mut().unwrap().remove("body");
                }
                let seen = receiver.answer_event(event.clone()).await;
                assert_eq!(seen.text("type"), "urn:problem-type:dataconnect:empty-body", "{origin:?} {body:?}");
            }
        }
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_rejected_and_kept_as_they_came() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let start = br#"{"CustomerId":2,"Tenant":"events-bytes","IncidentId":1,"Details":""#;
    for bytes in [&b"\xff"[..], b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"caf\xe9", b"\xc0\x80"] {
        let body = [&start[..], bytes, b"\"}"].concat();
        let seen = receiver.send_bytes(&body).await;
        assert_eq!(seen.text("type"), "urn:problem-type:dataconnect:invalid-json", "{bytes:?}");
        let keys = receiver.stores.keys("rejected/operation=post-incidents/").await;
        let name = format!("/reason=invalid-json/{}.json", seen.text("requestId"));
        let key = keys.iter().find(|key| key.ends_with(&name)).unwrap();
        assert_eq!(receiver.stores.body(key).await, body);
    }
    let utf16: Vec<u8> = "{\"CustomerId\":2}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(receiver.send_bytes(&utf16).await.status, StatusCode::BAD_REQUEST);
    assert!(receiver.stores.items("2/events-bytes").await.is_empty());
}

/// RFC 8259, section 8.1: a parser may ignore a byte order mark. The archive keeps it.
#[tokio::test]
async fn a_byte_order_mark_is_ignored_and_kept() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let body = fixture("odd/byte-order-mark");
    assert!(body.starts_with(b"\xef\xbb\xbf"));
    let seen = receiver.send_bytes(&body).await;
    assert_taken(&seen, "byte order mark");
    assert_eq!(receiver.stores.body(seen.text("archiveKey")).await, body);
    let without = String::from_utf8(body[3..].to_vec()).unwrap();
    assert_eq!(receiver.accepted(without).await, "Duplicate");
}

#[tokio::test]
async fn hosts_paths_and_queries_that_make_no_url_do_no_harm() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    let odd = ["", " ", "12345", "a b", "😀", "http://x", "[::1", "a:b:c", "@", "%", "\\", "//", "\u{7f}"];
    let headers = ["host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-host", "content-length"];
    let members = ["/path", "/rawPath", "/rawQueryString", "/requestContext/domainName", "/requestContext/stage"];
    for (index, value) in odd.into_iter().enumerate() {
        for origin in ORIGINS {
            let tenant = format!("events-odd-{origin:?}-{index}");
            let mut id = 0;
            for header in headers {
                id += 1;
                let mut call = receiver.call(receiver.body(&tenant, id, &json!({})));
                // No gateway lets a control character into a header, nor does `lambda_http` read one.
                let value = value.replace('\u{7f}', "?");
                call.headers.push((header.to_owned(), value.clone()));
                assert_taken(&receiver.answer(&call, origin).await, &format!("{header}: {value:?} {origin:?}"));
            }
            for member in members {
                id += 1;
                let call = receiver.call(receiver.body(&tenant, id, &json!({})));
                let event = event(&call, origin, &[(member, json!(value))]);
                assert_taken(&receiver.answer_event(event).await, &format!("{member}: {value:?} {origin:?}"));
            }
        }
    }
}

#[tokio::test]
async fn odd_queries_and_repeated_headers_do_no_harm() {
    let receiver = Receiver::of(&POST_INCIDENTS);
    for (id, changes) in [
        vec![("/queryStringParameters", json!({ " ": "😀", "": "" }))],
        vec![("/multiValueQueryStringParameters", json!({ "%": ["\u{0}", "//"] }))],
        vec![("/multiValueHeaders/host", json!(["a b", "12345"])), ("/headers/host", json!("12345"))],
        vec![("/pathParameters", json!({ "proxy": "../.." })), ("/stageVariables", json!({ "a": "😀" }))],
    ]
    .into_iter()
    .enumerate()
    {
        for origin in ORIGINS {
            let call = receiver.call(receiver.body(&format!("events-query-{origin:?}"), id, &json!({})));
            let seen = receiver.answer_event(event(&call, origin, &changes)).await;
            assert_taken(&seen, &format!("{changes:?} {origin:?}"));
        }
    }
}
