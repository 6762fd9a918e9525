//! The DataConnect receiver: takes the events that Securitime's WFX pushes, and keeps them.
//!
//! One request goes through these modules, in this order; [`pipeline`] names the steps and [`serve`] connects them to
//! Lambda:
//!
//! 1. authenticate the sender: [`auth`]
//! 2. read the bytes: [`request`]
//! 3. parse them as an event: [`json`], [`payload`], [`key`], [`drift`], [`event`]; or reject them: [`rejection`]
//! 4. authorise: [`event`]
//! 5. archive the body and record the event: [`mod@archive`], [`record`], [`table`]
//! 6. answer: [`answer`]
//!
//! Besides, [`reconcile`] holds archive and tables against each other, and applies what the tables do not know;
//! [`rejected`] replays what was rejected. No function does either.
//!
//! # Errors
//! Each module has its own error type (`thiserror`), which says what is wrong with one thing. The pipeline turns them
//! into an [`answer::Answer`], the one place that decides what a sender is told; the cause goes to the log. No error
//! holds a value of a body.

pub mod answer;
pub mod archive;
pub mod auth;
pub mod clients;
pub mod config;
pub mod digest;
pub mod drift;
pub mod event;
pub mod gateway;
pub mod json;
pub mod key;
pub mod operation;
pub mod payload;
pub mod pipeline;
pub mod reconcile;
pub mod record;
pub mod rejected;
pub mod rejection;
pub mod request;
pub mod serve;
pub mod store_failure;
pub mod table;
pub mod telemetry;

pub use serve::serve;
