//! The archive: every body as it arrived, in S3.

mod key;
mod location;
mod read;

use std::collections::HashMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use bytes::Bytes;
use jiff::Timestamp;

pub use key::ArchiveKey;
pub use location::Location;
pub use read::{ArchivedBody, Listed};

use crate::digest::Digest;

/// What S3 answers to `If-None-Match: *` when the object is there ("Conditional writes", S3 user guide).
const PRECONDITION_FAILED: u16 = 412;

/// The bucket that keeps the bodies.
#[derive(Debug, Clone)]
pub struct Archive {
    client: Client,
    bucket: String,
}

/// A body on its way to the archive.
#[derive(Debug, Clone)]
pub struct ArchiveEntry<'a> {
    /// Where it goes.
    pub key: &'a ArchiveKey,
    /// The bytes that arrived.
    pub body: Bytes,
    /// Their digest, which S3 holds them against on arrival.
    pub digest: &'a Digest,
    /// When the request came.
    pub received_at: Timestamp,
    /// The Lambda request id.
    pub request_id: &'a str,
    /// Why the event was rejected, if it was.
    pub reason: Option<&'static str>,
}

impl Archive {
    /// The archive in a bucket.
    #[must_use]
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// Puts a body into the archive, unless it is there already. What is there stays as it is.
    ///
    /// # Errors
    /// What the SDK says after its own retries.
    pub async fn put(&self, entry: ArchiveEntry<'_>) -> Result<(), SdkError<PutObjectError>> {
        let mut metadata = HashMap::from([
            ("received-at".to_owned(), format!("{:.3}", entry.received_at)),
            ("request-id".to_owned(), entry.request_id.to_owned()),
        ]);
        if let Some(reason) = entry.reason {
            metadata.insert("reason".to_owned(), reason.to_owned());
        }
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(entry.key.as_str())
            .body(ByteStream::from(entry.body))
            .content_type("application/json")
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_sha256(entry.digest.to_base64())
            .set_metadata(Some(metadata))
            .if_none_match("*");
        match put.send().await {
            Err(SdkError::ServiceError(refusal)) if refusal.raw().status().as_u16() == PRECONDITION_FAILED => Ok(()),
            result => result.map(drop),
        }
    }
}
