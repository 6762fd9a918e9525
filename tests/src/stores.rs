//! What the stores hold, read back over the wire.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumMode;
use aws_smithy_http_client::Builder;
use dataconnect::operation::Operation;
use dataconnect_local::REGION;
use dataconnect_local::stack::LocalStack;
use serde_json::Value;

use crate::plain::plain;

/// An item, as the SDK gives it.
pub type Item = HashMap<String, AttributeValue>;

fn credentials() -> Credentials {
    Credentials::new("any", "thing", None, None, "test")
}

/// An S3 client for an endpoint on loopback. Without retries, so that a test sees the first answer.
#[must_use]
pub fn s3(endpoint: String) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(endpoint)
        .force_path_style(true)
        .region(Region::new(REGION))
        .credentials_provider(credentials())
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// A `DynamoDB` client for an endpoint on loopback, likewise.
#[must_use]
pub fn dynamodb(endpoint: String) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(endpoint)
        .region(Region::new(REGION))
        .credentials_provider(credentials())
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

/// The table and bucket of one operation.
#[derive(Debug, Clone)]
pub struct Stores {
    dynamodb: aws_sdk_dynamodb::Client,
    s3: aws_sdk_s3::Client,
    /// The table's name.
    pub table: String,
    /// The bucket's name.
    pub bucket: String,
}

impl Stores {
    /// The stores that the template gives to an operation's function.
    #[must_use]
    pub fn of(stack: &LocalStack, operation: &Operation) -> Self {
        let environment = stack.environment();
        let (table, bucket) = (&environment[operation.table_variable], &environment["ARCHIVE_BUCKET"]);
        Self::at(stack.dynamodb_endpoint(), stack.s3_endpoint(), table.clone(), bucket.clone())
    }

    /// The table and the bucket of these names, behind endpoints on loopback.
    #[must_use]
    pub fn at(dynamodb_endpoint: String, s3_endpoint: String, table: String, bucket: String) -> Self {
        Self { dynamodb: dynamodb(dynamodb_endpoint), s3: s3(s3_endpoint), table, bucket }
    }

    /// The item of a key.
    pub async fn item(&self, customer_tenant: &str, record_id: &str) -> Option<Item> {
        let get = self.dynamodb.get_item().table_name(&self.table).consistent_read(true);
        let get = get.key("CustomerTenant", AttributeValue::S(customer_tenant.to_owned()));
        let got = get.key("RecordId", AttributeValue::S(record_id.to_owned())).send().await;
        got.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error))).item
    }

    /// All items of a customer and tenant.
    pub async fn items(&self, customer_tenant: &str) -> Vec<Item> {
        let query = self.dynamodb.query().table_name(&self.table).consistent_read(true);
        let query = query.key_condition_expression("CustomerTenant = :pair");
        let query = query.expression_attribute_values(":pair", AttributeValue::S(customer_tenant.to_owned()));
        let pages = query.into_paginator().items().send().try_collect().await;
        pages.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)))
    }

    /// The one item of customer 2 and a tenant, as [`plain`] JSON.
    pub async fn only(&self, tenant: &str) -> Value {
        let items = self.items(&format!("2/{tenant}")).await;
        assert_eq!(items.len(), 1, "items of {tenant}: {items:?}");
        plain(&items[0])
    }

    /// All items of a Work Order, by the index `ByWorkOrder`.
    pub async fn by_work_order(&self, customer_tenant: &str, stem: &str) -> Vec<Item> {
        let query = self.dynamodb.query().table_name(&self.table).index_name("ByWorkOrder");
        let query = query.key_condition_expression("CustomerTenant = :pair AND WorkOrderStem = :stem");
        let query = query.expression_attribute_values(":pair", AttributeValue::S(customer_tenant.to_owned()));
        let query = query.expression_attribute_values(":stem", AttributeValue::S(stem.to_owned()));
        let pages = query.into_paginator().items().send().try_collect().await;
        pages.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)))
    }

    /// Puts an item as an operator would by hand.
    pub async fn put_item(&self, item: Item) {
        let put = self.dynamodb.put_item().table_name(&self.table).set_item(Some(item)).send().await;
        put.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)));
    }

    /// The object of a key, if there is one.
    pub async fn object(&self, key: &str) -> Option<GetObjectOutput> {
        self.s3.get_object().bucket(&self.bucket).key(key).send().await.ok()
    }

    /// What S3 says about the object of a key, its checksum included.
    pub async fn head(&self, key: &str) -> HeadObjectOutput {
        let head =
            self.s3.head_object().bucket(&self.bucket).key(key).checksum_mode(ChecksumMode::Enabled).send().await;
        head.unwrap_or_else(|error| panic!("{key}: {}", DisplayErrorContext(error)))
    }

    /// The bytes of the object of a key.
    pub async fn body(&self, key: &str) -> Vec<u8> {
        let object = self.object(key).await.unwrap_or_else(|| panic!("no object {key}"));
        object.body.collect().await.expect("the object's bytes").to_vec()
    }

    /// The keys of all objects under a prefix.
    pub async fn keys(&self, prefix: &str) -> Vec<String> {
        let mut pages = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)));
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        keys
    }
}
