//! Why reconciling stops.

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Error;

use crate::archive::ArchiveKey;
use crate::store_failure::StoreFailure;
use crate::table::TableError;

/// A store did not do its work, and reconciling stops. Names the object at which.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The archive could not be listed.
    #[error("the keys under {prefix} could not be listed{}", after.as_ref().map(|key| format!(" after {key}")).unwrap_or_default())]
    List {
        /// What they begin with.
        prefix: String,
        /// After which key or text.
        after: Option<String>,
        /// What the SDK says after its own retries.
        source: Box<SdkError<ListObjectsV2Error>>,
    },
    /// An object could not be opened, or its bytes did not come, or are not those that S3 has the checksum of.
    #[error(transparent)]
    Open(StoreFailure),
    /// A record could not be read.
    #[error("the record of the objects {prefix}* could not be read")]
    Record {
        /// What the keys of the record's objects begin with.
        prefix: String,
        /// What `DynamoDB` did not do.
        source: StoreFailure,
    },
    /// Something else could not be read.
    #[error(transparent)]
    Store(StoreFailure),
    /// A missing event could not be applied, or it is not known whether it was.
    #[error("the event of the object {key} could not be applied")]
    Apply {
        /// The object's key.
        key: ArchiveKey,
        /// Why.
        source: TableError,
    },
}
