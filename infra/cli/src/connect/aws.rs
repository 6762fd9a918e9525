//! The operator's credentials and region, as the aws CLI finds them.

use std::time::Duration;

use anyhow::Context;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// For a connection to stand: people sit behind slower networks than functions do.
const CONNECT: Duration = Duration::from_secs(10);
/// For one try of a call.
const ATTEMPT: Duration = Duration::from_secs(30);

/// Credentials and region of the environment, the profile, SSO, a credential process, or the machine.
///
/// # Errors
/// If no region is set.
pub async fn sdk_config(profile: Option<&str>, region: Option<&str>) -> anyhow::Result<SdkConfig> {
    let mut loader = defaults();
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    let sdk = loader.load().await;
    sdk.region().context("no AWS region is set: give --region, or set AWS_REGION, or one in the profile")?;
    Ok(sdk)
}

/// How calls are made.
pub(super) fn defaults() -> aws_config::ConfigLoader {
    let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard())
}
