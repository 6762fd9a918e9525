//! The local AWS stack: DynamoDB and S3 on loopback, with the tables, indexes and bucket of `template.yaml`.
//!
//! ```no_run
//! use dataconnect_local::{stack::LocalStack, template::Template};
//!
//! let template = Template::read("template.yaml")?;
//! let stack = LocalStack::memory(&template)?;
//! println!("{} {}", stack.dynamodb_endpoint(), stack.s3_endpoint());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod s3;
pub mod stack;
pub mod template;

/// The region that the local stack says it is in. Nothing checks it.
pub const REGION: &str = "us-east-1";
