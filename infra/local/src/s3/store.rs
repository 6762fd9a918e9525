//! The objects, in one SQLite table. A write is committed before it is answered, so it outlives a killed process.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OptionalExtension, Row, params};
use s3s::{
    S3Result,
    dto::{ETag, ETagCondition, Timestamp},
    s3_error,
};
use serde::{Deserialize, Serialize};

use super::digest::Checksum;

/// `key` compares by its bytes, which is the order in which S3 lists. WAL and `synchronous = NORMAL` keep every commit
/// through the death of the process; only a power cut could take the last ones, and this is a development tool.
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS objects (
        bucket TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        modified INTEGER NOT NULL, about TEXT NOT NULL, PRIMARY KEY (bucket, key)
    ) STRICT;";

/// Buckets and objects. One connection behind one lock: every operation is atomic.
pub(super) struct Store {
    connection: Mutex<Connection>,
}

/// An object without its body.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) size: i64,
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    pub(super) about: About,
}

/// What was said about an object when it was put, and comes back with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) checksum: Checksum,
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) metadata: HashMap<String, String>,
}

/// An object's line in a listing.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) size: i64,
    pub(super) etag: String,
    pub(super) modified: Timestamp,
}

/// The conditions under which an object may be written.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
}

impl Store {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        Self::with(Connection::open(path)?)
    }

    pub(super) fn memory() -> rusqlite::Result<Self> {
        Self::with(Connection::open_in_memory()?)
    }

    fn with(connection: Connection) -> rusqlite::Result<Self> {
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    pub(super) fn create_bucket(&self, name: &str) -> rusqlite::Result<()> {
        let sql = "INSERT INTO buckets (name, created) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        self.lock().execute(sql, params![name, now()]).map(drop)
    }

    pub(super) fn buckets(&self) -> S3Result<Vec<(String, Timestamp)>> {
        let connection = self.lock();
        let mut statement = connection.prepare("SELECT name, created FROM buckets ORDER BY name").map_err(internal)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, timestamp(row.get(1)?)))).map_err(internal)?;
        rows.collect::<Result<_, _>>().map_err(internal)
    }

    pub(super) fn require_bucket(&self, name: &str) -> S3Result<()> {
        require_bucket(&self.lock(), name)
    }

    pub(super) fn put(
        &self,
        (bucket, key): (&str, &str),
        body: &[u8],
        etag: &str,
        about: &About,
        conditions: &Conditions,
    ) -> S3Result<()> {
        let connection = self.lock();
        require_bucket(&connection, bucket)?;
        let current = connection
            .query_row("SELECT etag FROM objects WHERE bucket = ?1 AND key = ?2", [bucket, key], |row| row.get(0))
            .optional()
            .map_err(internal)?;
        conditions.check(current)?;
        let about = serde_json::to_string(about).map_err(|error| s3_error!(error, InternalError))?;
        let sql = "INSERT OR REPLACE INTO objects (bucket, key, body, size, etag, modified, about)
                   VALUES (?1, ?2, ?3, length(?3), ?4, ?5, ?6)";
        connection.execute(sql, params![bucket, key, body, etag, now(), about]).map(drop).map_err(internal)
    }

    pub(super) fn head(&self, bucket: &str, key: &str) -> S3Result<Head> {
        self.object(bucket, key, "NULL", head)
    }

    pub(super) fn get(&self, bucket: &str, key: &str) -> S3Result<(Head, Vec<u8>)> {
        self.object(bucket, key, "body", |row| Ok((head(row)?, row.get("body")?)))
    }

    fn object<T>(
        &self,
        bucket: &str,
        key: &str,
        body: &str,
        read: impl FnOnce(&Row) -> rusqlite::Result<T>,
    ) -> S3Result<T> {
        let connection = self.lock();
        require_bucket(&connection, bucket)?;
        let sql =
            format!("SELECT size, etag, modified, about, {body} AS body FROM objects WHERE bucket = ?1 AND key = ?2");
        connection
            .query_row(&sql, [bucket, key], read)
            .optional()
            .map_err(internal)?
            .ok_or_else(|| s3_error!(NoSuchKey))
    }

    pub(super) fn delete(&self, bucket: &str, key: &str) -> S3Result<()> {
        let connection = self.lock();
        require_bucket(&connection, bucket)?;
        let sql = "DELETE FROM objects WHERE bucket = ?1 AND key = ?2";
        connection.execute(sql, [bucket, key]).map(drop).map_err(internal)
    }

    /// Shows `visit` the objects after `after` whose keys begin with `prefix`, in order, until it has had enough and
    /// says `false`.
    pub(super) fn scan(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
        mut visit: impl FnMut(Entry) -> bool,
    ) -> S3Result<()> {
        let connection = self.lock();
        require_bucket(&connection, bucket)?;
        let sql = "SELECT key, size, etag, modified FROM objects
                   WHERE bucket = ?1 AND key > ?2 AND key >= ?3 ORDER BY key";
        let mut statement = connection.prepare_cached(sql).map_err(internal)?;
        let mut rows = statement.query([bucket, after, prefix]).map_err(internal)?;
        while let Some(row) = rows.next().map_err(internal)? {
            let entry = entry(row).map_err(internal)?;
            if !entry.key.starts_with(prefix) || !visit(entry) {
                break;
            }
        }
        Ok(())
    }

    /// A panic under the lock leaves SQLite itself sound, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Conditions {
    fn check(&self, current: Option<String>) -> S3Result<()> {
        let current = current.map(ETag::Strong);
        let meets = |condition: &ETagCondition| match (condition, &current) {
            (ETagCondition::Any, current) => current.is_some(),
            (ETagCondition::ETag(wanted), Some(current)) => wanted.strong_cmp(current),
            (ETagCondition::ETag(_), None) => false,
        };
        match (&self.if_match, &current) {
            (Some(_), None) => return Err(s3_error!(NoSuchKey)),
            (Some(condition), _) if !meets(condition) => return Err(s3_error!(PreconditionFailed)),
            _ => {}
        }
        match &self.if_none_match {
            Some(condition) if meets(condition) => Err(s3_error!(PreconditionFailed)),
            _ => Ok(()),
        }
    }
}

fn require_bucket(connection: &Connection, name: &str) -> S3Result<()> {
    let found = connection
        .query_row("SELECT 1 FROM buckets WHERE name = ?1", [name], |_| Ok(()))
        .optional()
        .map_err(internal)?;
    found.ok_or_else(|| s3_error!(NoSuchBucket))
}

fn head(row: &Row) -> rusqlite::Result<Head> {
    let about: String = row.get("about")?;
    let about = serde_json::from_str(&about)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error)))?;
    Ok(Head { size: row.get("size")?, etag: row.get("etag")?, modified: timestamp(row.get("modified")?), about })
}

fn entry(row: &Row) -> rusqlite::Result<Entry> {
    Ok(Entry {
        key: row.get("key")?,
        size: row.get("size")?,
        etag: row.get("etag")?,
        modified: timestamp(row.get("modified")?),
    })
}

/// Milliseconds since 1970, as times are kept in the file.
fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

fn timestamp(milliseconds: i64) -> Timestamp {
    (UNIX_EPOCH + Duration::from_millis(milliseconds.unsigned_abs())).into()
}

fn internal(error: rusqlite::Error) -> s3s::S3Error {
    s3_error!(error, InternalError)
}
