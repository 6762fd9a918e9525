//! The template's tables in DynamoDB: made where they are missing, and checked where they are not.

use dynoxide::Database;
use serde_json::{Value, json};

use super::StackError;
use crate::template::Table;

/// Makes the table, unless it is there already.
pub(super) fn ensure(database: &Database, table: &Table) -> Result<(), StackError> {
    let failed = |message: String| StackError::Table { table: table.name.clone(), message };
    let exists = database.get_table_metadata(&table.name).map_err(|error| failed(error.to_string()))?.is_some();
    if !exists {
        let request = serde_json::from_value(table.create_table.clone()).map_err(|error| failed(error.to_string()))?;
        database.create_table(request).map_err(|error| failed(error.to_string()))?;
        return Ok(());
    }
    let request =
        serde_json::from_value(json!({ "TableName": table.name })).map_err(|error| failed(error.to_string()))?;
    let answer = database.describe_table(request).map_err(|error| failed(error.to_string()))?;
    let description = serde_json::to_value(answer).map_err(|error| failed(error.to_string()))?;
    if keys(&description["Table"]) == keys(&table.create_table) {
        return Ok(());
    }
    // To go on would fail later, request by request, with errors that do not say why.
    Err(failed(
        "its keys or indexes are not those of the template; remove the data folder to have it made anew".to_owned(),
    ))
}

/// What cannot be changed without making a table anew: its keys, and those of its indexes.
fn keys(table: &Value) -> Value {
    let mut indexes: Vec<_> = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .filter_map(|member| table[member].as_array())
        .flatten()
        .map(|index| (index["IndexName"].to_string(), index["KeySchema"].clone()))
        .collect();
    indexes.sort_by(|one, other| one.0.cmp(&other.0));
    json!({ "KeySchema": table["KeySchema"], "Indexes": indexes })
}
