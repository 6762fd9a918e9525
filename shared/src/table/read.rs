//! Reading a record's history. No function does, and none may.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::types::AttributeValue;

use super::Table;
use crate::key::RecordKey;
use crate::record::{History, UnreadableItem, attribute};

/// Why a history was not read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// What the SDK says after its own retries.
    #[error("DynamoDB did not give the record")]
    Get(#[source] Box<SdkError<GetItemError>>),
    /// The record in the table is not as the receiver writes it.
    #[error(transparent)]
    Unreadable(#[from] UnreadableItem),
}

impl Table {
    /// The history of a record, with all that was written before; empty if there is no such record.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn history(&self, key: &RecordKey) -> Result<History, HistoryError> {
        let get = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(attribute::CUSTOMER_TENANT, AttributeValue::S(key.customer_tenant.to_string()))
            .key(attribute::RECORD_ID, AttributeValue::S(key.record_id.to_string()))
            .consistent_read(true)
            .projection_expression("#history, #dropped")
            .expression_attribute_names("#history", attribute::HISTORY)
            .expression_attribute_names("#dropped", attribute::HISTORY_DROPPED);
        let got = get.send().await.map_err(|error| HistoryError::Get(Box::new(error)))?;
        Ok(got.item.map(|mut item| History::take_from(&mut item)).transpose()?.unwrap_or_default())
    }
}
