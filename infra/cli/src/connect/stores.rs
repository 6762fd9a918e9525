//! The four tables and the archive.

use std::collections::BTreeMap;

use anyhow::Context;
use aws_config::SdkConfig;
use dataconnect::archive::Archive;
use dataconnect::operation::Operation;
use dataconnect::payload::OPERATIONS;
use dataconnect::table::Table;

use crate::cli::TargetArgs;

const BUCKET: &str = "ArchiveBucket";

/// How many outputs name a store: four tables and the bucket.
pub(super) const OUTPUTS: usize = 5;

/// The stores of a receiver.
#[derive(Debug, Clone)]
pub struct Stores {
    /// The client of the tables.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The client of the archive.
    pub s3: aws_sdk_s3::Client,
    /// The archive's bucket.
    pub bucket: String,
    /// The tables, by the variable that names them to a function: `PUNCHES_TABLE`.
    pub tables: BTreeMap<&'static str, String>,
}

impl Stores {
    /// The stores that a stack's outputs name, behind endpoints of DynamoDB and S3 of their own, if they have such.
    pub(super) fn new(
        sdk: &SdkConfig,
        [dynamodb, s3]: [Option<String>; 2],
        outputs: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        let output = |name: &str| {
            let found = outputs.get(name).filter(|value| !value.is_empty()).cloned();
            found.with_context(|| format!("{name} is not among the stack's outputs: is it a receiver's stack?"))
        };
        let tables = OPERATIONS.iter().map(|operation| {
            let variable = operation.table_variable;
            Ok((variable, output(output_of(variable))?))
        });
        Ok(Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&behind(sdk, dynamodb)),
            s3: dataconnect::clients::s3(&behind(sdk, s3)),
            bucket: output(BUCKET)?,
            tables: tables.collect::<anyhow::Result<_>>()?,
        })
    }

    /// The name of an operation's table.
    #[must_use]
    pub fn table_name(&self, operation: &Operation) -> &str {
        self.tables.get(operation.table_variable).map_or("", String::as_str)
    }

    /// The table of an operation.
    #[must_use]
    pub fn table(&self, operation: &Operation) -> Table {
        Table::new(self.dynamodb.clone(), self.table_name(operation).to_owned())
    }

    /// The archive.
    #[must_use]
    pub fn archive(&self) -> Archive {
        Archive::new(self.s3.clone(), self.bucket.clone())
    }
}

fn behind(sdk: &SdkConfig, endpoint: Option<String>) -> SdkConfig {
    let mut builder = sdk.clone().into_builder();
    builder.set_endpoint_url(endpoint);
    builder.build()
}

/// The stack's output that names the table which a function is told of by this variable.
pub(super) fn output_of(variable: &str) -> &'static str {
    match variable {
        "WORK_ORDERS_TABLE" => "WorkOrdersTable",
        "PUNCHES_TABLE" => "PunchesTable",
        "INCIDENTS_TABLE" => "IncidentsTable",
        "NOTES_TABLE" => "NotesTable",
        _ => BUCKET,
    }
}

/// The stores that the command line names, by the output that they stand for.
pub(super) fn given(target: &TargetArgs) -> BTreeMap<String, String> {
    let given = [
        ("WorkOrdersTable", &target.work_orders_table),
        ("PunchesTable", &target.punches_table),
        ("IncidentsTable", &target.incidents_table),
        ("NotesTable", &target.notes_table),
        (BUCKET, &target.bucket),
    ];
    given.into_iter().filter_map(|(output, name)| Some((output.to_owned(), name.clone()?))).collect()
}
