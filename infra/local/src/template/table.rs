//! A table of the template as DynamoDB's CreateTable takes it.

use serde_json::{Map, Value, json};

use super::local_name;

pub(super) const TYPE: &str = "AWS::DynamoDB::Table";

/// A DynamoDB table of the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The name in the template, such as `PunchesTable`.
    pub logical_id: String,
    /// The name that the local stack gives it, such as `dataconnect-punches`.
    pub name: String,
    /// The request that creates it.
    pub create_table: Value,
}

impl Table {
    pub(super) fn new(logical_id: &str, properties: &Value) -> Self {
        let name = local_name(logical_id);
        // On demand whatever the template says: capacity is the one thing that a local table has no use for.
        let mut request = json!({ "TableName": name, "BillingMode": "PAY_PER_REQUEST" });
        for member in ["AttributeDefinitions", "KeySchema"] {
            request[member] = properties[member].clone();
        }
        for member in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            if let Some(indexes) = properties[member].as_array() {
                request[member] = indexes.iter().map(index).collect();
            }
        }
        if let Some(view) = properties["StreamSpecification"]["StreamViewType"].as_str() {
            request["StreamSpecification"] = json!({ "StreamEnabled": true, "StreamViewType": view });
        }
        Self { logical_id: logical_id.to_owned(), name, create_table: request }
    }
}

/// An index without what CloudFormation alone knows of it (contributor insights, throughput and the like).
fn index(properties: &Value) -> Value {
    ["IndexName", "KeySchema", "Projection"]
        .into_iter()
        .map(|member| (member.to_owned(), properties[member].clone()))
        .collect::<Map<_, _>>()
        .into()
}
