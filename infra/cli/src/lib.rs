//! `dataconnect`: the operator's tool.
//!
//! [`cli`] is what can be asked, [`connect`] finds the stores that it is asked of, [`output`] is how the answer looks, and
//! [`exit`] what the shell is told. A command is a module of its own; [`dispatch`] joins them.

pub mod cli;
pub mod completions;
pub mod confirm;
pub mod connect;
pub mod dispatch;
pub mod doctor;
pub mod engine;
pub mod events;
pub mod exit;
pub mod interrupt;
pub mod output;
pub mod punches;
pub mod reconcile;
pub mod rejected;
pub mod secret;
pub mod send;
pub mod show;
pub mod token;
