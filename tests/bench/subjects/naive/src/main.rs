//! What one writes first: the SDK's defaults, one write after the other.

use std::collections::HashMap;

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, Response, run, service_fn, tracing};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let function = Function {
        s3: aws_sdk_s3::Client::new(&config),
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        bucket: std::env::var("ARCHIVE_BUCKET")?,
        table: std::env::var("PUNCHES_TABLE")?,
        tokens: std::env::var("ACCESS_TOKENS")?,
    };
    run(service_fn(|request| function.answer(request))).await
}

struct Function {
    s3: aws_sdk_s3::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    bucket: String,
    table: String,
    tokens: String,
}

impl Function {
    async fn answer(&self, request: Request) -> Result<Response<Body>, Error> {
        let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        if !self.tokens.contains(&hex(&Sha256::digest(token))) {
            return Ok(Response::builder().status(401).body(Body::Empty)?);
        }
        let body = request.into_body().to_vec();
        let Ok(Value::Object(members)) = serde_json::from_slice(&body) else {
            return Ok(Response::builder().status(400).body(Body::Empty)?);
        };
        let hash = hex(&Sha256::digest(&body));
        let id = members.get("PunchId").map(ToString::to_string).unwrap_or_default();
        let customer = members.get("CustomerId").map(ToString::to_string).unwrap_or_default();
        let tenant = members.get("Tenant").and_then(Value::as_str).unwrap_or_default().to_owned();
        let key = format!("raw/tenant={tenant}/customer={customer}/{id}.{}.json", &hash[..16]);
        self.s3.put_object().bucket(&self.bucket).key(&key).body(body.into()).send().await?;

        let mut item: HashMap<_, _> = members.into_iter().map(|(name, value)| (name, attribute(value))).collect();
        item.insert("CustomerTenant".to_owned(), AttributeValue::S(format!("{customer}/{tenant}")));
        item.insert("RecordId".to_owned(), AttributeValue::S(id.clone()));
        item.insert("ContentHash".to_owned(), AttributeValue::S(hash));
        item.insert("ArchiveKey".to_owned(), AttributeValue::S(key.clone()));
        self.dynamodb.put_item().table_name(&self.table).set_item(Some(item)).send().await?;

        tracing::info!(id, key, "stored");
        Ok(Response::new(json!({ "recordId": id, "archiveKey": key }).to_string().into()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
