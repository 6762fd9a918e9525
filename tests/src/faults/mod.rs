//! A fault layer on loopback in front of `DynamoDB` or S3: an HTTP/1.1 proxy that misbehaves by a seeded plan.
//!
//! The functions get its address as their AWS endpoint, so that what misbehaves is a real connection to the real SDK.
//! `layer` listens, `proxy` answers a request, well or badly as `plan` says for the `thing` that it is about, with what
//! the services say in `answers`, over the socket in `wire`.

mod answers;
mod layer;
mod layers;
mod plan;
mod proxy;
mod thing;
mod wire;

pub use layer::FaultLayer;
pub use layers::Layers;
pub use plan::{Fault, FaultPlan};
pub use proxy::{HANG, LATEST, SLOW};

/// Which service stands behind a fault layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// `DynamoDB`: JSON, one path, the record's key in the body.
    DynamoDb,
    /// S3: XML, the object's key in the path.
    S3,
}
