//! Objects come back as they were put.

use aws_sdk_s3::primitives::ByteStream;

use crate::support::{BUCKET, refusal, s3, stack};

#[tokio::test]
async fn a_body_comes_back_with_what_was_said_about_it() {
    let stack = stack();
    let client = s3(&stack);
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("a")
        .body(ByteStream::from_static(b"hello"))
        .content_type("application/json")
        .metadata("request-id", "r-1")
        .send()
        .await
        .unwrap();
    assert_eq!(put.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""), "the MD5, as in S3");

    let got = client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(got.content_type(), Some("application/json"));
    assert_eq!(got.metadata().unwrap()["request-id"], "r-1");
    assert_eq!(got.e_tag(), put.e_tag());
    assert!(got.last_modified().unwrap().secs() > 1_700_000_000);
    assert_eq!(&got.body.collect().await.unwrap().into_bytes()[..], b"hello");

    let head = client.head_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(head.content_length(), Some(5));
    assert_eq!(head.metadata().unwrap()["request-id"], "r-1");
}

#[tokio::test]
async fn an_object_is_replaced_and_deleted() {
    let stack = stack();
    let client = s3(&stack);
    for body in ["one", ""] {
        let body = ByteStream::from(body.as_bytes().to_vec());
        client.put_object().bucket(BUCKET).key("a").body(body).send().await.unwrap();
    }
    let got = client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(got.content_length(), Some(0));
    assert_eq!(got.content_type(), Some("application/octet-stream"));

    client.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    client.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    let gone = client.get_object().bucket(BUCKET).key("a").send().await;
    assert_eq!(refusal(gone), (404, "NoSuchKey".to_owned()));
    let gone = client.head_object().bucket(BUCKET).key("a").send().await;
    assert_eq!(refusal(gone).0, 404);
}

#[tokio::test]
async fn any_key_up_to_1024_bytes_is_a_key_of_its_own() {
    let stack = stack();
    let client = s3(&stack);
    let long = "k".repeat(1024);
    let emoji = "\u{1f600}".repeat(256);
    let keys = [
        "a",
        "a/b",
        "a/",
        "a//b",
        "/a",
        "//",
        "..",
        "../a",
        "a/../b",
        "a/./b",
        ".",
        "%",
        "%2F",
        "%2e%2e",
        "a b",
        "a+b",
        "a?b=c",
        "a#b",
        "a&b",
        "ä",
        "é",
        "e\u{301}",
        "\u{1f9d1}\u{200d}\u{1f692}",
        "A",
        "a\\b",
        "'\"<>",
        &long,
        &emoji,
    ];
    for key in keys {
        let body = ByteStream::from(key.as_bytes().to_vec());
        client
            .put_object()
            .bucket(BUCKET)
            .key(key)
            .body(body)
            .send()
            .await
            .unwrap_or_else(|error| panic!("{key}: {error:?}"));
    }
    for key in keys {
        let got =
            client.get_object().bucket(BUCKET).key(key).send().await.unwrap_or_else(|error| panic!("{key}: {error:?}"));
        assert_eq!(got.body.collect().await.unwrap().into_bytes(), key.as_bytes(), "{key}");
    }
    let listed = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    let listed: Vec<_> = listed.contents().iter().map(|object| object.key().unwrap()).collect();
    assert_eq!(listed, sorted, "in the order of their bytes");
}

#[tokio::test]
async fn a_range_is_a_part_of_the_body() {
    let stack = stack();
    let client = s3(&stack);
    let body = ByteStream::from_static(b"0123456789");
    client.put_object().bucket(BUCKET).key("a").body(body).send().await.unwrap();
    for (range, part, described) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let got = client.get_object().bucket(BUCKET).key("a").range(range).send().await.unwrap();
        assert_eq!(got.content_range(), Some(described));
        assert_eq!(got.body.collect().await.unwrap().into_bytes(), part.as_bytes());
    }
    let beyond = client.get_object().bucket(BUCKET).key("a").range("bytes=10-").send().await;
    assert_eq!(refusal(beyond), (416, "InvalidRange".to_owned()));
}

#[tokio::test]
async fn buckets_are_made_found_and_listed() {
    let stack = stack();
    let client = s3(&stack);
    client.create_bucket().bucket("another").send().await.unwrap();
    client.head_bucket().bucket("another").send().await.unwrap();
    client.get_bucket_location().bucket("another").send().await.unwrap();
    let buckets = client.list_buckets().send().await.unwrap();
    assert_eq!(buckets.buckets().iter().map(|bucket| bucket.name().unwrap()).collect::<Vec<_>>(), ["another", BUCKET]);
}
