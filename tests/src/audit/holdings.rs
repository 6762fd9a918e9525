//! All that the tables and the archive hold, read over the wire.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::error::DisplayErrorContext;
use bytes::Bytes;
use dataconnect::payload::OPERATIONS;
use dataconnect_local::template::Template;
use futures_util::{StreamExt, stream};
use serde_json::Value;

use crate::plain::plain;
use crate::stores::{dynamodb, s3};

/// Objects that are read at the same time.
const READERS: usize = 32;

/// Where the tables and the archive are.
#[derive(Debug, Clone)]
pub struct Places {
    /// `DynamoDB`'s endpoint.
    pub dynamodb: String,
    /// S3's endpoint.
    pub s3: String,
    /// The tables' names, by the variable that tells a function of it.
    pub tables: BTreeMap<&'static str, String>,
    /// The bucket's name.
    pub bucket: String,
}

impl Places {
    /// The template's tables and bucket, behind endpoints on loopback.
    #[must_use]
    pub fn of(template: &Template, dynamodb: String, s3: String) -> Self {
        let environment = template.environment();
        let table = |variable: &'static str| (variable, environment[variable].clone());
        let tables = OPERATIONS.into_iter().map(|operation| table(operation.table_variable)).collect();
        Self { dynamodb, s3, tables, bucket: environment["ARCHIVE_BUCKET"].clone() }
    }
}

/// The key of a record among all tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordPlace {
    /// The variable that names the table.
    pub table: &'static str,
    /// The partition key.
    pub customer_tenant: String,
    /// The sort key.
    pub record_id: String,
}

impl std::fmt::Display for RecordPlace {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {} {}", self.table, self.customer_tenant, self.record_id)
    }
}

/// What the stores hold.
#[derive(Debug)]
pub struct Holdings {
    /// Every record, as [`plain`] JSON.
    pub records: BTreeMap<RecordPlace, Value>,
    /// Every object of the archive.
    pub objects: BTreeMap<String, Bytes>,
}

impl Holdings {
    /// Reads everything.
    pub async fn read(places: &Places) -> Self {
        let (records, objects) = tokio::join!(records(places), objects(places));
        Self { records, objects }
    }
}

async fn records(places: &Places) -> BTreeMap<RecordPlace, Value> {
    let client = dynamodb(places.dynamodb.clone());
    let mut records = BTreeMap::new();
    for (table, name) in &places.tables {
        let mut items = client.scan().table_name(name).consistent_read(true).into_paginator().items().send();
        while let Some(item) = items.next().await {
            let item = plain(&item.unwrap_or_else(|error| panic!("{name}: {}", DisplayErrorContext(error))));
            let text = |attribute: &str| item[attribute].as_str().unwrap_or_default().to_owned();
            let place = RecordPlace { table, customer_tenant: text("CustomerTenant"), record_id: text("RecordId") };
            records.insert(place, item);
        }
    }
    records
}

async fn objects(places: &Places) -> BTreeMap<String, Bytes> {
    let client = s3(places.s3.clone());
    let mut keys = BTreeSet::new();
    let mut pages = client.list_objects_v2().bucket(&places.bucket).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.unwrap_or_else(|error| panic!("{}", DisplayErrorContext(error)));
        keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
    }
    let read = |key: String| async {
        let object = client.get_object().bucket(&places.bucket).key(&key).send().await;
        let object = object.unwrap_or_else(|error| panic!("{key}: {}", DisplayErrorContext(error)));
        let body = object.body.collect().await.expect("the object's bytes").into_bytes();
        (key, body)
    };
    stream::iter(keys).map(read).buffer_unordered(READERS).collect().await
}
