//! How an answer looks: for people a table that fits the terminal, for pipes JSON or CSV.
//!
//! Colours go by [`anstream`]: none where the output is no terminal, or `NO_COLOR` is set.

mod plain;
mod progress;
mod report;
mod style;
mod time;

pub use plain::{plain, plain_lines};
pub use progress::Progress;
pub use report::{Column, Report, Row, json_line};
pub use style::{Tone, paint};
pub use time::{Clock, readers_zone};
