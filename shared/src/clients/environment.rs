//! What Lambda's environment says of AWS.
//!
//! Our own reading of a few variables, and not the crate `aws-config`: that looks for credentials in profiles, in other
//! services and on the machine as well, and what it takes for it is a tenth of a function's program. Lambda gives them in
//! the environment, for as long as the process lives ("Defined runtime environment variables", Lambda developer guide).

use std::env;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider, SharedHttpClient};
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::{retries, timeouts};

/// The configuration that both clients are made from: one HTTP client, region and credentials of the environment, and
/// the endpoints, where it names others than AWS's.
pub(super) fn sdk_config(http_client: SharedHttpClient) -> SdkConfig {
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client)
        .timeout_config(timeouts())
        .retry_config(retries())
        .service_config(Endpoints);
    config.set_region(text("AWS_REGION").or_else(|| text("AWS_DEFAULT_REGION")).map(Region::new));
    config.set_credentials_provider(credentials().map(SharedCredentialsProvider::new));
    config.set_endpoint_url(text(ENDPOINT));
    config.set_use_fips(switch("AWS_USE_FIPS_ENDPOINT"));
    config.set_use_dual_stack(switch("AWS_USE_DUALSTACK_ENDPOINT"));
    config.build()
}

/// Whether the stores are AWS's own, whose certificates Amazon's roots stand for, and nobody says which to trust.
pub(super) fn is_plain_aws() -> bool {
    let others = [ENDPOINT, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB", "SSL_CERT_FILE", "SSL_CERT_DIR"];
    others.into_iter().all(|variable| text(variable).is_none())
}

const ENDPOINT: &str = "AWS_ENDPOINT_URL";

fn credentials() -> Option<Credentials> {
    let (key, secret) = (text("AWS_ACCESS_KEY_ID")?, text("AWS_SECRET_ACCESS_KEY")?);
    Some(Credentials::new(key, secret, text("AWS_SESSION_TOKEN"), None, "environment"))
}

/// A variable, where it says something.
fn text(variable: &str) -> Option<String> {
    env::var(variable).ok().filter(|value| !value.trim().is_empty())
}

fn switch(variable: &str) -> Option<bool> {
    text(variable).map(|value| value.eq_ignore_ascii_case("true"))
}

/// Endpoints of single services, such as `AWS_ENDPOINT_URL_S3` ("Service-specific endpoints", AWS SDKs reference guide).
#[derive(Debug)]
struct Endpoints;

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let service = key.service_id().to_uppercase().replace(' ', "_");
        text(&format!("{}_{service}", key.env())).or_else(|| text(key.env()))
    }
}
