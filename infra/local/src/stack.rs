//! The stack as a whole: both services on their ports, made ready from the template.

mod folder;
mod server;
mod streams;
mod tables;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use dynoxide::Database;

use crate::{REGION, s3::S3, template::Template};

use folder::Folder;
pub use folder::FolderError;
use server::Server;

/// Why the stack does not start.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// Most often: something else listens there.
    #[error("{service} cannot listen on 127.0.0.1:{port}")]
    Port {
        /// `DynamoDB` or `S3`.
        service: &'static str,
        /// The port that was asked for.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The objects.
    #[error(transparent)]
    S3(#[from] crate::s3::S3Error),
    /// A table cannot be made, or is not the template's.
    #[error("the DynamoDB table {table}: {message}")]
    Table {
        /// Its local name.
        table: String,
        /// What DynamoDB said.
        message: String,
    },
    /// The DynamoDB database as a whole.
    #[error("the DynamoDB database: {0}")]
    DynamoDb(String),
    /// The thread that serves.
    #[error("the local stack's server cannot start")]
    Server(#[from] std::io::Error),
}

/// Where the stack listens and keeps its data. The default is free ports and memory.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// DynamoDB's port; 0 takes a free one.
    pub dynamodb_port: u16,
    /// S3's port; 0 takes a free one.
    pub s3_port: u16,
    /// The folder of the data, which is made if it is not there. `None` keeps everything in memory.
    pub data: Option<PathBuf>,
}

/// A running stack. It serves from a thread and a runtime of its own, so that it does not matter which runtime, if any,
/// started it, and that tests may share one through a `static`. It stops when it is dropped.
pub struct LocalStack {
    // Fields are dropped in this order: the folder is unlocked when nothing serves from it any more.
    _server: Server,
    _folder: Option<Folder>,
    dynamodb: SocketAddr,
    s3: SocketAddr,
    tables: BTreeMap<String, String>,
    bucket: Option<String>,
    variables: BTreeMap<String, String>,
}

impl LocalStack {
    /// Starts a stack in memory on free ports: what tests want.
    ///
    /// # Errors
    /// If the template's tables cannot be made.
    pub fn memory(template: &Template) -> Result<Self, StackError> {
        Self::start(template, &Options::default())
    }

    /// Starts the stack with the tables, indexes and buckets of the template. Those that the data folder holds already
    /// stay as they are. When this returns, both services answer.
    ///
    /// # Errors
    /// If a port is taken, another process uses the data folder, or the template's tables cannot be made or are not
    /// those of the folder.
    pub fn start(template: &Template, options: &Options) -> Result<Self, StackError> {
        let folder = options.data.as_deref().map(Folder::open).transpose()?;
        let dynamodb = server::bind("DynamoDB", options.dynamodb_port)?;
        let s3 = server::bind("S3", options.s3_port)?;

        let database = match &folder {
            Some(folder) => Database::new(&folder.dynamodb()),
            None => Database::memory(),
        };
        let database = database.map_err(|error| StackError::DynamoDb(error.to_string()))?;
        for table in template.tables() {
            tables::ensure(&database, &table)?;
        }
        if let Some(folder) = &folder {
            streams::ensure_index(folder.dynamodb().as_ref())?;
        }
        let objects = match &folder {
            Some(folder) => S3::open(&folder.s3())?,
            None => S3::memory()?,
        };
        for bucket in template.buckets() {
            objects.create_bucket(&bucket.name)?;
        }

        let (dynamodb_address, s3_address) = (dynamodb.local_addr()?, s3.local_addr()?);
        Ok(Self {
            _server: Server::start(dynamodb, database, s3, objects)?,
            _folder: folder,
            dynamodb: dynamodb_address,
            s3: s3_address,
            tables: template.tables().into_iter().map(|table| (table.logical_id, table.name)).collect(),
            bucket: template.buckets().into_iter().next().map(|bucket| bucket.name),
            variables: template.environment(),
        })
    }

    /// The URL at which DynamoDB answers.
    #[must_use]
    pub fn dynamodb_endpoint(&self) -> String {
        format!("http://{}", self.dynamodb)
    }

    /// The URL at which S3 answers. By address, not by name: with an address the SDKs put the bucket into the path.
    #[must_use]
    pub fn s3_endpoint(&self) -> String {
        format!("http://{}", self.s3)
    }

    /// The local name of a table by its logical id in the template, such as `PunchesTable`.
    #[must_use]
    pub fn table(&self, logical_id: &str) -> Option<&str> {
        self.tables.get(logical_id).map(String::as_str)
    }

    /// The local name of the template's bucket.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }

    /// The environment of a function: the template's variables with local values, and what makes any AWS SDK, or the
    /// aws CLI, use this stack: endpoints, region, credentials of no worth.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.variables.clone();
        environment.extend(
            [
                ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb_endpoint()),
                ("AWS_ENDPOINT_URL_S3", self.s3_endpoint()),
                ("AWS_REGION", REGION.to_owned()),
                ("AWS_DEFAULT_REGION", REGION.to_owned()),
                ("AWS_ACCESS_KEY_ID", "local".to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
                ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        environment
    }

    /// Stops both services and waits until the requests under way are answered, for two seconds at most. Dropping the
    /// stack does the same.
    pub fn stop(self) {
        drop(self);
    }
}
