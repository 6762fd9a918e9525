//! Rows, as a table, as JSON or as CSV.

use std::io::{self, Write};

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, presets};
use console::Term;
use serde::Serialize;

use super::style::Tone;
use crate::cli::ViewArgs;

/// Where a terminal is at least so wide, what is copied from it is not wrapped.
const WIDE: u16 = 120;

/// A column: its heading, and the cell of a row.
pub struct Column<T> {
    heading: &'static str,
    cell: fn(&T) -> (Tone, String),
    is_whole: bool,
}

/// What a report has a line for: serialised for JSON, under columns for the rest.
pub trait Row: Serialize + Sized {
    /// The columns, in their order.
    fn columns() -> Vec<Column<Self>>;
}

impl<T> Column<T> {
    /// A column without colours.
    #[must_use]
    pub fn new(heading: &'static str, cell: fn(&T) -> (Tone, String)) -> Self {
        Self { heading, cell, is_whole: false }
    }

    /// A column of what people copy, such as ids: not wrapped where the terminal has room.
    #[must_use]
    pub fn whole(heading: &'static str, cell: fn(&T) -> (Tone, String)) -> Self {
        Self { is_whole: true, ..Self::new(heading, cell) }
    }
}

/// Writes rows as the reader wants them.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    view: ViewArgs,
}

impl Report {
    /// For that reader.
    #[must_use]
    pub fn new(view: ViewArgs) -> Self {
        Self { view }
    }

    /// Whether people read it: only then is there anything but rows.
    #[must_use]
    pub fn for_people(&self) -> bool {
        !self.view.json && !self.view.csv
    }

    /// Whether rows may be written as they come, for there is nothing around them.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.view.json
    }

    /// Says a sentence: on standard output to people, who read it with the rows, on standard error beside JSON and CSV.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn say(&self, sentence: &str) -> io::Result<()> {
        if self.for_people() {
            writeln!(anstream::stdout(), "{sentence}")
        } else {
            writeln!(anstream::stderr(), "{sentence}")
        }
    }

    /// Warns on standard error.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn warn(&self, sentence: &str) -> io::Result<()> {
        writeln!(anstream::stderr(), "warning: {sentence}")
    }

    /// Writes the rows to standard output.
    ///
    /// # Errors
    /// If standard output takes nothing.
    pub fn print<T: Row>(&self, rows: &[T]) -> io::Result<()> {
        self.write(rows, true)
    }

    /// Writes rows that follow others. People are told the headings again; CSV has them once.
    ///
    /// # Errors
    /// If standard output takes nothing.
    pub fn print_more<T: Row>(&self, rows: &[T]) -> io::Result<()> {
        self.write(rows, false)
    }

    fn write<T: Row>(self, rows: &[T], is_first: bool) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.view.json {
            return rows.iter().try_for_each(|row| json(&mut out, row));
        }
        if self.view.csv {
            return csv(&mut out, rows, is_first);
        }
        writeln!(out, "{}", table(rows, width()))
    }
}

/// One object a line.
fn json<T: Serialize>(out: &mut impl Write, row: &T) -> io::Result<()> {
    writeln!(out, "{}", serde_json::to_string(row)?)
}

/// RFC 4180.
fn csv<T: Row>(out: &mut impl Write, rows: &[T], has_headings: bool) -> io::Result<()> {
    let columns = T::columns();
    let line = |cells: Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    if has_headings {
        write!(out, "{}\r\n", line(columns.iter().map(|column| column.heading.to_owned()).collect()))?;
    }
    for row in rows {
        write!(out, "{}\r\n", line(columns.iter().map(|column| (column.cell)(row).1).collect()))?;
    }
    Ok(())
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// A table that is no wider than the terminal: what does not fit is wrapped. In a pipe a row is a line, however long.
fn table<T: Row>(rows: &[T], width: Option<u16>) -> Table {
    let columns = T::columns();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.set_header(columns.iter().map(|column| Cell::new(column.heading)));
    for row in rows {
        table.add_row(columns.iter().map(|column| {
            let (tone, text) = (column.cell)(row);
            toned(tone, Cell::new(text))
        }));
    }
    if width.is_some_and(|width| width >= WIDE) {
        let whole = columns.iter().zip(table.column_iter_mut()).filter(|(column, _)| column.is_whole);
        whole.for_each(|(_, column)| {
            column.set_constraint(ColumnConstraint::ContentWidth);
        });
    }
    // In colour whatever the output is: the stream takes the colours out where they are not wanted.
    table.enforce_styling();
    table
}

/// As [`paint`](super::paint), in the table's own terms, for it has to know how wide a cell is.
fn toned(tone: Tone, cell: Cell) -> Cell {
    match tone {
        Tone::Plain => cell,
        Tone::Good => cell.fg(Color::DarkGreen),
        Tone::Warning => cell.fg(Color::DarkYellow),
        Tone::Bad => cell.fg(Color::DarkRed).add_attribute(Attribute::Bold),
        Tone::Faint => cell.add_attribute(Attribute::Dim),
    }
}

fn width() -> Option<u16> {
    Term::stdout().size_checked().map(|(_, width)| width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Serialize)]
    struct Note(&'static str);

    impl Row for Note {
        fn columns() -> Vec<Column<Self>> {
            vec![
                Column::new("ID", |_| (Tone::Good, "7".to_owned())),
                Column::new("TEXT", |note| (Tone::Plain, note.0.to_owned())),
            ]
        }
    }

    #[test]
    fn a_table_is_no_wider_than_the_terminal_and_wraps_between_words() {
        let rows = [Note("The gate was found open at six, and closed again.")];
        let text = anstream::adapter::strip_str(&table(&rows, Some(30)).to_string()).to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 30), "{text}");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words, "ID TEXT 7 The gate was found open at six, and closed again.");
    }

    #[test]
    fn in_a_pipe_a_row_is_a_line() {
        let text = table(&[Note("The gate was found open at six, and closed again."); 3], None).to_string();
        assert_eq!(text.lines().count(), 4, "{text}");
    }

    #[test]
    fn csv_quotes_what_would_end_a_cell_or_a_line() {
        let mut out = Vec::new();
        csv(&mut out, &[Note("a, \"b\"\nc")], true).unwrap();
        csv(&mut out, &[Note("plain")], false).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "ID,TEXT\r\n7,\"a, \"\"b\"\"\nc\"\r\n7,plain\r\n");
    }
}
