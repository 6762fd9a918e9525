//! What the data commands ask of tables and archive.
