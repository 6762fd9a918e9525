//! Both stores, each behind a layer, and the receivers that know them only so.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::SocketAddr;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_s3::config::retry::RetryPartition;
use aws_smithy_http_client::Builder;
use dataconnect::clients;
use dataconnect_local::REGION;

use super::{Fault, FaultLayer, FaultPlan, Store};

/// Both stores, each behind a layer.
#[derive(Debug, Clone)]
pub struct Layers {
    /// In front of `DynamoDB`.
    pub dynamodb: FaultLayer,
    /// In front of S3.
    pub s3: FaultLayer,
}

impl Layers {
    /// Starts both, with the same plan.
    pub async fn start(dynamodb: SocketAddr, s3: SocketAddr, plan: &FaultPlan) -> Self {
        Self {
            dynamodb: FaultLayer::start(Store::DynamoDb, dynamodb, plan.clone()).await,
            s3: FaultLayer::start(Store::S3, s3, plan.clone()).await,
        }
    }

    /// Clients of both, with the product's own times and tries. They share their allowance of retries with those of
    /// the same name alone, as one function's do.
    #[must_use]
    pub fn clients(&self, name: &str) -> (aws_sdk_dynamodb::Client, aws_sdk_s3::Client) {
        let partition = |store: &str| RetryPartition::new(Cow::Owned(format!("{store}-{name}")));
        let dynamodb = aws_sdk_dynamodb::config::Builder::from(&sdk_config(self.dynamodb.endpoint()));
        let s3 = clients::s3(&sdk_config(self.s3.endpoint())).config().to_builder();
        (
            aws_sdk_dynamodb::Client::from_conf(dynamodb.retry_partition(partition("dynamodb")).build()),
            aws_sdk_s3::Client::from_conf(s3.retry_partition(partition("s3")).build()),
        )
    }

    /// How many requests met each fault, in both.
    #[must_use]
    pub fn injected(&self) -> BTreeMap<Fault, u64> {
        let mut injected = self.dynamodb.injected();
        for (fault, count) in self.s3.injected() {
            *injected.entry(fault).or_default() += count;
        }
        injected
    }

    /// How many requests came to both.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.dynamodb.requests() + self.s3.requests()
    }
}

/// The product's settings, for an endpoint on loopback.
fn sdk_config(endpoint: String) -> SdkConfig {
    let credentials = Credentials::new("any", "thing", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(endpoint)
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Builder::new().build_http())
        .timeout_config(clients::timeouts())
        .retry_config(clients::retries())
        .build()
}
