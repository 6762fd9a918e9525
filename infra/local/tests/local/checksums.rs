//! Checksums that fit: kept, given back, and in every form in which the SDK sends them.

use aws_sdk_s3::{
    primitives::ByteStream,
    types::{ChecksumAlgorithm, ChecksumMode},
};

use crate::support::{BUCKET, s3, stack};

#[tokio::test]
async fn the_checksum_comes_back_when_it_is_asked_for() {
    const SHA256: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    let stack = stack();
    let client = s3(&stack);
    let put = client.put_object().bucket(BUCKET).key("a").body(ByteStream::from_static(b"hello"));
    let put = put.checksum_sha256(SHA256).send().await.unwrap();
    assert_eq!(put.checksum_sha256(), Some(SHA256));

    let get = || client.get_object().bucket(BUCKET).key("a").checksum_mode(ChecksumMode::Enabled);
    let got = get().send().await.unwrap();
    assert_eq!(got.checksum_sha256(), Some(SHA256));
    got.body.collect().await.expect("the SDK checks the body against it");
    assert_eq!(get().range("bytes=0-1").send().await.unwrap().checksum_sha256(), None, "it is not that of a part");
    let head = client.head_object().bucket(BUCKET).key("a").checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
    assert_eq!(head.checksum_sha256(), Some(SHA256));
}

#[tokio::test]
async fn every_algorithm_of_the_sdk_is_accepted_from_memory_and_as_a_stream() {
    let stack = stack();
    let client = s3(&stack);
    let file = tempfile::NamedTempFile::new().unwrap();
    let content = vec![7; 300_000];
    std::fs::write(file.path(), &content).unwrap();
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        for body in [ByteStream::from(content.clone()), ByteStream::from_path(file.path()).await.unwrap()] {
            let put = client.put_object().bucket(BUCKET).key("a").body(body);
            put.checksum_algorithm(algorithm.clone()).send().await.unwrap();
            let get = client.get_object().bucket(BUCKET).key("a").checksum_mode(ChecksumMode::Enabled);
            let got = get.send().await.unwrap();
            assert_eq!(got.content_encoding(), None, "how a body travelled is no property of the object");
            assert_eq!(got.body.collect().await.unwrap().into_bytes(), content, "{algorithm}");
        }
    }
}
