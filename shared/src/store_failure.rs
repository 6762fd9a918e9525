//! A store that did not do its work, for what reads and mends the stores. The functions have errors of their own, which
//! decide what a sender is told.

use std::error::Error;
use std::fmt;

/// S3 or `DynamoDB` did not do its work. Names the object or the record at which.
#[derive(Debug, thiserror::Error)]
#[error("{what} {place}")]
pub struct StoreFailure {
    what: &'static str,
    place: String,
    source: Box<dyn Error + Send + Sync>,
}

impl StoreFailure {
    pub(crate) fn new(what: &'static str, place: impl fmt::Display, source: Box<dyn Error + Send + Sync>) -> Self {
        Self { what, place: place.to_string(), source }
    }
}
