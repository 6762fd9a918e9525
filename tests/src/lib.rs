//! What the tests share: the local AWS stack, requests as API Gateway sends them, and what the stores hold afterwards.

#![allow(clippy::missing_panics_doc, clippy::expect_used, reason = "a test support library fails by panicking")]

pub mod audit;
pub mod broken;
pub mod faults;
pub mod fixtures;
pub mod fleet;
pub mod function;
pub mod gateway;
pub mod openapi;
pub mod plain;
pub mod receiver;
pub mod runtime_api;
pub mod sender;
pub mod soak;
pub mod stores;
