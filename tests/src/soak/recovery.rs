//! After a soak: what an operator does about events that are in the archive and in no record.

use dataconnect::archive::Archive;
use dataconnect::payload::OPERATIONS;
use dataconnect::reconcile::{Plan, Reconciler, Summary};
use dataconnect::table::Table;

use crate::audit::Places;
use crate::stores::{dynamodb, s3};

/// Reconciles all five operations, and applies what is missing.
pub(super) async fn reconcile(places: &Places) -> anyhow::Result<Summary> {
    let mut total = Summary::default();
    for operation in OPERATIONS {
        let table = places.tables[operation.table_variable].clone();
        let reconciler = Reconciler {
            operation,
            record_id: operation.record_id.parse()?,
            archive: Archive::new(s3(places.s3.clone()), places.bucket.clone()),
            table: Table::new(dynamodb(places.dynamodb.clone()), table),
        };
        let mut run = reconciler.run(Plan::repair());
        while let Some(found) = run.next().await? {
            total.add(&found);
        }
    }
    Ok(total)
}
