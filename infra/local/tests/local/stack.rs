//! The stack as a whole: what it makes, where it is, when it stops.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    sync::OnceLock,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::{AttributeValue, TableStatus};
use dataconnect_local::{
    stack::{LocalStack, Options},
    template::Template,
};

use crate::support::{BUCKET, TEMPLATE, dynamodb, s3, stack, template};

#[tokio::test]
async fn the_tables_and_the_index_of_the_template_are_there() {
    let stack = stack();
    let client = dynamodb(&stack);
    let described = client.describe_table().table_name(stack.table("PunchesTable").unwrap()).send().await.unwrap();
    let table = described.table().unwrap();
    assert_eq!(table.table_status(), Some(&TableStatus::Active));
    assert_eq!(table.key_schema().len(), 2);
    assert_eq!(table.global_secondary_indexes()[0].index_name(), Some("ByWorkOrder"));
    assert!(table.latest_stream_arn().is_some());

    let text = |value: &str| AttributeValue::S(value.to_owned());
    client
        .put_item()
        .table_name("dataconnect-punches")
        .item("CustomerTenant", text("2/Securitime"))
        .item("RecordId", text("1"))
        .item("WorkOrderStem", text("W-1"))
        .send()
        .await
        .unwrap();
    let found = client
        .query()
        .table_name("dataconnect-punches")
        .index_name("ByWorkOrder")
        .key_condition_expression("CustomerTenant = :c AND WorkOrderStem = :w")
        .expression_attribute_values(":c", text("2/Securitime"))
        .expression_attribute_values(":w", text("W-1"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
    s3(&stack).head_bucket().bucket(BUCKET).send().await.unwrap();
}

#[test]
fn the_environment_is_that_of_a_function() {
    let stack = stack();
    let environment = stack.environment();
    assert_eq!(environment["AWS_ENDPOINT_URL_DYNAMODB"], stack.dynamodb_endpoint());
    assert_eq!(environment["AWS_ENDPOINT_URL_S3"], stack.s3_endpoint());
    assert!(stack.s3_endpoint().starts_with("http://127.0.0.1:"));
    assert_eq!(environment["PUNCHES_TABLE"], "dataconnect-punches");
    assert_eq!(environment["ARCHIVE_BUCKET"], stack.bucket().unwrap());
    assert_eq!(environment["AWS_EC2_METADATA_DISABLED"], "true");
}

#[tokio::test]
async fn it_stops_although_clients_are_connected_idle_and_in_mid_request() {
    let stack = stack();
    let client = s3(&stack);
    client.list_buckets().send().await.unwrap();
    let address = stack.s3_endpoint().replace("http://", "");
    let mut half = TcpStream::connect(&address).unwrap();
    half.write_all(b"PUT /dataconnect-archive/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf").unwrap();
    // Served after the half request, so that one is under way.
    client.list_buckets().send().await.unwrap();
    let start = Instant::now();
    stack.stop();
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert!(TcpStream::connect(&address).is_err(), "nobody listens any more");
}

#[test]
fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let options = Options { s3_port: port, ..Options::default() };
    let error = LocalStack::start(&template(), &options).err().unwrap().to_string();
    assert_eq!(error, format!("S3 cannot listen on 127.0.0.1:{port}"));
}

#[test]
fn a_template_with_an_impossible_table_does_not_start() {
    let broken =
        TEMPLATE.replace("{ AttributeName: RecordId, AttributeType: S }", "{ AttributeName: X, AttributeType: S }");
    let error = LocalStack::memory(&Template::parse(&broken).unwrap()).err().unwrap().to_string();
    assert!(error.starts_with("the DynamoDB table dataconnect-punches: "), "{error}");
}

/// Two tests on one stack, each with a runtime of its own: whichever is first starts it, and it outlives that runtime.
fn shared() -> &'static LocalStack {
    static SHARED: OnceLock<LocalStack> = OnceLock::new();
    SHARED.get_or_init(stack)
}

#[tokio::test]
async fn one_stack_serves_one_test() {
    s3(shared()).list_buckets().send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn and_another_test() {
    dynamodb(shared()).list_tables().send().await.unwrap();
}
