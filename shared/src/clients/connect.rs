//! Connections that stand before the first event comes.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_types::SdkConfig;
use tokio::time::timeout;

use super::environment::{is_plain_aws, sdk_config};
use super::roots::Roots;
use super::s3;

/// For opening both connections. A function waits no longer for its first event: one that comes without a connection
/// opens it.
const OPENING: Duration = Duration::from_secs(1);

/// An object that no function may write: its key lies outside of what their policies allow, and it would have to be there
/// already, with a tag that none has.
const NO_KEY: &str = "connection-check";
const NO_TAG: &str = "\"none\"";

/// Clients of both stores.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Of the archive's.
    pub s3: aws_sdk_s3::Client,
    /// Of the table's.
    pub dynamodb: aws_sdk_dynamodb::Client,
}

impl Clients {
    /// Clients as the environment has them, with a connection to each store, if one can be had in [`OPENING`].
    pub async fn connected(bucket: &str, table: &str) -> Self {
        let roots = if is_plain_aws() { Roots::Amazon } else { Roots::System };
        let clients = Self::new(&sdk_config(roots.http_client()));
        match clients.open(bucket, table).await {
            Reached::Both => clients,
            Reached::NotBoth if roots == Roots::System => clients,
            Reached::NotBoth => Self::new(&sdk_config(Roots::System.http_client())),
        }
    }

    fn new(config: &SdkConfig) -> Self {
        Self { s3: s3(config), dynamodb: aws_sdk_dynamodb::Client::new(config) }
    }

    /// Makes a call to each store that it refuses, with the policy or without: what the call says is that nothing be
    /// written. It is of the kind that events make, so that what the SDK makes ready at its first call is ready too.
    async fn open(&self, bucket: &str, table: &str) -> Reached {
        let once = RetryConfig::disabled();
        let put_object = self.s3.put_object().bucket(bucket).key(NO_KEY).if_match(NO_TAG).customize();
        let put_object = put_object.config_override(aws_sdk_s3::Config::builder().retry_config(once.clone()));
        // An item without its keys is none.
        let put_item = self.dynamodb.put_item().table_name(table).set_item(Some([].into())).customize();
        let put_item = put_item.config_override(aws_sdk_dynamodb::Config::builder().retry_config(once));
        let calls = async { tokio::join!(Box::pin(put_object.send()), Box::pin(put_item.send())) };
        match timeout(OPENING, calls).await {
            Ok((object, item)) if is_answered(&object) && is_answered(&item) => Reached::Both,
            _ => Reached::NotBoth,
        }
    }
}

/// Which stores answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Both,
    NotBoth,
}

fn is_answered<T, E, R>(result: &Result<T, SdkError<E, R>>) -> bool {
    matches!(result, Ok(_) | Err(SdkError::ServiceError(_) | SdkError::ResponseError(_)))
}
