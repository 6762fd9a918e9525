//! Reads an archived body as its request brought it.

use lambda_http::Body;

use super::Unreadable;
use crate::archive::{Archive, ArchiveKey, Fetched};
use crate::auth::Caller;
use crate::request::RawBody;
use crate::store_failure::StoreFailure;

/// A body that the receiver kept, and what it kept with it.
pub(crate) struct Loaded {
    /// The body, with the time at which it came.
    pub(crate) body: RawBody,
    /// The request that it came with.
    pub(crate) request_id: String,
    /// The name of the token that a rejected one came with.
    pub(crate) token: Option<String>,
}

/// Reads an object. Within, why it is no body that the receiver kept.
pub(crate) async fn load(archive: &Archive, key: &ArchiveKey) -> Result<Result<Loaded, Unreadable>, StoreFailure> {
    let kept = match Box::pin(archive.fetch(key)).await? {
        Fetched::Body(kept) => kept,
        Fetched::Nothing | Fetched::Frozen => return Ok(Err(Unreadable::NotAtHand)),
        Fetched::TooLong => return Ok(Err(Unreadable::TooLong)),
    };
    let (Some(received_at), Some(request_id)) = (kept.received_at, kept.request_id) else {
        return Ok(Err(Unreadable::Metadata));
    };
    let body = RawBody::read(&Caller::archive(), Body::Binary(kept.bytes.into()), received_at);
    Ok(Ok(Loaded { body, request_id, token: kept.token }))
}
