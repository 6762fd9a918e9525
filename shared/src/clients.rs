//! The SDK's clients, and how long they may take.
//!
//! API Gateway gives up after 30 s at the latest, the function after its own timeout (15 s in `template.yaml`). An
//! answer of ours must come before either, or the sender gets one that says nothing.

mod connect;
mod environment;
mod roots;

use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_smithy_runtime::client::retries::classifiers::HttpStatusCodeClassifier;
use aws_types::SdkConfig;

pub use connect::Clients;

/// For a connection to stand.
const CONNECT: Duration = Duration::from_secs(1);
/// For one try of a call.
pub const ATTEMPT: Duration = Duration::from_secs(3);
/// For a call with all its tries.
const OPERATION: Duration = Duration::from_secs(9);
/// Tries of a call.
const ATTEMPTS: u32 = 3;

/// What S3 answers to a conditional write that another write of the same key came in the way of: "retry the upload"
/// (`PutObject`, S3 API reference). The SDK by itself takes it for final.
const CONFLICT: u16 = 409;

/// How long a call may take, and each try of it.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

/// How often a call is tried.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

/// A client of S3 from a configuration.
#[must_use]
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let conflict = HttpStatusCodeClassifier::new_from_codes(&[CONFLICT][..]);
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).retry_classifier(conflict).build())
}
