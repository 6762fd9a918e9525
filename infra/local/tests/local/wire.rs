//! Requests by hand: unsigned, presigned and chunked ones, as other clients send them.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use crate::support::{BUCKET, raw, s3, stack};

const PUT: &str = "PUT /dataconnect-archive/a";
const GET: &str = "GET /dataconnect-archive/a";

#[test]
fn an_unsigned_request_is_served() {
    let stack = stack();
    assert_eq!(raw(&stack, PUT, &[], b"hello").0, 200);
    let (status, answer) = raw(&stack, GET, &[], b"");
    assert_eq!(status, 200);
    assert!(answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn a_presigned_url_is_served() {
    let stack = stack();
    raw(&stack, PUT, &[], b"hello");
    let config = PresigningConfig::expires_in(Duration::from_mins(1)).unwrap();
    let url = s3(&stack).get_object().bucket(BUCKET).key("a").presigned(config).await.unwrap();
    let target = url.uri().replace(&stack.s3_endpoint(), "");
    let (status, answer) = raw(&stack, &format!("GET {target}"), &[], b"");
    assert_eq!(status, 200, "{answer}");
    assert!(answer.ends_with("hello"), "{answer}");
}

#[test]
fn the_hash_that_was_signed_is_enforced() {
    let stack = stack();
    let (status, answer) = raw(&stack, PUT, &[("x-amz-content-sha256", &"0".repeat(64))], b"hello");
    assert_eq!(status, 400);
    assert!(answer.contains("<Code>XAmzContentSHA256Mismatch</Code>"), "{answer}");
    assert_eq!(raw(&stack, GET, &[], b"").0, 404);
}

#[test]
fn the_checksum_of_a_trailer_is_enforced() {
    let stack = stack();
    let headers = [
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("content-encoding", "gzip,aws-chunked"),
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];
    let wrong = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    let (status, answer) = raw(&stack, PUT, &headers, wrong);
    assert_eq!(status, 400);
    assert!(answer.contains("<Code>BadDigest</Code>"), "{answer}");
    assert_eq!(raw(&stack, GET, &[], b"").0, 404);

    let right = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    assert_eq!(raw(&stack, PUT, &headers, right).0, 200);
    let (_, answer) = raw(&stack, GET, &[], b"");
    assert!(answer.contains("content-encoding: gzip\r\n"), "{answer}");
    assert!(answer.ends_with("hello"), "{answer}");

    let short = b"4\r\nhell\r\n0\r\n\r\n";
    let (status, answer) = raw(&stack, PUT, &headers, short);
    assert_eq!(status, 400);
    assert!(answer.contains("<Code>IncompleteBody</Code>"), "{answer}");
}
