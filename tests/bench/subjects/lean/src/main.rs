//! The leanest use of the SDK for the receiver's two calls: the same object and the same item go out at the same time,
//! and nothing is checked, parsed, merged or told. It hashes the body once, as the SDK does for its signature where nobody
//! else has, and clones an item that is ready.

use std::collections::HashMap;
use std::env::var;
use std::sync::OnceLock;

use aws_runtime::auth::PayloadSigningOverride;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use aws_sdk_s3::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_s3::config::{BehaviorVersion, ConfigBag, Credentials, Intercept, Region};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::{Error, Request, run, service_fn};
use ring::digest::{SHA256, digest};
use serde_json::Value;

type Item = HashMap<String, AttributeValue>;

/// The item of the first event serves for all: it is of the same size, and need not be made.
static ITEM: OnceLock<Item> = OnceLock::new();

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let credentials =
        Credentials::new(var("AWS_ACCESS_KEY_ID")?, var("AWS_SECRET_ACCESS_KEY")?, None, None, "environment");
    let region = Region::new(var("AWS_REGION")?);
    let s3 = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client.clone())
        .credentials_provider(credentials.clone())
        .region(region.clone())
        .endpoint_url(var("AWS_ENDPOINT_URL_S3")?);
    let dynamodb = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http_client)
        .credentials_provider(credentials)
        .region(region)
        .endpoint_url(var("AWS_ENDPOINT_URL_DYNAMODB")?);
    let (s3, dynamodb) =
        (&aws_sdk_s3::Client::from_conf(s3.build()), &aws_sdk_dynamodb::Client::from_conf(dynamodb.build()));
    let (bucket, table) = (&var("ARCHIVE_BUCKET")?, &var("PUNCHES_TABLE")?);
    run(service_fn(async |request: Request| {
        let body = request.into_body().to_vec();
        let digest = digest(&SHA256, &body);
        let item = ITEM.get_or_init(|| item(&body)).clone();
        let archived = s3
            .put_object()
            .bucket(bucket)
            .key("raw/operation=post-punches/tenant=Securitime/customer=2/date=2026-11-23/98117.0123456789abcdef.json")
            .content_type("application/json")
            .checksum_sha256(STANDARD.encode(digest))
            .metadata("received-at", "2026-11-23T12:00:00.000Z")
            .metadata("request-id", "8e5c0a3b-0000-4000-8000-000000000001")
            .if_none_match("*")
            .body(ByteStream::from(body))
            .customize()
            .interceptor(SignedFor(hex::encode(digest)))
            .send();
        let recorded = dynamodb
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#key)")
            .expression_attribute_names("#key", "CustomerTenant")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send();
        // Boxed, for the SDK's futures are large.
        let (archived, recorded) = tokio::join!(Box::pin(archived), Box::pin(recorded));
        archived?;
        recorded?;
        Ok::<_, Error>("{}")
    }))
    .await
}

/// Signs for a body whose digest is known.
#[derive(Debug)]
struct SignedFor(String);

impl Intercept for SignedFor {
    fn name(&self) -> &'static str {
        "SignedFor"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(PayloadSigningOverride::Precomputed(self.0.clone()));
        Ok(())
    }
}

/// The record that the receiver makes of a body.
fn item(body: &[u8]) -> Item {
    let members: HashMap<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let mut item: Item = members.into_iter().map(|(name, value)| (name, attribute(value))).collect();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let time = "2026-11-23T12:00:00.000Z";
    let entry = HashMap::from([
        ("At".to_owned(), text(time)),
        ("Operation".to_owned(), text("post-punches")),
        ("Outcome".to_owned(), text("Created")),
        ("ContentHash".to_owned(), text(&"0123456789abcdef".repeat(4))),
        (
            "ArchiveKey".to_owned(),
            text("raw/operation=post-punches/tenant=Securitime/customer=2/date=2026-11-23/98117.0123456789abcdef.json"),
        ),
        ("RequestId".to_owned(), text("8e5c0a3b-0000-4000-8000-000000000001")),
    ]);
    item.extend([
        ("CustomerTenant".to_owned(), text("2/Securitime")),
        ("RecordId".to_owned(), text("98117")),
        ("ReceivedAt".to_owned(), text(time)),
        ("UpdatedAt".to_owned(), text(time)),
        ("Revision".to_owned(), AttributeValue::N("1".to_owned())),
        ("History".to_owned(), AttributeValue::L(vec![AttributeValue::M(entry)])),
    ]);
    item
}

fn attribute(value: Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(value) => AttributeValue::Bool(value),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text),
        Value::Array(elements) => AttributeValue::L(elements.into_iter().map(attribute).collect()),
        Value::Object(members) => {
            AttributeValue::M(members.into_iter().map(|(name, value)| (name, attribute(value))).collect())
        }
    }
}
