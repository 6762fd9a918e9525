//! Rejections: 400 or 403 with a problem that names the place of the fault, the body kept, no record.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataconnect::digest::Digest;
use dataconnect::payload::{OPERATIONS, POST_INCIDENTS, POST_NOTES, POST_WORKORDERREQUESTS};
use lambda_http::http::StatusCode;
use lambda_http::http::header::CONTENT_TYPE;
use serde_json::json;
use tests::fixtures::fixture;
use tests::gateway::Seen;
use tests::receiver::{Receiver, TOKEN};

/// Asserts that `seen` is a rejection of `body` for `reason`, with `detail`, and that the body is kept.
async fn assert_rejected(receiver: &Receiver, seen: &Seen, body: &[u8], reason: &str, detail: &str) {
    let operation = receiver.pipeline.operation;
    let what = format!("{} {reason}: {} {}", operation.name, seen.status, seen.body);
    let status = if reason == "forbidden" { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
    assert_eq!((seen.status, seen.text("detail")), (status, detail), "{what}");
    assert_eq!(seen.headers[CONTENT_TYPE], "application/problem+json");
    assert_eq!(
        seen.body,
        json!({
            "type": format!("urn:problem-type:dataconnect:{reason}"),
            "title": seen.text("title"),
            "status": status.as_u16(),
            "detail": detail,
            "requestId": seen.text("requestId"),
        })
    );
    assert!(!seen.text("title").is_empty());

    let prefix = format!("rejected/operation={}/date=", operation.name);
    let name = format!("/reason={reason}/{}.json", seen.text("requestId"));
    let keys = receiver.stores.keys(&prefix).await;
    let key = keys.iter().find(|key| key.ends_with(&name)).unwrap_or_else(|| panic!("{name} is not among {keys:?}"));
    assert_eq!(receiver.stores.body(key).await, body, "{what}");
    let head = receiver.stores.head(key).await;
    let sha256 = STANDARD.encode(Digest::of(body).as_bytes());
    assert_eq!(head.checksum_sha256(), Some(sha256.as_str()));
    let metadata = head.metadata().unwrap();
    assert_eq!((metadata["reason"].as_str(), metadata["request-id"].as_str()), (reason, seen.text("requestId")));
}

#[tokio::test]
async fn every_operation_rejects_what_is_no_event_and_keeps_it() {
    let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
    let many = format!("[{}0]", "0,".repeat(99_999));
    let long_tenant = format!(r#"{{"CustomerId":2,"Tenant":"{}"}}"#, "s".repeat(2_047));
    let invalid_customer = "CustomerId must be a whole number from 0 to 18446744073709551615";
    let invalid_tenant = "Tenant must be a string that is not empty";
    for operation in OPERATIONS {
        let receiver = Receiver::of(operation);
        for (body, reason, detail) in [
            ("", "empty-body", "the request has no body"),
            (" \r\n\t", "empty-body", "the request has no body"),
            ("{\"CustomerId\":2,\n \"Tenant\": Secret}", "invalid-json", "not JSON at line 2, column 12"),
            ("{\"CustomerId\":2,\"Tenant\":\"Secret\"", "invalid-json", "not JSON at line 1, column 34"),
            (&deep, "too-deep", "nested deeper than 128 levels"),
            (&many, "too-many-values", "more than 100000 values"),
            ("[{\"Tenant\":\"Secret\"}]", "not-an-object", "the body is an array"),
            ("\"Secret\"", "not-an-object", "the body is a string"),
            ("4711", "not-an-object", "the body is a number"),
            ("null", "not-an-object", "the body is null"),
            (r#"{"Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":null,"Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":-1,"Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":2.5,"Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":"+2","Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":"","Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":18446744073709551616,"Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":[2],"Tenant":"Secret"}"#, "invalid-customer-id", invalid_customer),
            (r#"{"CustomerId":4711}"#, "invalid-tenant", invalid_tenant),
            (r#"{"CustomerId":4711,"Tenant":""}"#, "invalid-tenant", invalid_tenant),
            (r#"{"CustomerId":4711,"Tenant":7}"#, "invalid-tenant", invalid_tenant),
            (&long_tenant, "invalid-tenant", "CustomerId and Tenant are longer than 2048 bytes together"),
            (
                r#"{"CustomerId":2,"Tenant":"Secret","CustomerId":3}"#,
                "ambiguous-key",
                "CustomerId is given twice, with different values",
            ),
            (
                r#"{"CustomerId":2,"Tenant":"Secret","Tenant":"secret"}"#,
                "ambiguous-key",
                "Tenant is given twice, with different values",
            ),
        ] {
            let seen = receiver.send(body).await;
            assert_rejected(&receiver, &seen, body.as_bytes(), reason, detail).await;
            assert!(!seen.body.to_string().contains("Secret") && !seen.body.to_string().contains("4711"));
        }
    }
    assert!(Receiver::of(&POST_INCIDENTS).stores.items("2/Secret").await.is_empty());
}

#[tokio::test]
async fn a_record_id_that_no_key_holds_is_a_rejection() {
    let tenant = "rejections-id";
    for operation in OPERATIONS {
        let (receiver, member) = (Receiver::of(operation), operation.record_id);
        let long = "i".repeat(1_025);
        for (id, detail) in [
            (json!(""), format!("{member} must not be empty")),
            (json!(long), "the record id is longer than 1024 bytes".to_owned()),
        ] {
            let body = receiver.body(tenant, id, &json!({}));
            let seen = receiver.send(&body).await;
            assert_rejected(&receiver, &seen, body.as_bytes(), "invalid-record-id", &detail).await;
        }
        let body = format!(r#"{{"CustomerId":2,"Tenant":"{tenant}","{member}":1,"{member}":2}}"#);
        let seen = receiver.send(&body).await;
        let detail = format!("{member} is given twice, with different values");
        assert_rejected(&receiver, &seen, body.as_bytes(), "ambiguous-key", &detail).await;
        assert!(receiver.stores.items("2/rejections-id").await.is_empty());
    }
}

#[tokio::test]
async fn documented_records_need_their_id() {
    for operation in [&POST_WORKORDERREQUESTS, &POST_INCIDENTS] {
        let (receiver, member) = (Receiver::of(operation), operation.record_id);
        for (id, detail) in [
            ("null", format!("{member} is missing")),
            ("true", format!("{member} must be a string or a number")),
            ("[1]", format!("{member} must be a string or a number")),
            ("{}", format!("{member} must be a string or a number")),
        ] {
            let body = format!(r#"{{"CustomerId":2,"Tenant":"rejections-need","{member}":{id}}}"#);
            let seen = receiver.send(&body).await;
            assert_rejected(&receiver, &seen, body.as_bytes(), "invalid-record-id", &detail).await;
        }
        assert!(receiver.stores.items("2/rejections-need").await.is_empty());
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_others_is_forbidden_and_the_body_kept() {
    let digest = Digest::of(TOKEN.as_bytes());
    for operation in OPERATIONS {
        let receiver = Receiver::with_tokens(operation, &format!("bound:{digest}:for=2/rejections-mine+3/other"));
        for (customer, tenant, status) in [
            (2, "rejections-mine", StatusCode::OK),
            (2, "rejections-theirs", StatusCode::FORBIDDEN),
            (3, "rejections-mine", StatusCode::FORBIDDEN),
            (2, "other", StatusCode::FORBIDDEN),
        ] {
            let body = receiver.body(tenant, "1", &json!({ "CustomerId": customer }));
            let seen = receiver.send(&body).await;
            assert_eq!(seen.status, status, "{customer}/{tenant}");
            if status == StatusCode::FORBIDDEN {
                let detail = "the token is bound to other pairs of CustomerId and Tenant";
                assert_rejected(&receiver, &seen, body.as_bytes(), "forbidden", detail).await;
                assert!(receiver.stores.items(&format!("{customer}/{tenant}")).await.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn odd_fixtures_are_rejected_with_the_place_of_their_fault() {
    let receiver = Receiver::of(&POST_NOTES);
    for (name, reason, detail) in [
        ("odd/comment", "invalid-json", "not JSON at line 4, column 3"),
        ("odd/trailing-comma", "invalid-json", "not JSON at line 5, column 1"),
        ("odd/single-quotes", "invalid-json", "not JSON at line 1, column 3"),
        ("odd/two-events", "invalid-json", "not JSON at line 2, column 1"),
        ("odd/list-of-events", "not-an-object", "the body is an array"),
        ("odd/lone-surrogate", "invalid-json", "not JSON at line 4, column 25"),
    ] {
        let body = fixture(name);
        let seen = receiver.send_bytes(&body).await;
        assert_rejected(&receiver, &seen, &body, reason, detail).await;
    }
}
