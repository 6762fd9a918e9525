//! Reading the archive back. No function does, and none may.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error;
use bytes::Bytes;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::{Archive, ArchiveKey};
use crate::store_failure::StoreFailure;

/// The longest body that a request can bring ("Quotas", API Gateway developer guide: 10 MB). What is longer was put
/// there by somebody else, and is not read.
const MAX_BODY_BYTES: i64 = 10 * 1_024 * 1_024;

/// Some of the objects under a prefix.
#[derive(Debug, Clone)]
pub struct Listed {
    /// They, in the order of their keys' bytes.
    pub objects: Vec<ListedObject>,
    /// Whether there are more after the last.
    pub is_truncated: bool,
}

/// What a listing tells of an object.
#[derive(Debug, Clone)]
pub struct ListedObject {
    /// Its key.
    pub key: ArchiveKey,
    /// When it was put, by S3's clock.
    pub put_at: Option<Timestamp>,
}

/// What stands under a key.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// A body.
    Body(KeptBody),
    /// Nothing.
    Nothing,
    /// Something in a storage class that S3 does not read from at once: it has to be restored first.
    Frozen,
    /// More than the body of a request can be.
    TooLong,
}

/// A body, and what the archive knows of it. What the metadata does not say is `None`.
#[derive(Debug, Clone)]
pub struct KeptBody {
    /// The bytes that arrived.
    pub bytes: Bytes,
    /// When its request came.
    pub received_at: Option<Timestamp>,
    /// The request that it came with.
    pub request_id: Option<String>,
    /// The name of the reason that it was rejected for.
    pub reason: Option<String>,
    /// The name of the token that a rejected one came with.
    pub token: Option<String>,
    /// Where a replayed one was kept before.
    pub replayed_from: Option<String>,
    /// Who answers for a replayed one, where its sender's token does not.
    pub vouched_by: Option<String>,
}

impl Fetched {
    /// The body, if one can be read.
    #[must_use]
    pub fn body(self) -> Option<KeptBody> {
        match self {
            Self::Body(body) => Some(body),
            Self::Nothing | Self::Frozen | Self::TooLong => None,
        }
    }
}

impl Archive {
    /// Reads an object, whole. The SDK holds its bytes against the checksum that S3 keeps.
    ///
    /// # Errors
    /// [`StoreFailure`] names the object.
    pub async fn fetch(&self, key: &ArchiveKey) -> Result<Fetched, StoreFailure> {
        let failure = |source| StoreFailure::new("S3 did not give the object", key, source);
        let get = self.client.get_object().bucket(&self.bucket).key(key.as_str());
        let got = match get.send().await {
            Ok(got) => got,
            Err(error) => match error.as_service_error() {
                Some(refusal) if refusal.is_no_such_key() => return Ok(Fetched::Nothing),
                Some(refusal) if refusal.is_invalid_object_state() => return Ok(Fetched::Frozen),
                _ => return Err(failure(error.into())),
            },
        };
        if got.content_length.unwrap_or_default() > MAX_BODY_BYTES {
            return Ok(Fetched::TooLong);
        }
        let bytes = got.body.collect().await.map_err(|error| failure(error.into()))?.into_bytes();
        let mut metadata = got.metadata.unwrap_or_default();
        let received_at = metadata.get("received-at").and_then(|time| time.parse().ok());
        let mut text = |name: &str| metadata.remove(name);
        let decoded = |text: String| percent_decode_str(&text).decode_utf8_lossy().into_owned();
        Ok(Fetched::Body(KeptBody {
            bytes,
            received_at,
            request_id: text("request-id"),
            reason: text("reason"),
            token: text("token").map(decoded),
            replayed_from: text("replayed-from"),
            vouched_by: text("vouched-by").map(decoded),
        }))
    }

    /// Removes an object. In a bucket with versions, as the template's is, the version stays beneath a delete marker
    /// until its retention ends, Object Lock or not.
    ///
    /// # Errors
    /// [`StoreFailure`] names the object.
    pub(crate) async fn remove(&self, key: &ArchiveKey) -> Result<(), StoreFailure> {
        let removed = self.client.delete_object().bucket(&self.bucket).key(key.as_str()).send().await;
        removed.map(drop).map_err(|error| StoreFailure::new("S3 did not remove the object", key, error.into()))
    }

    /// Lists up to `limit` keys (S3 gives 1,000 at most) that begin with a prefix and come after a text.
    ///
    /// # Errors
    /// What the SDK says after its own retries.
    pub async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u16,
    ) -> Result<Listed, SdkError<ListObjectsV2Error>> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).max_keys(limit.into());
        let page = list.set_start_after(after.map(str::to_owned)).send().await?;
        let is_truncated = page.is_truncated.unwrap_or_default();
        let objects = page.contents.unwrap_or_default().into_iter().filter_map(|object| {
            let put_at = object.last_modified.and_then(|time| Timestamp::from_second(time.secs()).ok());
            Some(ListedObject { key: ArchiveKey::from_stored(object.key?), put_at })
        });
        Ok(Listed { objects: objects.collect(), is_truncated })
    }
}
