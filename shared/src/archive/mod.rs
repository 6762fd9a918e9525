//! The archive: every body as it arrived, in S3.

mod key;
mod location;
mod read;
mod signing;

use std::collections::HashMap;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use bytes::Bytes;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

pub use key::ArchiveKey;
pub use location::Location;
pub use read::{Fetched, KeptBody, Listed, ListedObject};

use self::signing::SignedFor;
use crate::digest::Digest;
use crate::rejection::Reason;

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
    /// How it comes there.
    pub origin: Origin<'a>,
}

/// How a body comes into the archive.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// Its event was accepted.
    Accepted,
    /// Its event was rejected.
    Rejected {
        /// Why.
        reason: Reason,
        /// The name of the token that it came with. `None` where authentication is off.
        token: Option<&'a str>,
    },
    /// Its event was rejected when it came, and accepted when an operator replayed it.
    Replayed {
        /// Where it was kept in between.
        from: &'a ArchiveKey,
        /// The operator who answers for it, where its sender's token does not.
        vouched_by: Option<&'a str>,
    },
}

impl Origin<'_> {
    fn metadata(self) -> impl Iterator<Item = (String, String)> {
        let [first, second] = match self {
            Self::Accepted => [None, None],
            Self::Rejected { reason, token } => [Some(("reason", reason.name().to_owned())), text("token", token)],
            Self::Replayed { from, vouched_by } => {
                [Some(("replayed-from", from.as_str().to_owned())), text("vouched-by", vouched_by)]
            }
        };
        first.into_iter().chain(second).map(|(name, value)| (name.to_owned(), value))
    }
}

/// Metadata travels in headers, which hold ASCII alone and no blanks at their ends.
fn text(name: &'static str, value: Option<&str>) -> Option<(&'static str, String)> {
    const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'%');
    value.map(|value| (name, utf8_percent_encode(value, ENCODED).to_string()))
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
        metadata.extend(entry.origin.metadata());
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
            .if_none_match("*")
            .customize()
            .interceptor(SignedFor(*entry.digest));
        match put.send().await {
            Err(SdkError::ServiceError(refusal)) if refusal.raw().status().as_u16() == PRECONDITION_FAILED => Ok(()),
            result => result.map(drop),
        }
    }
}
