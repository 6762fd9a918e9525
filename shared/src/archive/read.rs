//! Reading the archive back. No function does, and none may.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error;
use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;

use super::{Archive, ArchiveKey};

/// Some of the keys under a prefix.
#[derive(Debug, Clone)]
pub struct Listed {
    /// They, in the order of their bytes.
    pub keys: Vec<ArchiveKey>,
    /// Whether there are more after the last.
    pub is_truncated: bool,
}

/// An object on its way from the archive.
#[derive(Debug)]
pub struct ArchivedBody {
    /// When its request came, if the object says so.
    pub received_at: Option<Timestamp>,
    /// The request that it came with, if the object says so.
    pub request_id: Option<String>,
    /// How many bytes it has.
    pub length: i64,
    /// They, which are not here yet.
    pub bytes: ByteStream,
}

impl Archive {
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
        let keys = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        Ok(Listed { keys: keys.map(ArchiveKey::from_stored).collect(), is_truncated })
    }

    /// Opens an object. The SDK holds its bytes against the checksum that S3 keeps.
    ///
    /// # Errors
    /// What the SDK says after its own retries.
    pub async fn get(&self, key: &ArchiveKey) -> Result<ArchivedBody, SdkError<GetObjectError>> {
        let get = self.client.get_object().bucket(&self.bucket).key(key.as_str());
        let GetObjectOutput { metadata, content_length, body, .. } = get.send().await?;
        let mut metadata = metadata.unwrap_or_default();
        let received_at = metadata.get("received-at").and_then(|time| time.parse().ok());
        let request_id = metadata.remove("request-id");
        Ok(ArchivedBody { received_at, request_id, length: content_length.unwrap_or_default(), bytes: body })
    }
}
