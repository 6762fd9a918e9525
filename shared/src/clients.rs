//! The SDK's clients, and how long they may take.
//!
//! API Gateway gives up after 30 s at the latest, the function after its own timeout (15 s in `template.yaml`). An
//! answer of ours must come before either, or the sender gets one that says nothing.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime::client::retries::classifiers::HttpStatusCodeClassifier;

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

/// The configuration that both clients are made from: one HTTP client, the region and credentials of the environment.
///
/// TLS is rustls with `ring`. The SDK's default, `aws-lc-rs`, gathers entropy for 24 ms of CPU at the first connection,
/// which at a small function's share of a CPU is a third of a second.
pub async fn sdk_config() -> SdkConfig {
    let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client)
        .timeout_config(timeouts())
        .retry_config(retries())
        .load()
        .await
}

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

/// A client of S3 from that configuration.
#[must_use]
pub fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    let conflict = HttpStatusCodeClassifier::new_from_codes(&[CONFLICT][..]);
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).retry_classifier(conflict).build())
}
