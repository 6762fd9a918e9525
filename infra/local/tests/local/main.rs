//! The local stack as its users meet it: through the AWS SDK, over a socket.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod checksums;
mod listing;
mod objects;
mod refusals;
mod restart;
mod run;
mod stack;
mod support;
mod template;
mod wire;
