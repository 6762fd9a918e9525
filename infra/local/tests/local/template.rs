//! Reading a template: the fixture, which has one of everything, and the one that is deployed.

use dataconnect_local::template::{Route, Template};
use serde_json::json;

use crate::support::template;

#[test]
fn a_table_becomes_the_request_that_creates_it() {
    let tables = template().tables();
    let punches = tables.iter().find(|table| table.logical_id == "PunchesTable").unwrap();
    assert_eq!(punches.name, "dataconnect-punches");
    assert_eq!(
        punches.create_table,
        json!({
            "TableName": "dataconnect-punches",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "CustomerTenant", "AttributeType": "S"},
                {"AttributeName": "RecordId", "AttributeType": "S"},
                {"AttributeName": "WorkOrderStem", "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": "CustomerTenant", "KeyType": "HASH"},
                {"AttributeName": "RecordId", "KeyType": "RANGE"},
            ],
            "GlobalSecondaryIndexes": [{
                "IndexName": "ByWorkOrder",
                "KeySchema": [
                    {"AttributeName": "CustomerTenant", "KeyType": "HASH"},
                    {"AttributeName": "WorkOrderStem", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }],
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        })
    );
}

#[test]
fn a_function_has_its_binary_its_routes_and_its_environment() {
    let template = template();
    let [function] = template.functions().try_into().unwrap();
    assert_eq!(function.logical_id, "PostPunchesFunction");
    assert_eq!(function.binary.as_deref(), Some("post-punches"));
    assert_eq!(function.routes, [Route { method: "POST".to_owned(), path: "/punches".to_owned() }]);

    let environment = template.environment_of(&function);
    assert_eq!(environment["PUNCHES_TABLE"], "dataconnect-punches");
    assert_eq!(environment["ARCHIVE_BUCKET"], "dataconnect-archive");
    assert_eq!(environment["AUTHENTICATION"], "required");
    assert_eq!(environment["RETENTION"], "90");
    assert_eq!(environment["MODE"], "own", "the function's own variable wins over the one of Globals");
    assert!(!environment.contains_key("ACCESS_TOKENS"), "a parameter without a default");
    assert!(!environment.contains_key("ROLE"), "an ARN has no local value");
}

#[test]
fn the_template_that_is_deployed_reads() {
    let template = Template::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml")).unwrap();
    let tables: Vec<_> = template.tables().into_iter().map(|table| table.name).collect();
    assert_eq!(
        tables,
        ["dataconnect-incidents", "dataconnect-notes", "dataconnect-punches", "dataconnect-work-orders"]
    );
    assert_eq!(template.buckets().len(), 1);
    assert_eq!(template.functions().len(), 5);
    for function in template.functions() {
        assert!(function.binary.is_some(), "{}", function.logical_id);
        assert_eq!(function.routes.len(), 1, "{}", function.logical_id);
    }
    let environment = template.environment();
    for (name, value) in [
        ("WORK_ORDERS_TABLE", "dataconnect-work-orders"),
        ("PUNCHES_TABLE", "dataconnect-punches"),
        ("INCIDENTS_TABLE", "dataconnect-incidents"),
        ("NOTES_TABLE", "dataconnect-notes"),
        ("ARCHIVE_BUCKET", "dataconnect-archive"),
        ("AUTHENTICATION", "required"),
    ] {
        assert_eq!(environment.get(name).map(String::as_str), Some(value), "{name}");
    }
}

#[test]
fn a_template_that_is_not_there_is_named() {
    let error = Template::read("absent.yaml").unwrap_err().to_string();
    assert_eq!(error, "cannot read the template absent.yaml");
}
