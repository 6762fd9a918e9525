//! The tables' streams, kept from slowing down every write.

use std::path::Path;

use rusqlite::Connection;

use super::StackError;

/// `dynoxide` asks for the last number of a table's stream at every write, in these words, and has no index for it: each
/// write would read all records of all streams there are.
const INDEX: &str = "CREATE INDEX IF NOT EXISTS stream_records_by_number
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// Makes the index in the database's file, unless it is there already.
pub(super) fn ensure_index(file: &Path) -> Result<(), StackError> {
    let made = Connection::open(file).and_then(|connection| connection.execute_batch(INDEX));
    made.map_err(|error| StackError::DynamoDb(error.to_string()))
}

#[cfg(test)]
mod tests {
    use dynoxide::Database;

    use super::*;

    #[test]
    fn the_last_number_of_a_stream_is_found_without_reading_the_stream() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dynamodb.sqlite");
        let _database = Database::new(&file.to_string_lossy()).unwrap();
        ensure_index(&file).unwrap();
        ensure_index(&file).unwrap();
        let question = "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1
            FROM _stream_records WHERE table_name = ?1";
        let connection = Connection::open(&file).unwrap();
        let plan: String = connection.query_row(question, ["punches"], |row| row.get("detail")).unwrap();
        assert!(plan.contains("stream_records_by_number"), "{plan}");
    }
}
