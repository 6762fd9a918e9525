//! What S3 refuses is refused with S3's code, over a connection that stays sound, and leaves nothing behind.

use std::sync::Arc;

use aws_sdk_s3::primitives::ByteStream;

use crate::support::{BUCKET, raw, refusal, s3, stack};

#[tokio::test]
async fn a_missing_bucket_is_an_error_for_every_operation() {
    let stack = stack();
    let client = s3(&stack);
    let no_such_bucket = (404, "NoSuchBucket".to_owned());
    let put = client.put_object().bucket("absent").key("a").body(ByteStream::from_static(b"x")).send().await;
    assert_eq!(refusal(put), no_such_bucket);
    assert_eq!(refusal(client.get_object().bucket("absent").key("a").send().await), no_such_bucket);
    assert_eq!(refusal(client.list_objects_v2().bucket("absent").send().await), no_such_bucket);
    assert_eq!(refusal(client.delete_object().bucket("absent").key("a").send().await), no_such_bucket);
    assert_eq!(refusal(client.head_bucket().bucket("absent").send().await).0, 404);
}

#[tokio::test]
async fn a_key_over_1024_bytes_is_too_long() {
    let stack = stack();
    for key in ["k".repeat(1025), "\u{1f600}".repeat(257)] {
        let put = s3(&stack).put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(b"x")).send().await;
        assert_eq!(refusal(put), (400, "KeyTooLongError".to_owned()));
    }
}

#[tokio::test]
async fn a_body_that_is_not_its_checksum_is_refused_and_not_stored() {
    let stack = stack();
    let client = s3(&stack);
    let put = || client.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"hello"));
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let bad_digest = (400, "BadDigest".to_owned());
    assert_eq!(refusal(put().checksum_sha256(zeros).send().await), bad_digest);
    assert_eq!(refusal(put().checksum_crc32("AAAAAA==").send().await), bad_digest);
    assert_eq!(refusal(put().checksum_crc32_c("AAAAAA==").send().await), bad_digest);
    assert_eq!(refusal(put().checksum_crc64_nvme("AAAAAAAAAAA=").send().await), bad_digest);
    assert_eq!(refusal(put().checksum_sha1("AAAAAAAAAAAAAAAAAAAAAAAAAAA=").send().await), bad_digest);
    assert_eq!(refusal(put().content_md5("AAAAAAAAAAAAAAAAAAAAAA==").send().await), bad_digest);
    assert_eq!(refusal(put().checksum_sha256("short").send().await), (400, "InvalidRequest".to_owned()));
    assert_eq!(refusal(put().content_md5("AAAA").send().await), (400, "InvalidDigest".to_owned()));
    assert_eq!(client.list_objects_v2().bucket(BUCKET).send().await.unwrap().key_count(), Some(0));

    put().send().await.unwrap();
    let other = client.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"other"));
    assert_eq!(refusal(other.checksum_sha256(zeros).send().await), bad_digest);
    let kept = client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(&kept.body.collect().await.unwrap().into_bytes()[..], b"hello", "the older body stands");
}

#[tokio::test]
async fn a_refusal_of_a_large_body_does_not_reset_the_connection() {
    let stack = stack();
    let client = s3(&stack);
    for _ in 0..2 {
        let body = ByteStream::from(vec![7; 8_000_000]);
        let put = client.put_object().bucket("absent").key("a").body(body).send().await;
        assert_eq!(refusal(put), (404, "NoSuchBucket".to_owned()));
        let body = ByteStream::from(vec![7; 8_000_000]);
        let put = client.put_object().bucket(BUCKET).key("k".repeat(1025)).body(body).send().await;
        assert_eq!(refusal(put), (400, "KeyTooLongError".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_32_writers_that_want_no_object_there_one_wins() {
    let stack = stack();
    let client = Arc::new(s3(&stack));
    let writers: Vec<_> = (0..32)
        .map(|number| {
            let client = Arc::clone(&client);
            tokio::spawn(async move {
                let body = ByteStream::from(format!("{number}").into_bytes());
                let put = client.put_object().bucket(BUCKET).key("a").body(body).if_none_match("*").send().await;
                if put.is_ok() { None } else { Some(refusal(put)) }
            })
        })
        .collect();
    let mut winners = 0;
    for writer in writers {
        match writer.await.unwrap() {
            None => winners += 1,
            Some(refusal) => assert_eq!(refusal, (412, "PreconditionFailed".to_owned())),
        }
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_write_can_require_the_object_that_it_replaces() {
    let stack = stack();
    let client = s3(&stack);
    let put = |body: &'static [u8]| client.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(body));
    assert_eq!(refusal(put(b"x").if_match("\"0\"").send().await), (404, "NoSuchKey".to_owned()));
    let first = put(b"one").send().await.unwrap();
    put(b"two").if_match(first.e_tag().unwrap()).send().await.unwrap();
    let late = put(b"three").if_match(first.e_tag().unwrap()).send().await;
    assert_eq!(refusal(late), (412, "PreconditionFailed".to_owned()));
}

#[tokio::test]
async fn metadata_over_2_kb_is_too_large() {
    let stack = stack();
    let put = s3(&stack).put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"x"));
    let put = put.metadata("name", "v".repeat(2_048)).send().await;
    assert_eq!(refusal(put), (400, "MetadataTooLarge".to_owned()));
}

#[tokio::test]
async fn an_operation_that_is_not_there_says_so() {
    let stack = stack();
    let answer = s3(&stack).get_bucket_versioning().bucket(BUCKET).send().await;
    assert_eq!(refusal(answer), (501, "NotImplemented".to_owned()));
    let (status, answer) = raw(&stack, "PATCH /dataconnect-archive/a", &[], b"x");
    assert!(status >= 400, "{answer}");
}
