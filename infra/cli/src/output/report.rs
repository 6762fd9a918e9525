//! Rows, as a table, as JSON or as CSV.

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, presets};
use console::Term;
use serde::Serialize;

use super::plain::{plain, plain_lines};
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
        let sentence = plain_lines(sentence);
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
        writeln!(anstream::stderr(), "warning: {}", plain(sentence))
    }

    /// Writes the rows to standard output.
    ///
    /// # Errors
    /// If standard output takes nothing.
    pub fn print<T: Row>(&self, rows: &[T]) -> io::Result<()> {
        self.begin::<T>()?;
        self.print_more(rows)
    }

    /// Writes rows that follow others. People are told the headings again; CSV has them once.
    ///
    /// # Errors
    /// If standard output takes nothing.
    pub fn print_more<T: Row>(&self, rows: &[T]) -> io::Result<()> {
        if self.for_people() {
            return writeln!(anstream::stdout(), "{}", table(rows, width()));
        }
        rows.iter().try_for_each(|row| self.add(row))
    }

    /// Begins rows that are written one by one with [`add`](Self::add), so that none has to be held. Does nothing for
    /// people, whose table has to know them all.
    ///
    /// # Errors
    /// If standard output takes nothing.
    pub fn begin<T: Row>(&self) -> io::Result<()> {
        if !self.view.csv {
            return Ok(());
        }
        let headings = T::columns().iter().map(|column| quoted(column.heading)).collect::<Vec<_>>();
        write!(anstream::stdout(), "{}\r\n", headings.join(","))
    }

    /// Writes one more.
    ///
    /// # Errors
    /// If standard output takes nothing.
    pub fn add<T: Row>(&self, row: &T) -> io::Result<()> {
        if self.view.csv {
            return write!(anstream::stdout(), "{}\r\n", csv_line(row));
        }
        writeln!(anstream::stdout(), "{}", json_line(row)?)
    }
}

/// One object as a line. What [`plain`] spells is spelled here as well, by which the object stays what it is.
///
/// # Errors
/// If it cannot be serialised.
pub fn json_line<T: Serialize>(row: &T) -> serde_json::Result<String> {
    Ok(plain(&serde_json::to_string(row)?).into_owned())
}

/// RFC 4180.
fn csv_line<T: Row>(row: &T) -> String {
    T::columns().iter().map(|column| quoted(&(column.cell)(row).1)).collect::<Vec<_>>().join(",")
}

/// A spreadsheet takes a cell that begins so for a formula, and would run what a payload says. An apostrophe before it
/// makes it text ("CSV Injection", OWASP). A number stays one.
fn quoted(cell: &str) -> String {
    const BEGINS_A_FORMULA: [char; 9] = ['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠'];
    let cell = plain_lines(cell);
    let is_number = || cell[1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let cell = if cell.starts_with(BEGINS_A_FORMULA) && !(cell.starts_with(['-', '+']) && is_number()) {
        Cow::Owned(format!("'{cell}"))
    } else {
        cell
    };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.into_owned() }
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
            toned(tone, Cell::new(plain(&text)))
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
        assert_eq!(csv_line(&Note("a, \"b\"\nc")), "7,\"a, \"\"b\"\"\nc\"");
        assert_eq!(csv_line(&Note("plain")), "7,plain");
    }

    #[test]
    fn no_cell_of_a_csv_is_a_formula() {
        for (text, cell) in [
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("=1+1", "'=1+1"),
            ("+1-555-0100", "'+1-555-0100"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("-12.5", "-12.5"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(quoted(text), cell, "{text:?}");
        }
    }

    #[test]
    fn no_row_acts_on_the_terminal() {
        const TEXT: &str = "\u{1b}]0;x\u{7}\u{9b}2J\n2/a forged";
        let text = anstream::adapter::strip_str(&table(&[Note(TEXT)], Some(80)).to_string()).to_string();
        assert!(text.contains(r"\u001b]0;x\u0007\u009b2J\u000a2/a forged"), "{text}");
        assert!(!csv_line(&Note(TEXT)).contains(['\u{1b}', '\u{9b}', '\u{7}']));
        let json = json_line(&Note(TEXT)).unwrap();
        assert!(!json.chars().any(char::is_control), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), TEXT);
    }
}
