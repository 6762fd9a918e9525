//! Data in a folder: kept from one start to the next, through a killed process, and for one process at a time.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::primitives::ByteStream;
use dataconnect_local::{
    stack::{LocalStack, Options},
    template::Template,
};

use crate::support::{BUCKET, Running, TEMPLATE, dynamodb, s3};

fn start(folder: &Path) -> Result<LocalStack, String> {
    let options = Options { data: Some(folder.to_owned()), ..Options::default() };
    LocalStack::start(&crate::support::template(), &options).map_err(|error| error.to_string())
}

async fn write(dynamodb: &aws_sdk_dynamodb::Client, s3: &aws_sdk_s3::Client) {
    let id = AttributeValue::S("1".to_owned());
    dynamodb.put_item().table_name("dataconnect-work-orders").item("Id", id).send().await.unwrap();
    let body = ByteStream::from_static(b"hello");
    s3.put_object().bucket(BUCKET).key("a").body(body).metadata("m", "v").send().await.unwrap();
}

async fn expect_written(stack: &LocalStack) {
    let items = dynamodb(stack).scan().table_name("dataconnect-work-orders").send().await.unwrap();
    assert_eq!(items.count(), 1);
    let object = s3(stack).get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(object.metadata().unwrap()["m"], "v");
    assert_eq!(&object.body.collect().await.unwrap().into_bytes()[..], b"hello");
}

#[tokio::test]
async fn a_second_start_finds_what_the_first_one_kept() {
    let folder = tempfile::tempdir().unwrap();
    let stack = start(folder.path()).unwrap();
    write(&dynamodb(&stack), &s3(&stack)).await;
    stack.stop();
    expect_written(&start(folder.path()).unwrap()).await;
}

#[test]
fn one_folder_serves_one_stack_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path()).unwrap();
    let refused = start(folder.path()).err().unwrap();
    assert_eq!(refused, format!("another local stack is running on the data in {}", folder.path().display()));
    first.stop();
    start(folder.path()).unwrap();
}

#[test]
fn a_table_with_other_keys_than_the_template_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    start(folder.path()).unwrap().stop();
    let changed = Template::parse(&TEMPLATE.replace("IndexName: ByWorkOrder", "IndexName: ByOther")).unwrap();
    let options = Options { data: Some(folder.path().to_owned()), ..Options::default() };
    let error = LocalStack::start(&changed, &options).err().unwrap().to_string();
    assert!(error.contains("dataconnect-punches") && error.contains("remove the data folder"), "{error}");
}

/// The program itself, which prints the functions' environment, its two endpoints in it, when it is ready.
fn process(folder: &Path, template: &Path) -> (Running, String, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_dataconnect-local"))
        .args(["stack", "--dynamodb-port", "0", "--s3-port", "0", "--folder"])
        .arg(folder)
        .arg("--template")
        .arg(template)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Running(child);
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let mut endpoint = |service: &str| {
        let start = format!("export AWS_ENDPOINT_URL_{service}='");
        let line = lines.find_map(|line| Some(line.unwrap().strip_prefix(&start)?.to_owned()));
        line.unwrap().trim_end_matches('\'').to_owned()
    };
    let (dynamodb, s3) = (endpoint("DYNAMODB"), endpoint("S3"));
    (child, dynamodb, s3)
}

#[tokio::test]
async fn what_was_answered_outlives_a_killed_process() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let template = folder.path().join("template.yaml");
    std::fs::write(&template, TEMPLATE).unwrap();
    let (mut child, dynamodb_endpoint, s3_endpoint) = process(folder.path(), &template);
    // Any stack gives a client its settings; only the endpoints are those of the process.
    let other = LocalStack::memory(&crate::support::template()).unwrap();
    let to = dynamodb(&other).config().to_builder().endpoint_url(dynamodb_endpoint).build();
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(to);
    let to = s3(&other).config().to_builder().endpoint_url(s3_endpoint).build();
    write(&dynamodb, &aws_sdk_s3::Client::from_conf(to)).await;

    assert!(start(&data).is_err(), "locked against this process while that one lives");
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    expect_written(&start(&data).unwrap()).await;
}
