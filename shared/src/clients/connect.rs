//! Connections that stand before the first event comes.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_types::SdkConfig;
use tokio::time::{Instant, timeout_at};

use super::environment::{is_plain_aws, sdk_config};
use super::roots::Roots;
use super::s3;
use crate::digest::Digest;

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
        Self::connected_with(roots, |roots| sdk_config(roots.http_client()), bucket, table).await
    }

    /// Clients that trust the roots given, or those of the system where the stores are not both reached by them.
    async fn connected_with(roots: Roots, config: impl Fn(Roots) -> SdkConfig, bucket: &str, table: &str) -> Self {
        let deadline = Instant::now() + OPENING;
        let clients = Self::new(&config(roots));
        if clients.open(bucket, table, deadline).await == Reached::Both || roots == Roots::System {
            return clients;
        }
        let clients = Self::new(&config(Roots::System));
        // Whatever comes of it: there are no others. A certificate that is not trusted takes no time, so that some is left.
        clients.open(bucket, table, deadline).await;
        clients
    }

    fn new(config: &SdkConfig) -> Self {
        Self { s3: s3(config), dynamodb: aws_sdk_dynamodb::Client::new(config) }
    }

    /// Makes a call to each store that it refuses, with the policy or without: what the call says is that nothing be
    /// written. It is of the kind that events make, so that what the SDK makes ready at its first call is ready too.
    async fn open(&self, bucket: &str, table: &str, deadline: Instant) -> Reached {
        let once = RetryConfig::disabled();
        let put_object = self.s3.put_object().bucket(bucket).key(NO_KEY).if_match(NO_TAG);
        let put_object = put_object.checksum_sha256(Digest::of(&[]).to_base64()).customize();
        let put_object = put_object.config_override(aws_sdk_s3::Config::builder().retry_config(once.clone()));
        // An item without its keys is none.
        let put_item = self.dynamodb.put_item().table_name(table).set_item(Some([].into())).customize();
        let put_item = put_item.config_override(aws_sdk_dynamodb::Config::builder().retry_config(once));
        let calls = async { tokio::join!(Box::pin(put_object.send()), Box::pin(put_item.send())) };
        match timeout_at(deadline, calls).await {
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

#[cfg(test)]
mod tests;
